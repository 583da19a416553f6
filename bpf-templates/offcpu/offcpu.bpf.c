// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Where threads wait: stacks in which they gave up their CPU, by how long they were away, as a flame graph. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define DEPTH 127

/* Only this process; 0: every process. */
const volatile pid_t targ_pid = 0;
/* Shorter waits are left out. */
const volatile __u64 min_us = 1;

/* Negative ids are errors: no stack of that kind, or no room for it. */
struct waited {
	__u32 tgid;
	__u32 tid;
	__s32 user_stack_id;
	__s32 kernel_stack_id;
	char comm[16];
};

struct left {
	__u64 ts_ns;
	struct waited waited;
};

struct time {
	__u64 offcpu_ns;
	__u64 times;
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16384);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, DEPTH * sizeof(__u64));
} stacks SEC(".maps");

/* Threads that are away, by thread id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct left);
} started SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct waited);
	__type(value, struct time);
} offcpu SEC(".maps");

static __always_inline void leaves(void *ctx, __u64 now)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct left left = {};
	__u32 tid = id;

	/* 0 is the idle thread: nobody waits for it. */
	if (!tid || (targ_pid && id >> 32 != targ_pid))
		return;
	left.ts_ns = now;
	left.waited.tgid = id >> 32;
	left.waited.tid = tid;
	bpf_get_current_comm(left.waited.comm, sizeof(left.waited.comm));
	left.waited.kernel_stack_id = bpf_get_stackid(ctx, &stacks, 0);
	left.waited.user_stack_id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	bpf_map_update_elem(&started, &tid, &left, BPF_ANY);
}

static __always_inline void comes_back(__u32 tid, __u64 now)
{
	struct left *left = bpf_map_lookup_elem(&started, &tid);
	struct waited waited;
	struct time first = { .times = 1 }, *time;

	if (!left)
		return;
	first.offcpu_ns = now - left->ts_ns;
	waited = left->waited;
	bpf_map_delete_elem(&started, &tid);
	/* Clocks of two CPUs may disagree by a little. */
	if ((__s64)first.offcpu_ns < 0 || first.offcpu_ns < min_us * 1000)
		return;

	time = bpf_map_lookup_elem(&offcpu, &waited);
	if (!time) {
		bpf_map_update_elem(&offcpu, &waited, &first, BPF_NOEXIST);
		return;
	}
	__sync_fetch_and_add(&time->offcpu_ns, first.offcpu_ns);
	__sync_fetch_and_add(&time->times, 1);
}

/* Runs while the thread that leaves is still the current one: its stacks are those in which it waits. */
SEC("tracepoint/sched/sched_switch")
int on_switch(struct trace_event_raw_sched_switch *ctx)
{
	__u64 now = bpf_ktime_get_ns();

	leaves(ctx, now);
	comes_back(ctx->next_pid, now);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
