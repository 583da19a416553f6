#include "confine.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bounds.h"
#include "message.h"
#include "privilege.h"

/*
 * CAP_BPF and CAP_PERFMON load and attach; CAP_DAC_READ_SEARCH reads the ids of tracepoints in tracefs, fenced by
 * Landlock; CAP_SYSLOG resolves `extern … __ksym` in /proc/kallsyms; CAP_IPC_LOCK maps perf buffers beyond
 * perf_event_mlock_kb.
 */
#define LOADING                                                                                                   \
	(CAPABILITY(CAP_BPF) | CAPABILITY(CAP_PERFMON) | CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_SYSLOG) | \
	 CAPABILITY(CAP_IPC_LOCK))
#define ADMIN CAPABILITY(CAP_SYS_ADMIN)
#define NETWORK (CAPABILITY(CAP_NET_ADMIN) | CAPABILITY(CAP_NET_RAW))

void confine_start(void)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct capabilities now;
	struct stat status;

	if (!capabilities_get(&now) && now.effective != now.permitted)
		capabilities_set(now.permitted, now.permitted);
	/* Kernels before 5.11 count map memory against this; newer ones don't, so a refusal is nothing. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	/*
	 * libbpf looks for tracefs here first. It is mounted when somebody looks, which fails with ELOOP for who may not mount.
	 */
	stat("/sys/kernel/debug/tracing/events", &status);
}

static void drop_bounding_set(void)
{
	unsigned int number;

	/* Ends with EINVAL past the last capability; without CAP_SETPCAP nothing happens, and no_new_privs holds. */
	for (number = 0; number < 64; number++)
		if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) && errno == EINVAL)
			break;
}

static int become_user(struct run *run)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setgroups(0, NULL) ||
	    setresgid(run->setup.gid, run->setup.gid, run->setup.gid) ||
	    setresuid(run->setup.uid, run->setup.uid, run->setup.uid))
		return fail(&run->failure, "spec", errno, NULL, "becoming uid %u, gid %u: %s", run->setup.uid,
			    run->setup.gid, strerror(errno));
	return 0;
}

/* Kernel interfaces, and binaries that uprobes may name: SEC() is not known yet when the fence goes up. */
static int fence(struct run *run)
{
	static const char *const folders[] = { "/sys", "/proc", "/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt" };
	struct fence_rule rules[9 + PROGRAMS_MAX];
	char configuration[128];
	struct utsname kernel;
	int count, error;
	size_t i;

	for (count = 0; count < 8; count++)
		rules[count] = (struct fence_rule){ folders[count], FENCE_READ };
	/* `extern … __kconfig` is looked up there by libbpf where the kernel has no /proc/config.gz; Debian's have none. */
	if (!uname(&kernel)) {
		snprintf(configuration, sizeof(configuration), "/boot/config-%s", kernel.release);
		rules[count++] = (struct fence_rule){ configuration, FENCE_READ_FILE };
	}
	for (i = 0; i < run->spec.program_count; i++) {
		const struct attach_spec *attach = &run->spec.programs[i].attach;

		if (!attach->path)
			continue;
		rules[count].path = attach->path;
		rules[count++].access = attach->type == ATTACH_CGROUP ? FENCE_READ_CGROUP : FENCE_READ_FILE;
	}
	error = landlock_fence(rules, count);
	if (error == -EOPNOTSUPP || error == -ENOSYS)
		message_remark("this kernel has no Landlock: the loader's file access is not fenced");
	else if (error)
		return fail(&run->failure, "spec", -error, NULL, "fencing file access: %s", strerror(-error));
	return 0;
}

int confine_enter(struct run *run, pid_t parent)
{
	struct capabilities now;
	uint64_t kept;
	int error;

	if (capabilities_get(&now))
		return fail(&run->failure, "spec", errno, NULL, "reading capabilities: %s", strerror(errno));
	kept = now.permitted & (LOADING | NETWORK | ADMIN);
	drop_bounding_set();
	if (geteuid() == 0 && become_user(run))
		return -1;
	error = capabilities_set(kept & ~ADMIN, kept);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (error)
		return fail(&run->failure, "spec", -error, NULL, "reducing capabilities: %s", strerror(-error));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(&run->failure, "spec", errno, NULL, "setting no_new_privs: %s", strerror(errno));
	/* The change of uid has cleared it. */
	if (parent_bind(parent))
		return fail(&run->failure, "spec", ESRCH, NULL, "the agent has gone");
	return fence(run);
}

static bool is_network(enum bpf_prog_type type)
{
	switch (type) {
	case BPF_PROG_TYPE_KPROBE:
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
	case BPF_PROG_TYPE_SYSCALL:
		return false;
	default:
		return true;
	}
}

void confine_trim(const struct run *run)
{
	struct capabilities now;
	uint64_t unneeded = NETWORK | ADMIN;
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		const struct program *program = &run->programs[i];

		if (!program_is_wanted(program))
			continue;
		if (is_network(bpf_program__type(program->bpf)))
			unneeded &= ~NETWORK;
		if (hook_is_perf_event(&program->hook) || wants_syscall_names(run, program))
			unneeded &= ~ADMIN;
	}
	for (i = 0; i < run->spec.source_count; i++)
		if (run->spec.sources[i].kind == SOURCE_PERF)
			unneeded &= ~ADMIN;
	if (!capabilities_get(&now))
		capabilities_set(now.effective & ~unneeded, now.permitted & ~unneeded);
}

bool confine_admin(bool wanted)
{
	struct capabilities now;

	if (capabilities_get(&now) || !(now.permitted & ADMIN))
		return false;
	return !capabilities_set(wanted ? now.effective | ADMIN : now.effective & ~ADMIN, now.permitted);
}

/* Before 6.0 a kernel with unprivileged_bpf_disabled refuses every bpf() without CAP_BPF, even on fds one holds. */
static bool can_look_without_capabilities(struct run *run)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	struct bpf_map *map = bpf_object__next_map(run->object, NULL);

	return !map || bpf_map__fd(map) < 0 || !bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &size) ||
	       errno != EPERM;
}

int confine_drop(struct run *run)
{
	struct capabilities now;
	uint64_t kept = 0;
	int error = capabilities_get(&now);

	if (!error)
		error = capabilities_set(0, now.permitted);
	if (!error && !can_look_without_capabilities(run)) {
		kept = now.permitted & CAPABILITY(CAP_BPF);
		message_remark("this kernel refuses reading maps without CAP_BPF: the loader keeps it");
	}
	if (!error)
		error = capabilities_set(kept, kept);
	if (error)
		return fail(&run->failure, "attach", -error, NULL, "dropping capabilities: %s", strerror(-error));
	return 0;
}
