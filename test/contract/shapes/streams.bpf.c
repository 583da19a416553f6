// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Records and globals of the shapes that tracing tools send and keep. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define RING(name, record)                                                                                          \
	struct {                                                                                               \
		__uint(type, BPF_MAP_TYPE_RINGBUF);                                                            \
		__uint(max_entries, 4096);                                                                     \
		__type(value, struct record);                                                                  \
	} name SEC(".maps")
#define SEND(name, type)                                                                                       \
	({                                                                                                     \
		struct type *record = bpf_ringbuf_reserve(&name, sizeof(struct type), 0);                      \
		if (record) {                                                                                  \
			__builtin_memset(record, 0, sizeof(struct type));                                      \
			bpf_ringbuf_submit(record, 0);                                                         \
		}                                                                                              \
	})

struct slow {
	u64 delta_us;
	u64 end_ns;
	s64 offset;
	s64 size;
	pid_t pid;
	int op;
	char file[32];
	char task[16];
};
struct connection {
	union {
		u32 saddr_v4;
		u8 saddr_v6[16];
	};
	union {
		u32 daddr_v4;
		u8 daddr_v6[16];
	};
	char task[16];
	u64 ts_us;
	u32 af;
	u32 pid;
	u16 sport;
	u16 dport;
};
struct stack_sample {
	u32 pid;
	u32 cpu_id;
	char comm[16];
	s32 kstack_sz;
	s32 ustack_sz;
	u64 kstack[32];
	u64 ustack[32];
};
struct start_only {
	u32 pid;
	u32 ppid;
	char comm[16];
};
RING(slower, slow);
RING(connections, connection);
RING(samples, stack_sample);
RING(starts_seen, start_only);

struct counts {
	u32 slots[20];
};
/* Each section of its own, as if it were a program's only one. */
struct counts hists[6] SEC(".data.lists");
u32 hist[26] SEC(".data.hist");
s64 total SEC(".bss.cache");
s64 misses SEC(".bss.cache");
u64 stats[8] SEC(".bss.stats");
static struct counts zero SEC(".bss.zero");

SEC("tp/sched/sched_switch") int send(void *ctx)
{
	u32 at = bpf_get_smp_processor_id() & 7;

	SEND(slower, slow);
	SEND(connections, connection);
	SEND(samples, stack_sample);
	SEND(starts_seen, start_only);
	__sync_fetch_and_add(&total, 1);
	__sync_fetch_and_add(&misses, 1);
	stats[at]++;
	hists[at & 3].slots[at & 7] += zero.slots[0] + 1;
	hist[at & 7]++;
	bpf_printk("sent");
	return 0;
}

SEC("iter/task") int list(struct bpf_iter__task *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
