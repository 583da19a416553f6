/* Capabilities, uid and Landlock. Source of the numbers: linux/capability.h, capabilities(7), landlock(7). */
#ifndef PROBEPAD_PRIVILEGE_H
#define PROBEPAD_PRIVILEGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bit masks over CAP_*. */
struct capabilities {
	uint64_t effective, permitted;
};

#define CAPABILITY(number) (1ull << (number))

int capabilities_get(struct capabilities *capabilities);
/* Sets both sets; inheritable becomes empty. Returns 0 or -errno. */
int capabilities_set(uint64_t effective, uint64_t permitted);

/* The name (`cap_bpf`) of a capability, or NULL. */
const char *capability_name(unsigned int number);

/*
 * Ties this process's life to its parent's. To be called again after whatever clears it (a change of uid or of file
 * capabilities). `parent` is what getppid() said at the start.
 * Returns -1 when the parent has gone already.
 */
int parent_bind(pid_t parent);

/* Landlock's ABI, 0 when the kernel has none. */
int landlock_abi(void);

/* What may be done below a path. */
struct fence_rule {
	const char *path;
	enum {
		FENCE_READ, /* read files */
		FENCE_READ_FILE, /* that regular file alone; a rule for anything else is passed over */
		FENCE_READ_CGROUP, /* read below a directory of cgroup v2; as above */
		FENCE_REMOVE, /* remove directories and write to existing files */
	} access;
};

/*
 * After this nothing else may be done with files that are not open yet. Rules for what doesn't exist are passed over.
 * Returns 0, or -errno (ENOSYS, EOPNOTSUPP: this kernel can't).
 */
int landlock_fence(const struct fence_rule *rules, int count);

#endif
