/* A datagram to port 9 (discard), as the four network programs of this folder send it on. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ETHERNET_BYTES 14
#define DISCARD 9

char LICENSE[] SEC("license") = "GPL";

struct datagram {
	u32 bytes;
	u8 destination[4];
	u16 port;
	char payload[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} packets SEC(".maps");

/* The header of IPv4 begins at `at`, and has no options. */
static __always_inline void send_datagram(struct __sk_buff *skb, u32 at)
{
	struct datagram packet = { .bytes = skb->len };
	struct iphdr ip;
	struct udphdr udp;

	if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.version != 4 || ip.protocol != IPPROTO_UDP)
		return;
	if (bpf_skb_load_bytes(skb, at + sizeof(ip), &udp, sizeof(udp)) || udp.dest != bpf_htons(DISCARD))
		return;
	__builtin_memcpy(packet.destination, &ip.daddr, sizeof(packet.destination));
	packet.port = bpf_ntohs(udp.dest);
	if (!bpf_skb_load_bytes(skb, at + sizeof(ip) + sizeof(udp), packet.payload, sizeof(packet.payload)))
		bpf_ringbuf_output(&packets, &packet, sizeof(packet), 0);
}
