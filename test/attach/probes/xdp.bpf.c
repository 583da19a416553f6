// What comes in at an interface, before the kernel makes a packet of it.
#include "packet.h"

SEC("xdp")
int on_frame(struct xdp_md *context)
{
	void *data = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct datagram packet = { .bytes = end - data };

	if ((void *)(udp + 1) + sizeof(packet.payload) > end)
		return XDP_PASS;
	if (ip->version != 4 || ip->protocol != IPPROTO_UDP || udp->dest != bpf_htons(DISCARD))
		return XDP_PASS;
	__builtin_memcpy(packet.destination, &ip->daddr, sizeof(packet.destination));
	packet.port = bpf_ntohs(udp->dest);
	__builtin_memcpy(packet.payload, udp + 1, sizeof(packet.payload));
	bpf_ringbuf_output(&packets, &packet, sizeof(packet), 0);
	return XDP_PASS;
}
