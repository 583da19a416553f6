// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* How long system calls take: of all, over time; by command; and a row for each slow one. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define SLOTS 26

/* Calls that take at least this long get a row. */
const volatile __u64 min_us = 10000;
/* Only commands of this name; empty: every command. */
const volatile char targ_comm[16] = "";

struct slow_call {
	__u64 latency_ns;
	__s64 ret;
	pid_t pid;
	__u32 syscall_nr;
	char comm[16];
};

struct call {
	__u64 since;
	__u32 nr;
};

/* Calls that have begun, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct call);
} started SEC(".maps");

/* slots[n] counts calls of 2^n to 2^(n+1) - 1 microseconds; slots[0] those of 0 and 1. */
struct histogram {
	__u64 slots[SLOTS] __attribute__((btf_decl_tag("probepad:unit=us")));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct histogram);
} latency SEC(".maps");

struct command {
	char comm[16];
};

struct spent {
	__u64 total_ns;
	__u64 calls;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct command);
	__type(value, struct spent);
} by_command SEC(".maps");

struct totals {
	__u64 calls;
	__u64 failed;
	__u64 slowest_ns __attribute__((btf_decl_tag("probepad:growth=gauge")));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct totals);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} slow SEC(".maps");

static __always_inline __u32 log2_of(__u64 value)
{
	__u32 log = 0;

	for (int shift = 32; shift; shift /= 2) {
		if (value >> shift) {
			value >>= shift;
			log += shift;
		}
	}
	return log;
}

static __always_inline bool wanted(void)
{
	char comm[16];

	if (!targ_comm[0])
		return true;
	bpf_get_current_comm(comm, sizeof(comm));
	for (unsigned int i = 0; i < sizeof(comm); i++) {
		if (comm[i] != targ_comm[i])
			return false;
		if (!comm[i])
			break;
	}
	return true;
}

static __always_inline void spend(__u64 took)
{
	struct spent first = { .total_ns = took, .calls = 1 };
	struct command command = {};
	struct spent *spent;

	bpf_get_current_comm(command.comm, sizeof(command.comm));
	spent = bpf_map_lookup_elem(&by_command, &command);
	if (!spent) {
		/* The first of its kind, unless another CPU is just as early: then add to theirs. */
		if (!bpf_map_update_elem(&by_command, &command, &first, BPF_NOEXIST))
			return;
		spent = bpf_map_lookup_elem(&by_command, &command);
		if (!spent)
			return;
	}
	__sync_fetch_and_add(&spent->total_ns, took);
	__sync_fetch_and_add(&spent->calls, 1);
}

static __always_inline void tell(struct call *call, __u64 took, __s64 ret)
{
	struct slow_call *told = bpf_ringbuf_reserve(&slow, sizeof(*told), 0);

	if (!told)
		return;
	told->latency_ns = took;
	told->ret = ret;
	told->pid = bpf_get_current_pid_tgid() >> 32;
	told->syscall_nr = call->nr;
	bpf_get_current_comm(told->comm, sizeof(told->comm));
	bpf_ringbuf_submit(told, 0);
}

SEC("tracepoint/raw_syscalls/sys_enter")
int call_begins(struct trace_event_raw_sys_enter *ctx)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call call = { .since = bpf_ktime_get_ns(), .nr = (__u32)ctx->id };

	if (wanted())
		bpf_map_update_elem(&started, &tid, &call, BPF_ANY);
	return 0;
}

SEC("tracepoint/raw_syscalls/sys_exit")
int call_ends(struct trace_event_raw_sys_exit *ctx)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid(), one = 0, slot;
	struct call *call = bpf_map_lookup_elem(&started, &tid);
	struct histogram *histogram = bpf_map_lookup_elem(&latency, &one);
	struct totals *all = bpf_map_lookup_elem(&totals, &one);
	__u64 took;

	if (!call || !histogram || !all)
		return 0;
	took = bpf_ktime_get_ns() - call->since;

	slot = log2_of(took / 1000);
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	__sync_fetch_and_add(&histogram->slots[slot], 1);

	__sync_fetch_and_add(&all->calls, 1);
	if (ctx->ret < 0)
		__sync_fetch_and_add(&all->failed, 1);
	/* Two CPUs may be here at once: then one of the two is told, which is as slow as need be. */
	if (took > all->slowest_ns)
		all->slowest_ns = took;

	spend(took);
	if (took >= min_us * 1000)
		tell(call, took, ctx->ret);
	bpf_map_delete_elem(&started, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
