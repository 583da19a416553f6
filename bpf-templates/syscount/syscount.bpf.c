// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* System calls, counted by command. Nothing is sent: the map itself is the result. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* Only this process; 0: every process. */
const volatile pid_t targ_pid = 0;

struct command {
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, struct command);
	__type(value, __u64);
} counts SEC(".maps");

/* One tracepoint for every system call there is; ctx->id has the call's number. */
SEC("tracepoint/raw_syscalls/sys_enter")
int count_syscall(struct trace_event_raw_sys_enter *ctx)
{
	struct command command = {};
	__u64 one = 1;
	__u64 *count;

	if (targ_pid && bpf_get_current_pid_tgid() >> 32 != targ_pid)
		return 0;

	bpf_get_current_comm(command.comm, sizeof(command.comm));
	count = bpf_map_lookup_elem(&counts, &command);
	if (!count) {
		/* The first of its kind, unless another CPU is just as early: then count on theirs. */
		if (!bpf_map_update_elem(&counts, &command, &one, BPF_NOEXIST))
			return 0;
		count = bpf_map_lookup_elem(&counts, &command);
		if (!count)
			return 0;
	}
	/* Several CPUs may count for one command at the same time. */
	__sync_fetch_and_add(count, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
