// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Every program that starts, with its parent, user, file and arguments. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define FILENAME_LEN 128
#define ARGS_LEN     256
/* Arguments are read in pieces of up to this, and so many pieces. */
#define PIECE_LEN    64
#define PIECES       20

/* What one row of the table holds: the columns are these members. */
struct event {
	pid_t pid;
	pid_t ppid;
	uid_t uid;
	char comm[16];
	char filename[FILENAME_LEN];
	char args[ARGS_LEN];
};

/* Only processes of this user; -1: everybody's. `const volatile` globals can be set before every run. */
const volatile int targ_uid = -1;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
	/* Tells readers what the records are. A ring buffer itself takes records of any size. */
	__type(value, struct event);
} events SEC(".maps");

/* Copies the new program's arguments, which lie one after another, each ended by a zero byte. */
static __always_inline void read_args(struct event *event, struct task_struct *task)
{
	unsigned long from = BPF_CORE_READ(task, mm, arg_start);
	unsigned long end = BPF_CORE_READ(task, mm, arg_end);
	unsigned long used = 0;
	long size;

	event->args[0] = '\0';
	for (int i = 0; i < PIECES; i++) {
		/* The verifier has to see that a piece always fits. */
		if (from >= end || used > ARGS_LEN - PIECE_LEN)
			break;
		size = bpf_probe_read_user_str(&event->args[used], PIECE_LEN, (void *)from);
		if (size <= 0 || size > PIECE_LEN)
			break;
		if (size == PIECE_LEN)
			size--; /* cut: the next piece goes on with the same argument */
		else
			event->args[used + size - 1] = ' ';
		used += size;
		from += size;
	}
	/* Over the last space. */
	if (used > 0 && used <= ARGS_LEN)
		event->args[used - 1] = '\0';
}

SEC("tracepoint/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	uid_t uid = (uid_t)bpf_get_current_uid_gid();
	struct event *event;

	if (targ_uid != -1 && uid != (uid_t)targ_uid)
		return 0;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;

	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = uid;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	/* A tracepoint keeps text behind its fields; the low 16 bits of __data_loc_… say where. */
	bpf_probe_read_kernel_str(event->filename, sizeof(event->filename),
				  (void *)ctx + (ctx->__data_loc_filename & 0xffff));
	read_args(event, task);

	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
