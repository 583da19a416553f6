// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Who speaks TCP with whom: each connection once it ends, with how long it was open, as a graph of addresses. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define AF_INET 2
#define AF_INET6 10

/* Only connections with this port at either end; 0: all. */
const volatile __u16 targ_port = 0;

struct begun {
	__u64 ts_ns;
	__u32 pid;
	char comm[16];
	/* The end that called connect(). */
	bool active;
};

/* Addresses as sixteen octets; those of IPv4 as ::ffff:a.b.c.d. */
struct flow {
	__u64 open_ns;
	__u32 pid;
	char comm[16];
	struct in6_addr saddr;
	struct in6_addr daddr;
	__u16 sport;
	__u16 dport;
};

/* By the kernel's address of the socket. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct begun);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} flows SEC(".maps");

/* connect() runs in the process that called it; all that comes later runs in whoever is interrupted. */
static __always_inline void begins(struct trace_event_raw_inet_sock_set_state *ctx, bool active)
{
	__u64 socket = (__u64)ctx->skaddr;
	struct begun begun = { .ts_ns = bpf_ktime_get_ns(), .active = active };

	if (active) {
		begun.pid = bpf_get_current_pid_tgid() >> 32;
		bpf_get_current_comm(begun.comm, sizeof(begun.comm));
	}
	bpf_map_update_elem(&sockets, &socket, &begun, BPF_ANY);
}

SEC("tracepoint/sock/inet_sock_set_state")
int on_state(struct trace_event_raw_inet_sock_set_state *ctx)
{
	__u64 socket = (__u64)ctx->skaddr;
	struct begun *begun;
	struct flow *flow;

	if (ctx->protocol != IPPROTO_TCP)
		return 0;
	if (targ_port && ctx->sport != targ_port && ctx->dport != targ_port)
		return 0;

	if (ctx->newstate == BPF_TCP_SYN_SENT) {
		begins(ctx, true);
		return 0;
	}
	if (ctx->newstate != BPF_TCP_CLOSE)
		return 0;

	begun = bpf_map_lookup_elem(&sockets, &socket);
	/* Both ends of a local connection come by: only the one that asked for it is told. */
	if (!begun || !begun->active)
		return 0;
	flow = bpf_ringbuf_reserve(&flows, sizeof(*flow), 0);
	if (flow) {
		flow->open_ns = bpf_ktime_get_ns() - begun->ts_ns;
		flow->pid = begun->pid;
		__builtin_memcpy(flow->comm, begun->comm, sizeof(flow->comm));
		bpf_probe_read_kernel(&flow->saddr, sizeof(flow->saddr), ctx->saddr_v6);
		bpf_probe_read_kernel(&flow->daddr, sizeof(flow->daddr), ctx->daddr_v6);
		flow->sport = ctx->sport;
		flow->dport = ctx->dport;
		bpf_ringbuf_submit(flow, 0);
	}
	bpf_map_delete_elem(&sockets, &socket);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
