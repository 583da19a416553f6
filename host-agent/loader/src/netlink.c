#include "netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILTERS_MAX 256

struct request {
	struct nlmsghdr header;
	struct tcmsg tc;
	char attributes[512];
};

static void request_start(struct request *request, uint16_t type, uint16_t flags, int ifindex)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(sizeof(request->tc));
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	request->header.nlmsg_seq = 1;
	request->tc.tcm_family = AF_UNSPEC;
	request->tc.tcm_ifindex = ifindex;
}

static struct rtattr *request_add(struct request *request, uint16_t type, const void *data, size_t length)
{
	struct rtattr *attribute = (struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(attribute), data, length);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
	return attribute;
}

static int netlink_open(void)
{
	struct timeval patience = { .tv_sec = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/*
 * Sends and reads until the acknowledgement or the end of a dump; `each` gets every message between.
 * Returns 0 or -errno.
 */
static int netlink_do(struct request *request, void (*each)(const struct nlmsghdr *, void *), void *context)
{
	/* The kernel sends dumps in skbs of at most 32 KiB (linux/net/netlink/af_netlink.c, netlink_dump). */
	_Alignas(struct nlmsghdr) char buffer[32768];
	struct nlmsghdr *header;
	int fd = netlink_open(), error = 0;
	bool done = false;

	if (fd < 0)
		return fd;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		error = -errno;
	while (!done && !error) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
		unsigned int left;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			error = got ? -errno : -EPIPE;
			break;
		}
		left = (unsigned int)got;
		for (header = (struct nlmsghdr *)buffer; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
			if (header->nlmsg_type == NLMSG_DONE) {
				done = true;
			} else if (header->nlmsg_type == NLMSG_ERROR) {
				error = ((struct nlmsgerr *)NLMSG_DATA(header))->error;
				done = true;
			} else if (each) {
				each(header, context);
			}
		}
	}
	close(fd);
	return error;
}

int tc_clsact_add(int ifindex)
{
	struct request request;

	request_start(&request, RTM_NEWQDISC, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifindex);
	request.tc.tcm_parent = TC_H_CLSACT;
	request.tc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	request_add(&request, TCA_KIND, "clsact", sizeof("clsact"));
	return netlink_do(&request, NULL, NULL);
}

int tc_clsact_delete(int ifindex)
{
	struct request request;

	request_start(&request, RTM_DELQDISC, NLM_F_ACK, ifindex);
	request.tc.tcm_parent = TC_H_CLSACT;
	request.tc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	return netlink_do(&request, NULL, NULL);
}

static uint32_t parent_of(bool egress)
{
	return TC_H_MAKE(TC_H_CLSACT, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
}

int tc_filter_add(int ifindex, bool egress, int program_fd, const char *name)
{
	uint32_t fd = (uint32_t)program_fd, flags = TCA_BPF_FLAG_ACT_DIRECT;
	struct request request;
	struct rtattr *options;

	request_start(&request, RTM_NEWTFILTER, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifindex);
	request.tc.tcm_parent = parent_of(egress);
	request.tc.tcm_info = TC_H_MAKE(0, htons(ETH_P_ALL));
	request_add(&request, TCA_KIND, "bpf", sizeof("bpf"));
	options = request_add(&request, TCA_OPTIONS | NLA_F_NESTED, NULL, 0);
	request_add(&request, TCA_BPF_FD, &fd, sizeof(fd));
	request_add(&request, TCA_BPF_NAME, name, strlen(name) + 1);
	request_add(&request, TCA_BPF_FLAGS, &flags, sizeof(flags));
	options->rta_len = (uint16_t)((char *)&request + request.header.nlmsg_len - (char *)options);
	return netlink_do(&request, NULL, NULL);
}

int tc_filter_delete(const struct tc_filter *filter)
{
	struct request request;

	request_start(&request, RTM_DELTFILTER, NLM_F_ACK, filter->ifindex);
	request.tc.tcm_parent = filter->parent;
	request.tc.tcm_handle = filter->handle;
	request.tc.tcm_info = TC_H_MAKE((uint32_t)filter->priority << 16, htons(ETH_P_ALL));
	request_add(&request, TCA_KIND, "bpf", sizeof("bpf"));
	return netlink_do(&request, NULL, NULL);
}

struct filters {
	struct tc_filter entries[FILTERS_MAX];
	unsigned int count;
};

static void read_options(struct rtattr *options, struct tc_filter *filter)
{
	int left = (int)RTA_PAYLOAD(options);
	struct rtattr *attribute;

	for (attribute = RTA_DATA(options); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if ((attribute->rta_type & NLA_TYPE_MASK) == TCA_BPF_NAME)
			snprintf(filter->name, sizeof(filter->name), "%.*s", (int)RTA_PAYLOAD(attribute),
				 (const char *)RTA_DATA(attribute));
}

static void collect_filter(const struct nlmsghdr *header, void *context)
{
	struct filters *filters = context;
	struct tcmsg *tc = NLMSG_DATA(header);
	int left = (int)header->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*tc));
	struct rtattr *attribute, *options = NULL;
	bool is_bpf = false;
	struct tc_filter *filter;

	/* The kernel names a chain by a message without a handle before its filters. */
	if (header->nlmsg_type != RTM_NEWTFILTER || !tc->tcm_handle || filters->count == FILTERS_MAX)
		return;
	filter = &filters->entries[filters->count++];
	memset(filter, 0, sizeof(*filter));
	filter->ifindex = tc->tcm_ifindex;
	filter->parent = tc->tcm_parent;
	filter->handle = tc->tcm_handle;
	filter->priority = (uint16_t)(TC_H_MAJ(tc->tcm_info) >> 16);
	for (attribute = (struct rtattr *)((char *)tc + NLMSG_ALIGN(sizeof(*tc))); RTA_OK(attribute, left);
	     attribute = RTA_NEXT(attribute, left)) {
		uint16_t type = attribute->rta_type & NLA_TYPE_MASK;

		if (type == TCA_KIND)
			is_bpf = !strncmp(RTA_DATA(attribute), "bpf", RTA_PAYLOAD(attribute));
		else if (type == TCA_OPTIONS)
			options = attribute;
	}
	if (is_bpf && options)
		read_options(options, filter);
}

int tc_filters_each(int ifindex, void (*each)(const struct tc_filter *filter, void *context), void *context)
{
	static struct filters filters;
	unsigned int i;
	int direction, error = 0;

	filters.count = 0;
	for (direction = 0; direction < 2 && !error; direction++) {
		struct request request;

		request_start(&request, RTM_GETTFILTER, NLM_F_DUMP, ifindex);
		request.tc.tcm_parent = parent_of(direction == 1);
		error = netlink_do(&request, collect_filter, &filters);
	}
	for (i = 0; i < filters.count; i++)
		each(&filters.entries[i], context);
	return error;
}
