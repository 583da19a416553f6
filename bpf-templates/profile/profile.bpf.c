// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Where the CPUs spend their time: stacks, sampled 99 times a second on each CPU, as a flame graph. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define DEPTH 127

/* Only this process; 0: every process. */
const volatile pid_t targ_pid = 0;
/* Also samples of CPUs that had nothing to do. */
const volatile bool with_idle = false;

/* Negative ids are errors: no stack of that kind, or no room for it. */
struct sampled {
	__u32 tgid;
	__s32 user_stack_id;
	__s32 kernel_stack_id;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 16384);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, DEPTH * sizeof(__u64));
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct sampled);
	__type(value, __u64);
} samples SEC(".maps");

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct sampled sampled = {};
	__u64 one = 1, *count;

	/* Thread 0 is what a CPU does when there is nothing to do. */
	if (!(__u32)id && !with_idle)
		return 0;
	if (targ_pid && id >> 32 != targ_pid)
		return 0;

	sampled.tgid = id >> 32;
	bpf_get_current_comm(sampled.comm, sizeof(sampled.comm));
	sampled.kernel_stack_id = bpf_get_stackid(ctx, &stacks, 0);
	sampled.user_stack_id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);

	count = bpf_map_lookup_elem(&samples, &sampled);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&samples, &sampled, &one, BPF_NOEXIST);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
