// What comes in at an interface, and the answers to "who has this address" that go out.
#include "packet.h"

#define TC_ACT_OK 0

struct arp_answer {
	u32 bytes;
	u16 operation;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} answers SEC(".maps");

SEC("tc")
int on_ingress(struct __sk_buff *skb)
{
	send_datagram(skb, ETHERNET_BYTES);
	return TC_ACT_OK;
}

SEC("tc")
int on_egress(struct __sk_buff *skb)
{
	struct arp_answer answer = { .bytes = skb->len };
	u16 operation;

	/* The operation's offset in an ARP packet: RFC 826. */
	if (skb->protocol != bpf_htons(0x0806) || bpf_skb_load_bytes(skb, ETHERNET_BYTES + 6, &operation, sizeof(operation)))
		return TC_ACT_OK;
	answer.operation = bpf_ntohs(operation);
	bpf_ringbuf_output(&answers, &answer, sizeof(answer), 0);
	return TC_ACT_OK;
}
