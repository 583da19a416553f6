// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Every TCP connection that is opened from here: who, from where, to where, in which cgroup. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	/* The container or unit, in the number that cgroup2 gives it. */
	__u64 cgroup_id;
	pid_t pid;
	uid_t uid;
	char comm[16];
	/* 4 or 6: which of the address pairs counts. */
	__u16 ip;
	/* Ports in host order. */
	__u16 sport;
	__u16 dport;
	/* IPv4, in network order as the kernel keeps it. */
	__be32 saddr;
	__be32 daddr;
	/* IPv6. */
	__u8 saddr6[16];
	__u8 daddr6[16];
};

/* Only this process; 0: every process. */
const volatile pid_t targ_pid = 0;
/* Only connections to this port; 0: every port. */
const volatile __u16 targ_port = 0;

/* The socket that a thread is connecting: a kretprobe sees no arguments. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u32);
	__type(value, struct sock *);
} connecting SEC(".maps");

/* One buffer per CPU: what ring buffers replaced, still seen in many programs. */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

static int on_enter(struct sock *sk)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = (__u32)id;

	if (targ_pid && id >> 32 != targ_pid)
		return 0;
	bpf_map_update_elem(&connecting, &tid, &sk, BPF_ANY);
	return 0;
}

static int on_return(struct pt_regs *ctx, int ret, int ip)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = (__u32)id;
	struct sock **found = bpf_map_lookup_elem(&connecting, &tid);
	struct event event = {};
	struct sock *sk;

	if (!found)
		return 0;
	sk = *found;
	bpf_map_delete_elem(&connecting, &tid);
	/* Not even tried: no route, no free port, … */
	if (ret)
		return 0;

	event.dport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (targ_port && event.dport != targ_port)
		return 0;
	event.sport = BPF_CORE_READ(sk, __sk_common.skc_num);
	event.ip = ip;
	if (ip == 4) {
		event.saddr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		event.daddr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO(&event.saddr6, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
		BPF_CORE_READ_INTO(&event.daddr6, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	}
	event.cgroup_id = bpf_get_current_cgroup_id();
	event.pid = id >> 32;
	event.uid = (uid_t)bpf_get_current_uid_gid();
	bpf_get_current_comm(event.comm, sizeof(event.comm));

	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}

SEC("kprobe/tcp_v4_connect")
int BPF_KPROBE(enter_v4, struct sock *sk)
{
	return on_enter(sk);
}

SEC("kretprobe/tcp_v4_connect")
int BPF_KRETPROBE(return_v4, int ret)
{
	return on_return(ctx, ret, 4);
}

SEC("kprobe/tcp_v6_connect")
int BPF_KPROBE(enter_v6, struct sock *sk)
{
	return on_enter(sk);
}

SEC("kretprobe/tcp_v6_connect")
int BPF_KRETPROBE(return_v6, int ret)
{
	return on_return(ctx, ret, 6);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
