/* Attaches what was loaded. Everything hangs on fds of this process, so that it goes with the process. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alternatives.h"
#include "confine.h"
#include "message.h"
#include "run.h"
#include "section_name.h"

/* Keeps a link that libbpf made, or says why there is none. */
static int hold(struct run *run, struct bpf_link *link)
{
	return link ? run_hold_link(run, link) : -errno;
}

/* A section that is not known here: libbpf may know it. */
static int attach_auto(struct run *run, struct program *program, char *detail, size_t size)
{
	struct bpf_link *link = NULL;

	errno = 0;
	if (program->hook.family == HOOK_OTHER)
		link = bpf_program__attach(program->bpf);
	if (link)
		return run_hold_link(run, link);
	/* libbpf says "fine, nothing attached" or "not supported" where SEC() leaves the target out. */
	if (errno == 0 || errno == EOPNOTSUPP || errno == EINVAL) {
		struct section_name name;

		/* What is no target has been left out of the attach spec (section_name.h). */
		section_name_read(program->section, &name);
		snprintf(detail, size, "SEC(\"%s\") %s: a target is needed", program->section,
			 name.target[0] ? "names no target that can be attached to" : "does not say what to attach to");
		return errno ? -errno : -EDESTADDRREQ;
	}
	return -errno;
}

/* The function was set before the load. */
static int attach_tracing(struct run *run, const struct program *program)
{
	if (bpf_program__type(program->bpf) == BPF_PROG_TYPE_LSM)
		return hold(run, bpf_program__attach_lsm(program->bpf));
	return hold(run, bpf_program__attach_trace(program->bpf));
}

static int attach_kprobe(struct run *run, const struct program *program)
{
	LIBBPF_OPTS(bpf_kprobe_opts, options, .offset = program->attach.offset, .retprobe = program->attach.is_return);

	return hold(run, bpf_program__attach_kprobe_opts(program->bpf, program->attach.function, &options));
}

static int attach_ksyscall(struct run *run, const struct program *program)
{
	LIBBPF_OPTS(bpf_ksyscall_opts, options, .retprobe = program->attach.is_return);

	return hold(run, bpf_program__attach_ksyscall(program->bpf, program->attach.syscall, &options));
}

static int attach_uprobe(struct run *run, struct program *program, char *detail, size_t size)
{
	const struct attach_spec *attach = &program->attach;
	LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = attach->is_return,
		    .func_name = attach->function[0] ? attach->function : NULL);

	if (is_uprobe_multi(attach))
		return attach_uprobe_multi(run, program, detail, size);
	return hold(run, bpf_program__attach_uprobe_opts(program->bpf, attach->pid, attach->path, attach->offset, &options));
}

static int attach_usdt(struct run *run, const struct program *program)
{
	const struct attach_spec *attach = &program->attach;

	return hold(run, bpf_program__attach_usdt(program->bpf, attach->pid, attach->path, attach->provider, attach->name,
						  NULL));
}

static int interface_index(const char *name, char *detail, size_t size)
{
	int index = (int)if_nametoindex(name);

	if (!index)
		snprintf(detail, size, "there is no interface %s", name);
	return index;
}

static int attach_xdp(struct run *run, const struct program *program, char *detail, size_t size)
{
	int index = interface_index(program->attach.interface, detail, size);
	LIBBPF_OPTS(bpf_link_create_opts, options);
	int link;

	if (!index)
		return -ENODEV;
	if (program->attach.mode == XDP_MODE_GENERIC)
		options.flags = XDP_FLAGS_SKB_MODE;
	else if (program->attach.mode == XDP_MODE_NATIVE)
		options.flags = XDP_FLAGS_DRV_MODE;
	link = bpf_link_create(bpf_program__fd(program->bpf), index, BPF_XDP, &options);
	if (link < 0 && program->attach.mode == XDP_MODE_DEFAULT && errno != EBUSY && errno != EPERM) {
		int error = errno;

		options.flags = XDP_FLAGS_SKB_MODE;
		link = bpf_link_create(bpf_program__fd(program->bpf), index, BPF_XDP, &options);
		if (link >= 0)
			message_remark("program %s runs in generic XDP mode: the driver of %s refused it: %s",
				       program->name, program->attach.interface, strerror(error));
	}
	return link < 0 ? -errno : run_hold_fd(run, link);
}

