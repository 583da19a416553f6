// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Maps of the shapes that tracing tools keep. Nothing fills them: only their definitions are read. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define MAP(kind, entries, of, to, name)                                                                       \
	struct {                                                                                               \
		__uint(type, BPF_MAP_TYPE_##kind);                                                             \
		__uint(max_entries, entries);                                                                  \
		__type(key, of);                                                                               \
		__type(value, to);                                                                             \
	} name SEC(".maps")

struct slots {
	u32 slots[27];
};
struct command_slots {
	u32 slots[26];
	char comm[16];
};
struct disk {
	u32 cmd_flags;
	u32 dev;
};
struct io {
	u32 pid;
	int rwflag;
	int major;
	int minor;
	char name[16];
};
struct io_sum {
	u64 bytes;
	u64 us;
	u32 io;
};
struct wait {
	u32 pid;
	u32 tgid;
	int user_stack_id;
	int kern_stack_id;
};
struct waited {
	u64 delta;
	char comm[16];
};
struct flow {
	unsigned __int128 saddr;
	unsigned __int128 daddr;
	u32 pid;
	u16 lport;
	u16 dport;
};
struct traffic {
	u64 sent;
	u64 received;
};
struct wakeup {
	char waker[16];
	char target[16];
};
struct lock {
	u64 acq_count;
	u64 acq_total_time;
	u64 acq_max_time;
	u64 acq_max_id;
	char acq_max_comm[16];
};
struct request_state {
	u64 ts;
	u64 data_len;
};
struct holder {
	u64 try_at;
	u64 acq_at;
	u64 lock_ptr;
};
struct by_stack {
	u32 pid;
	int kern_stack_size;
	u64 kern_stack[20];
};
enum step { OPEN, READ, CLOSE };

MAP(HASH, 64, struct disk, struct slots, hists);
MAP(HASH, 64, u32, struct command_slots, runq);
MAP(HASH, 64, struct by_stack, struct slots, io_by_stack);
MAP(ARRAY, 1, u32, struct slots, latency);
MAP(PERCPU_ARRAY, 32, u32, u64, latency_hist);
MAP(HASH, 64, struct io, struct io_sum, counts);
MAP(PERCPU_HASH, 64, enum step, struct traffic, steps);
MAP(HASH, 64, struct wait, struct waited, info);
MAP(HASH, 64, struct flow, struct traffic, flows);
MAP(HASH, 64, struct wakeup, u64, wakeups);
MAP(HASH, 64, u32, struct lock, stat_map);
MAP(PERCPU_ARRAY, 1, u32, u64, packets);
MAP(PERCPU_ARRAY, 4, u32, struct traffic, per_queue);
MAP(LRU_HASH, 64, u32, u64, queue_length);
MAP(HASH, 64, struct request *, u64, start);
MAP(HASH, 64, u32, struct request_state, start_requests);
MAP(HASH, 64, u32, struct holder, holders);
MAP(HASH, 64, u32, struct sock *, of_thread);
MAP(HASH, 64, u32, u8, wanted);
MAP(HASH, 64, u32, char[16], labels);
struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 64);
	__uint(key_size, 4);
	__uint(value_size, 127 * 8);
} stackmap SEC(".maps");

struct tagged_value {
	u64 total;
	u64 depth __attribute__((btf_decl_tag("probepad:view=chart")));
};
MAP(HASH, 64, u32, struct tagged_value, tagged);

SEC("tp/sched/sched_switch") int nothing(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
