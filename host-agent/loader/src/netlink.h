/* Traffic control by rtnetlink, for kernels without TCX: linux/pkt_cls.h, linux/rtnetlink.h, tc-bpf(8). */
#ifndef PROBEPAD_NETLINK_H
#define PROBEPAD_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#define TC_FILTER_NAME_MAX 256

struct tc_filter {
	int ifindex;
	uint32_t parent, handle;
	uint16_t priority;
	char name[TC_FILTER_NAME_MAX];
};

/* The clsact qdisc of an interface. 0 or -errno; -EEXIST when it is there already. */
int tc_clsact_add(int ifindex);
int tc_clsact_delete(int ifindex);

/* A direct-action BPF filter of that name. The kernel picks priority and handle. 0 or -errno. */
int tc_filter_add(int ifindex, bool egress, int program_fd, const char *name);
int tc_filter_delete(const struct tc_filter *filter);

/*
 * Every filter of both directions; those that are no BPF filters have an empty name. Filters may be deleted from within
 * `each`. 0 or -errno.
 */
int tc_filters_each(int ifindex, void (*each)(const struct tc_filter *filter, void *context), void *context);

#endif