static int attach_cgroup(struct run *run, const struct program *program)
{
	int fd = open(program->attach.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	error = hold(run, bpf_program__attach_cgroup(program->bpf, fd));
	close(fd);
	return error;
}

/* A packet socket nobody reads: the filter sees every packet and keeps none for long. */
static int attach_socket_filter(struct run *run, const struct program *program, char *detail, size_t size)
{
	int index = interface_index(program->attach.interface, detail, size);
	int program_fd = bpf_program__fd(program->bpf), small = 1, fd, error;
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = index,
	};

	if (!index)
		return -ENODEV;
	/* Protocol 0 receives nothing until bind(), by when the filter is there. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program_fd, sizeof(program_fd)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		error = -errno;
		close(fd);
		return error;
	}
	return run_hold_fd(run, fd);
}

static int attach_iterator(struct run *run, struct program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program->bpf, NULL);

	if (!link)
		return -errno;
	program->iterator_link = bpf_link__fd(link);
	return run_hold_link(run, link);
}

static int attach_one(struct run *run, struct program *program, char *detail, size_t size)
{
	const struct attach_spec *attach = &program->attach;

	switch (attach->type) {
	case ATTACH_AUTO:
		return attach_auto(run, program, detail, size);
	case ATTACH_NONE:
	case ATTACH_OFF:
		return 0;
	case ATTACH_TRACEPOINT:
		return hold(run, bpf_program__attach_tracepoint(program->bpf, attach->category, attach->name));
	case ATTACH_RAW_TRACEPOINT:
		return hold(run, bpf_program__attach_raw_tracepoint(program->bpf, attach->name));
	case ATTACH_TRACING:
		return attach_tracing(run, program);
	case ATTACH_KPROBE:
		return attach_kprobe(run, program);
	case ATTACH_KPROBE_MULTI:
		return attach_kprobe_multi(run, program, detail, size);
	case ATTACH_KSYSCALL:
		return attach_ksyscall(run, program);
	case ATTACH_UPROBE:
		return attach_uprobe(run, program, detail, size);
	case ATTACH_USDT:
		return attach_usdt(run, program);
	case ATTACH_PERF_EVENT:
		return attach_perf_event(run, program, detail, size);
	case ATTACH_XDP:
		return attach_xdp(run, program, detail, size);
	case ATTACH_TC:
		return attach_tc(run, program, detail, size);
	case ATTACH_CGROUP:
		return attach_cgroup(run, program);
	case ATTACH_SOCKET_FILTER:
		return attach_socket_filter(run, program, detail, size);
	case ATTACH_ITER:
		return attach_iterator(run, program);
	}
	return -EINVAL;
}

static bool is_absence(const struct program *program, int error)
{
	switch (program->hook.family) {
	case HOOK_TRACEPOINT:
	case HOOK_RAW_TRACEPOINT:
		return error == ENOENT || error == ESRCH;
	case HOOK_KPROBE:
	case HOOK_KSYSCALL:
		return (error == ENOENT || error == ESRCH) && kernel_has_kprobes();
	default:
		return false;
	}
}

/* Returns 0 or an errno, of which `detail` tells more. */
static int attach_and_tell(struct run *run, struct program *program, char *detail, size_t size)
{
	bool is_uprobe = program->hook.family == HOOK_UPROBE || program->hook.family == HOOK_USDT;
	bool is_kprobe = program->hook.family == HOOK_KPROBE || program->hook.family == HOOK_KSYSCALL;
	int error;

	error = -attach_one(run, program, detail, size);
	if (hook_is_perf_event(&program->hook) && (error == EACCES || error == EPERM) && confine_admin(true)) {
		error = -attach_one(run, program, detail, size);
		confine_admin(false);
	}
	if (!error) {
		program->attached = true;
		run->attached_count++;
		message_program(program->name, "attached", program->hook.target, 0, detail);
		return 0;
	}
	if (is_uprobe && (error == EACCES || error == EPERM))
		snprintf(detail, size,
			 "%s: this kernel wants CAP_SYS_ADMIN for uprobes, or the binary is neither below /usr nor named by the run",
			 strerror(error));
	else if (hook_is_perf_event(&program->hook) && (error == EACCES || error == EPERM))
		snprintf(detail, size, "%s: this kernel wants CAP_SYS_ADMIN for perf events", strerror(error));
	else if (!detail[0] && is_kprobe && !kernel_has_kprobes())
		snprintf(detail, size, "this kernel has no kprobes");
	if (!detail[0])
		snprintf(detail, size, "%s", strerror(error));
	if (is_absence(program, error)) {
		program->absent = true;
		message_remark("program %s is off: this kernel has no %s", program->name, program->hook.target);
		message_program(program->name, "off", program->hook.target, error, detail);
	} else {
		message_program(program->name, "failed", program->hook.target, error, detail);
	}
	return error;
}

/* What has come of attaching. */
struct outcome {
	size_t wanted, unattached, absent;
	int error;
	const char *culprit;
	char why[512];
};

/* Attaches the programs that have a better one beside them, or those that have none. */
static void attach_all(struct run *run, bool second_ways, struct outcome *outcome)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];
		char detail[512] = "";
		int error;

		if (!program_is_wanted(program) || second_ways != (program->preferred != NULL))
			continue;
		if (alternative_needless(program))
			continue;
		if (program->attach.type == ATTACH_NONE) {
			outcome->unattached++;
			continue;
		}
		outcome->wanted++;
		error = attach_and_tell(run, program, detail, sizeof(detail));
		outcome->absent += program->absent;
		if (error) {
			outcome->error = error;
			outcome->culprit = program->name;
			memcpy(outcome->why, detail, sizeof(outcome->why));
		}
	}
}

int programs_attach(struct run *run)
{
	struct outcome outcome = { 0 };

	attach_all(run, false, &outcome);
	attach_all(run, true, &outcome);
	alternatives_tell(run);
	/* A program for others to call may be all there is. */
	if (run->attached_count || (!outcome.wanted && outcome.unattached))
		return 0;
	if (outcome.absent == outcome.wanted)
		return fail_absent(run);
	return fail(&run->failure, "attach", outcome.error, outcome.culprit, "%s", outcome.why);
}
