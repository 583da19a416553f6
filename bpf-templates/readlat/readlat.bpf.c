// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* How long reads take: a histogram of all, and a row for each slow one. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define SLOTS 26

struct slow_read {
	__u64 latency_ns;
	/* Bytes read, 0 at the end of a file, or minus an errno. */
	__s64 ret;
	pid_t pid;
	char comm[16];
	/* Last part of the path; empty for pipes and sockets. */
	char file[64];
};

/* Reads that take at least this long get a row. */
const volatile __u64 min_us = 1000;
/* Only commands of this name; empty: every command. */
const volatile char targ_comm[16] = "";

struct call {
	__u64 since;
	struct file *file;
};

/* Reads that have begun, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct call);
} started SEC(".maps");

/* slots[n] counts reads of 2^n to 2^(n+1) - 1 microseconds; slots[0] those of 0 and 1. */
struct histogram {
	__u64 slots[SLOTS] __attribute__((btf_decl_tag("probepad:unit=us")));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct histogram);
} latency SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} slow_reads SEC(".maps");

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

SEC("kprobe/vfs_read")
int BPF_KPROBE(read_begins, struct file *file)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call call = { .since = bpf_ktime_get_ns(), .file = file };

	if (wanted())
		bpf_map_update_elem(&started, &tid, &call, BPF_ANY);
	return 0;
}

SEC("kretprobe/vfs_read")
int BPF_KRETPROBE(read_ends, ssize_t ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = (__u32)id, all = 0, slot;
	struct call *call = bpf_map_lookup_elem(&started, &tid);
	struct histogram *histogram;
	const unsigned char *name;
	struct slow_read *slow;
	struct file *file;
	__u64 took;

	if (!call)
		return 0;
	took = bpf_ktime_get_ns() - call->since;
	file = call->file;

	histogram = bpf_map_lookup_elem(&latency, &all);
	if (histogram) {
		slot = log2_of(took / 1000);
		if (slot >= SLOTS)
			slot = SLOTS - 1;
		__sync_fetch_and_add(&histogram->slots[slot], 1);
	}

	if (took >= min_us * 1000) {
		slow = bpf_ringbuf_reserve(&slow_reads, sizeof(*slow), 0);
		if (slow) {
			slow->latency_ns = took;
			slow->ret = ret;
			slow->pid = id >> 32;
			bpf_get_current_comm(slow->comm, sizeof(slow->comm));
			name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
			bpf_probe_read_kernel_str(slow->file, sizeof(slow->file), name);
			bpf_ringbuf_submit(slow, 0);
		}
	}
	bpf_map_delete_elem(&started, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
