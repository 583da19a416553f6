#include "privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ull << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ull << 15)
#endif

static const char *const names[] = {
	"cap_chown",	      "cap_dac_override",   "cap_dac_read_search", "cap_fowner",	  "cap_fsetid",
	"cap_kill",	      "cap_setgid",	    "cap_setuid",	   "cap_setpcap",	  "cap_linux_immutable",
	"cap_net_bind_service", "cap_net_broadcast", "cap_net_admin",	   "cap_net_raw",	  "cap_ipc_lock",
	"cap_ipc_owner",      "cap_sys_module",	    "cap_sys_rawio",	   "cap_sys_chroot",	  "cap_sys_ptrace",
	"cap_sys_pacct",      "cap_sys_admin",	    "cap_sys_boot",	   "cap_sys_nice",	  "cap_sys_resource",
	"cap_sys_time",	      "cap_sys_tty_config", "cap_mknod",	   "cap_lease",		  "cap_audit_write",
	"cap_audit_control",  "cap_setfcap",	    "cap_mac_override",	   "cap_mac_admin",	  "cap_syslog",
	"cap_wake_alarm",     "cap_block_suspend",  "cap_audit_read",	   "cap_perfmon",	  "cap_bpf",
	"cap_checkpoint_restore",
};

const char *capability_name(unsigned int number)
{
	return number < sizeof(names) / sizeof(names[0]) ? names[number] : NULL;
}

int capabilities_get(struct capabilities *capabilities)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return -errno;
	capabilities->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	capabilities->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return 0;
}

int capabilities_set(uint64_t effective, uint64_t permitted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)effective, .permitted = (uint32_t)permitted },
		{ .effective = (uint32_t)(effective >> 32), .permitted = (uint32_t)(permitted >> 32) },
	};

	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

int parent_bind(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -1;
	/* It may have died before the prctl. */
	return getppid() == parent ? 0 : -1;
}

int landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* Everything the ABI can forbid: access to files, not only what this process happens to do. */
static uint64_t handled_accesses(int abi)
{
	uint64_t accesses = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

	if (abi >= 2)
		accesses |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		accesses |= LANDLOCK_ACCESS_FS_TRUNCATE;
	if (abi >= 5)
		accesses |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
	return accesses;
}

/* Who names a path names what lies below it: only what a rule is meant for is taken. */
static bool is_meant(int fd, const struct stat *status, const struct fence_rule *rule)
{
	struct statfs system;

	switch (rule->access) {
	case FENCE_READ_FILE:
		return S_ISREG(status->st_mode);
	case FENCE_READ_CGROUP:
		return S_ISDIR(status->st_mode) && !fstatfs(fd, &system) && system.f_type == CGROUP2_SUPER_MAGIC;
	default:
		return true;
	}
}

static int add_rule(int ruleset, const struct fence_rule *wanted)
{
	bool removes = wanted->access == FENCE_REMOVE;
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat status;
	int error = 0;

	rule.parent_fd = open(wanted->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return 0;
	if (fstat(rule.parent_fd, &status) || !is_meant(rule.parent_fd, &status, wanted))
		goto cleanup;
	rule.allowed_access = removes ? LANDLOCK_ACCESS_FS_WRITE_FILE : LANDLOCK_ACCESS_FS_READ_FILE;
	if (S_ISDIR(status.st_mode))
		rule.allowed_access |= removes ? LANDLOCK_ACCESS_FS_REMOVE_DIR : LANDLOCK_ACCESS_FS_READ_DIR;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		error = -errno;
cleanup:
	close(rule.parent_fd);
	return error;
}

int landlock_fence(const struct fence_rule *rules, int count)
{
	int abi = landlock_abi(), error = 0, i;
	struct landlock_ruleset_attr attr = { .handled_access_fs = handled_accesses(abi) };
	int ruleset;

	if (!abi)
		return -EOPNOTSUPP;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return -errno;
	for (i = 0; i < count && !error; i++)
		error = add_rule(ruleset, &rules[i]);
	if (!error && syscall(SYS_landlock_restrict_self, ruleset, 0))
		error = -errno;
	close(ruleset);
	return error;
}
