// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* How long threads that could run wait for a CPU, as a log2 histogram in microseconds. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define SLOTS 26

/* sched_switch gives this state to a thread that was preempted (kernel/sched, TASK_REPORT_MAX). */
#define PREEMPTED 0x100

/* One histogram per command instead of one for all. */
const volatile bool per_command = false;
/* Only this thread; 0: every thread. */
const volatile pid_t targ_tid = 0;

/* Empty for the histogram of all. */
struct command {
	char comm[16];
};

/* slots[n] counts waits of 2^n to 2^(n+1) - 1 microseconds; slots[0] those of 0 and 1. */
struct histogram {
	__u32 slots[SLOTS] __attribute__((btf_decl_tag("probepad:unit=us")));
};

/* When a thread became ready to run, by thread id, in ns. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, pid_t);
	__type(value, __u64);
} ready SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct command);
	__type(value, struct histogram);
} waits SEC(".maps");

static const struct histogram zero;

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

static __always_inline void now_ready(pid_t tid)
{
	__u64 now = bpf_ktime_get_ns();

	/* 0 is the idle thread: it never waits. */
	if (tid && (!targ_tid || tid == targ_tid))
		bpf_map_update_elem(&ready, &tid, &now, BPF_ANY);
}

SEC("tracepoint/sched/sched_wakeup")
int on_wakeup(struct trace_event_raw_sched_wakeup_template *ctx)
{
	now_ready(ctx->pid);
	return 0;
}

SEC("tracepoint/sched/sched_wakeup_new")
int on_wakeup_new(struct trace_event_raw_sched_wakeup_template *ctx)
{
	now_ready(ctx->pid);
	return 0;
}

SEC("tracepoint/sched/sched_switch")
int on_switch(struct trace_event_raw_sched_switch *ctx)
{
	pid_t tid = ctx->next_pid;
	struct histogram *histogram;
	struct command command = {};
	__u64 *since;
	__s64 waited;
	__u32 slot;

	/* A thread that loses its CPU while it still has work (state 0) is ready at once. */
	if (ctx->prev_state == 0 || ctx->prev_state & PREEMPTED)
		now_ready(ctx->prev_pid);

	since = bpf_map_lookup_elem(&ready, &tid);
	if (!since)
		return 0;
	waited = bpf_ktime_get_ns() - *since;
	bpf_map_delete_elem(&ready, &tid);
	/* Clocks of two CPUs may disagree by a little. */
	if (waited < 0)
		return 0;

	if (per_command)
		bpf_probe_read_kernel_str(command.comm, sizeof(command.comm), ctx->next_comm);
	histogram = bpf_map_lookup_elem(&waits, &command);
	if (!histogram) {
		bpf_map_update_elem(&waits, &command, &zero, BPF_NOEXIST);
		histogram = bpf_map_lookup_elem(&waits, &command);
		if (!histogram)
			return 0;
	}
	slot = log2_of(waited / 1000);
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	__sync_fetch_and_add(&histogram->slots[slot], 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
