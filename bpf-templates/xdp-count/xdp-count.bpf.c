// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* Packets and bytes that come in at a network interface, by protocol. Every packet goes on its way. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETH_P_IP   0x0800
#define ETH_P_IPV6 0x86dd

/* Named, so that the table shows names. Numbers: IANA's protocol numbers; 256 is our own. */
enum protocol {
	ICMP = 1,
	IGMP = 2,
	TCP = 6,
	UDP = 17,
	GRE = 47,
	ESP = 50,
	ICMPV6 = 58,
	SCTP = 132,
	NOT_IP = 256,
};

struct traffic {
	__u64 packets;
	__u64 bytes;
};

/* A value for each CPU, so that no CPU has to wait for another. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 257);
	__type(key, enum protocol);
	__type(value, struct traffic);
} traffic SEC(".maps");

/* Each header is looked at only after comparing with the packet's end: the verifier asks for that. */
static __always_inline enum protocol protocol_of(void *data, void *end)
{
	struct ethhdr *ethernet = data;
	struct ipv6hdr *ipv6;
	struct iphdr *ip;

	if ((void *)(ethernet + 1) > end)
		return NOT_IP;
	switch (bpf_ntohs(ethernet->h_proto)) {
	case ETH_P_IP:
		ip = (void *)(ethernet + 1);
		return (void *)(ip + 1) > end ? NOT_IP : ip->protocol;
	case ETH_P_IPV6:
		ipv6 = (void *)(ethernet + 1);
		return (void *)(ipv6 + 1) > end ? NOT_IP : ipv6->nexthdr;
	default:
		return NOT_IP;
	}
}

/* No interface in SEC("xdp"): choose one when you run it. */
SEC("xdp")
int xdp_count(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	enum protocol protocol = protocol_of(data, end);
	struct traffic first = { .packets = 1, .bytes = end - data };
	struct traffic *seen = bpf_map_lookup_elem(&traffic, &protocol);

	if (seen) {
		seen->packets += 1;
		seen->bytes += end - data;
	} else {
		bpf_map_update_elem(&traffic, &protocol, &first, BPF_ANY);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
