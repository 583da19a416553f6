// What the processes of a group send. 1: the packet goes its way.
#include "packet.h"

SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff *skb)
{
	send_datagram(skb, 0);
	return 1;
}
