/* The memory cgroup of a run: map memory ignores every rlimit, but is charged to the cgroup of whoever makes the map. */
#ifndef PROBEPAD_CGROUP_H
#define PROBEPAD_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#define CGROUP_PREFIX "probepad-"

struct run_cgroup {
	char path[768]; /* empty when there is none */
	char home[768]; /* where the loader came from */
	const char *limit; /* the file that limits it */
	int lock;	   /* fd, or -1 */
};

/*
 * Finds where the group `probepad-<run>` belongs, beside or below the loader's own, for v1 and v2 hierarchies. Returns 0, or
 * -errno with `why` telling the step and no path.
 */
int run_cgroup_find(struct run_cgroup *group, const char *run, char *why, size_t why_size);

/*
 * Makes the group that was found, limited to `bytes` and the loader's own needs, and moves the calling process in. Returns 0,
 * or -errno with `why` telling the step, and the path emptied when there is no group.
 */
int run_cgroup_enter(struct run_cgroup *group, uint64_t bytes, char *why, size_t why_size);

/* Moves `pid` back and removes the group. Returns 0, -EBUSY while processes are in it, or -errno. */
int run_cgroup_remove(const struct run_cgroup *group, int pid);

/* Whether the memory controller can be had: "v1", "v2" or NULL. */
const char *cgroup_memory_version(void);

/* Calls `each` for every directory named probepad-… of the memory hierarchy. */
void cgroup_each_leftover(void (*each)(const char *path));

#endif
