/* How a run gives up what it does not need, step by step. */
#ifndef PROBEPAD_CONFINE_H
#define PROBEPAD_CONFINE_H

#include <sys/types.h>

#include "run.h"

/* Before anything else: raises what the binary's file capabilities permit. */
void confine_start(void);

/*
 * After the privileged set-up and before the object is looked at: uid and gid of the spec (when root), no new
 * privileges, empty bounding set, the few capabilities that loading and attaching take, Landlock.
 * `parent` as for parent_bind(). Returns 0, or -1 with run->failure set.
 */
int confine_enter(struct run *run, pid_t parent);

/* When the programs are known: no network capabilities without network programs, no CAP_SYS_ADMIN without perf events. */
void confine_trim(const struct run *run);

/*
 * Puts CAP_SYS_ADMIN into effect or takes it out again; it is in effect at no other time. Some kernels let nobody else call
 * perf_event_open (Debian's, when perf_event_paranoid is 3) or make a uprobe (newer ones), whatever CAP_PERFMON says.
 * Returns false when this process doesn't have it.
 */
bool confine_admin(bool wanted);

/* After attaching: nothing is left, except where an old kernel wants CAP_BPF for reading maps. 0 or -1 with failure. */
int confine_drop(struct run *run);

#endif
