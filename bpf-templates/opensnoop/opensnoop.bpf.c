// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Every file that is opened, or was meant to be: path, flags, and the result. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define PATH_LEN 256

struct event {
	pid_t pid;
	uid_t uid;
	char comm[16];
	/* The new file descriptor, or minus an errno: -2 is "no such file". */
	int ret;
	/* As in open(2): O_WRONLY is 1, O_CREAT 64, … */
	int flags;
	char path[PATH_LEN];
};

/* Only this process; 0: every process. */
const volatile pid_t targ_pid = 0;
/* Only opens that fail. */
const volatile bool failed_only = false;

struct call {
	const char *path;
	int flags;
};

/* Calls that have begun and not ended, by thread: what the exit has to know of its enter. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct call);
} started SEC(".maps");

/* No value type here: Probepad finds it from the calls below. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static int on_enter(const char *path, int flags)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = (__u32)id;
	struct call call = { .path = path, .flags = flags };

	if (targ_pid && id >> 32 != targ_pid)
		return 0;
	bpf_map_update_elem(&started, &tid, &call, BPF_ANY);
	return 0;
}

static int on_exit(long ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = (__u32)id;
	struct call *call = bpf_map_lookup_elem(&started, &tid);
	struct event *event;

	if (!call)
		return 0;
	if (failed_only && ret >= 0)
		goto done;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		goto done;

	event->pid = id >> 32;
	event->uid = (uid_t)bpf_get_current_uid_gid();
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	event->ret = ret;
	event->flags = call->flags;
	/* Read only now: on the way in, the page with the path may not have been in memory yet. */
	if (bpf_probe_read_user_str(event->path, sizeof(event->path), call->path) < 0)
		event->path[0] = '\0';
	bpf_ringbuf_submit(event, 0);
done:
	bpf_map_delete_elem(&started, &tid);
	return 0;
}

/* open(path, flags, …) and openat(folder, path, flags, …); a C library may use either. */
SEC("tracepoint/syscalls/sys_enter_open")
int enter_open(struct trace_event_raw_sys_enter *ctx)
{
	return on_enter((const char *)ctx->args[0], (int)ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_exit_open")
int exit_open(struct trace_event_raw_sys_exit *ctx)
{
	return on_exit(ctx->ret);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter *ctx)
{
	return on_enter((const char *)ctx->args[1], (int)ctx->args[2]);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int exit_openat(struct trace_event_raw_sys_exit *ctx)
{
	return on_exit(ctx->ret);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
