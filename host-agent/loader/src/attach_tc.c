/* tc programs: a TCX link where the kernel has it (6.6), else a filter on clsact that the janitor removes. */
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message.h"
#include "netlink.h"
#include "run.h"

/* linux/bpf.h of 6.6; the oldest header this is built with doesn't have them. */
#define LINK_CREATE 28
#define ATTACH_TCX_INGRESS 46
#define ATTACH_TCX_EGRESS 47

/* The part of union bpf_attr that BPF_LINK_CREATE reads for TCX. */
struct link_create {
	uint32_t program_fd;
	uint32_t ifindex;
	uint32_t attach_type;
	uint32_t flags;
	uint32_t relative_fd;
	uint32_t padding;
	uint64_t expected_revision;
};

static int attach_tcx(struct run *run, const struct program *program, int ifindex)
{
	struct link_create attr = {
		.program_fd = (uint32_t)bpf_program__fd(program->bpf),
		.ifindex = (uint32_t)ifindex,
		.attach_type = program->attach.egress ? ATTACH_TCX_EGRESS : ATTACH_TCX_INGRESS,
	};
	long fd = syscall(SYS_bpf, LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : run_hold_fd(run, (int)fd);
}

/* Whether a filter of another run is there already on a clsact qdisc that Probepad made. */
static void find_own_qdisc(const struct tc_filter *filter, void *context)
{
	size_t length = strlen(filter->name);

	if (!strncmp(filter->name, "probepad-", 9) && length > 2 && !strcmp(filter->name + length - 2, "-q"))
		*(bool *)context = true;
}

static int attach_clsact(struct run *run, const struct program *program, int ifindex)
{
	char name[TC_FILTER_NAME_MAX];
	bool own_qdisc;
	int error;

	/* Said first: the janitor has to know even when we are killed in between. */
	janitor_note_interface(&run->janitor, ifindex);
	error = tc_clsact_add(ifindex);
	if (error && error != -EEXIST)
		return error;
	own_qdisc = !error;
	if (!own_qdisc)
		tc_filters_each(ifindex, find_own_qdisc, &own_qdisc);
	snprintf(name, sizeof(name), "%s%s", run->janitor.owner, own_qdisc ? "-q" : "");
	return tc_filter_add(ifindex, program->attach.egress, bpf_program__fd(program->bpf), name);
}

int attach_tc(struct run *run, struct program *program, char *detail, size_t size)
{
	int ifindex = (int)if_nametoindex(program->attach.interface), error;

	if (!ifindex) {
		snprintf(detail, size, "there is no interface %s", program->attach.interface);
		return -ENODEV;
	}
	error = attach_tcx(run, program, ifindex);
	/* EINVAL: this kernel knows no such attach type. */
	if (error != -EINVAL && error != -EOPNOTSUPP)
		return error;
	if (!run->janitor.pid) {
		snprintf(detail, size, "nobody would remove the filter after a crash: the janitor could not be started");
		return -ECHILD;
	}
	error = attach_clsact(run, program, ifindex);
	if (!error)
		snprintf(detail, size, "attached as a clsact filter: this kernel has no TCX");
	return error;
}
