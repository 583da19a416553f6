// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* How much reads and writes move, with the filter in your hands: its globals change while the probe runs. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define SLOTS 32

enum direction { READS = 1, WRITES = 2, BOTH = 3 };

struct event {
	pid_t pid;
	char comm[16];
	enum direction direction;
	__u64 moved __attribute__((btf_decl_tag("probepad:unit=B")));
};

/* Plain globals can be changed at any moment, `const volatile` ones before a run only. */
bool watching = true;
enum direction which = BOTH;
/* Only calls that move at least this much get a row. */
__u32 min_bytes __attribute__((btf_decl_tag("probepad:unit=B"))) = 4096;
/* Only this command; empty: all. */
char command[16] = "";

/* Only this process; 0: every process. */
const volatile pid_t targ_pid = 0;

__u64 calls, rows;
__u64 bytes __attribute__((btf_decl_tag("probepad:unit=B")));

struct sizes {
	/* Slot n counts calls that moved n KiB and less than one more; the last one all above. */
	__u64 slots[SLOTS] __attribute__((btf_decl_tag("probepad:scale=linear"), btf_decl_tag("probepad:unit=KiB")));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sizes);
} sizes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static bool is_command(const char *comm)
{
	for (int at = 0; at < 16; at++) {
		if (comm[at] != command[at])
			return false;
		if (!comm[at])
			break;
	}
	return true;
}

static int on_moved(long ret, enum direction direction)
{
	__u32 zero = 0, pid = bpf_get_current_pid_tgid() >> 32;
	struct sizes *counted;
	struct event *event;
	char comm[16];
	__u64 slot;

	if (!watching || !(which & direction) || ret <= 0 || (targ_pid && pid != targ_pid))
		return 0;
	bpf_get_current_comm(comm, sizeof(comm));
	if (command[0] && !is_command(comm))
		return 0;

	__sync_fetch_and_add(&calls, 1);
	__sync_fetch_and_add(&bytes, ret);
	slot = (__u64)ret / 1024;
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	counted = bpf_map_lookup_elem(&sizes, &zero);
	if (counted)
		__sync_fetch_and_add(&counted->slots[slot], 1);

	if (ret < min_bytes)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = pid;
	__builtin_memcpy(event->comm, comm, sizeof(comm));
	event->direction = direction;
	event->moved = ret;
	bpf_ringbuf_submit(event, 0);
	__sync_fetch_and_add(&rows, 1);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_read")
int exit_read(struct trace_event_raw_sys_exit *ctx)
{
	return on_moved(ctx->ret, READS);
}

SEC("tracepoint/syscalls/sys_exit_pread64")
int exit_pread64(struct trace_event_raw_sys_exit *ctx)
{
	return on_moved(ctx->ret, READS);
}

SEC("tracepoint/syscalls/sys_exit_write")
int exit_write(struct trace_event_raw_sys_exit *ctx)
{
	return on_moved(ctx->ret, WRITES);
}

SEC("tracepoint/syscalls/sys_exit_pwrite64")
int exit_pwrite64(struct trace_event_raw_sys_exit *ctx)
{
	return on_moved(ctx->ret, WRITES);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
