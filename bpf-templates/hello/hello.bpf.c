// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* The smallest useful probe: one line of text for every program that starts. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* Helpers such as bpf_printk are for GPL-compatible programs only; the kernel reads this string. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* SEC() names the hook: the tracepoint that fires when an exec has succeeded. */
SEC("tracepoint/sched/sched_process_exec")
int hello(struct trace_event_raw_sched_process_exec *ctx)
{
	char comm[TASK_COMM_LEN];

	bpf_get_current_comm(comm, sizeof(comm));
	bpf_printk("hello, %s (pid %d)", comm, ctx->pid);
	return 0;
}
