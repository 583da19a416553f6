// What passes an interface, seen from a packet socket. 0: the socket itself gets nothing.
#include "packet.h"

SEC("socket")
int on_packet(struct __sk_buff *skb)
{
	send_datagram(skb, ETHERNET_BYTES);
	return 0;
}
