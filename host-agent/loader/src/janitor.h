/*
 * A small process that outlives the loader by a moment and removes what does not go with it: the memory cgroup, the
 * tracing instance, tc filters on kernels without TCX. It waits for the end of a pipe, so that even kill -9 of loader and
 * agent leaves nothing.
 */
#ifndef PROBEPAD_JANITOR_H
#define PROBEPAD_JANITOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"

struct janitor {
	pid_t pid; /* 0 when there is none */
	int pipe;
	struct run_cgroup cgroup;
	char tracing[256]; /* where the tracing instance will be, or empty */
	/* Begins the names of this run's tc filters: probepad-<run>-<pid namespace>-<pid>-<start time>. */
	char owner[128];
};

/* Names the owner of tc filters: this process. */
void janitor_owner(const char *run, char *owner, size_t size);

/* True when `name` is a filter of a loader of this pid namespace that lives no more. */
bool janitor_owner_dead(const char *name);

/* Forks it, before anything is made that it would have to remove. Returns 0 or -errno. */
int janitor_start(struct janitor *janitor);

/* Says that the run has nothing to do with tc: it gives CAP_NET_ADMIN up. */
void janitor_note_no_network(struct janitor *janitor);

/* Says that filters of this run may be on that interface; to be said before they are made. */
void janitor_note_interface(struct janitor *janitor, int ifindex);

/* Lets it remove everything now and waits for it, a second at most. */
void janitor_finish(struct janitor *janitor);

/* Removes the filters for which `match` says so, and a clsact qdisc that we made and that is empty then. */
void janitor_clean_interface(int ifindex, bool (*match)(const char *name, const void *context), const void *context);

/* `probepad-loader sweep`. Returns the exit status. */
int sweep_main(void);

#endif
