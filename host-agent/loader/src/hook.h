/* What a program hangs on, from the spec or from SEC(): for policy, for messages and for telling absent targets. */
#ifndef PROBEPAD_HOOK_H
#define PROBEPAD_HOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "spec.h"

enum hook_family {
	HOOK_NONE,
	HOOK_TRACEPOINT,     /* target: category/name */
	HOOK_RAW_TRACEPOINT, /* name */
	HOOK_TP_BTF,	     /* name */
	HOOK_FUNCTION,	     /* fentry, fexit, fmod_ret: function */
	HOOK_LSM,	     /* hook without bpf_lsm_ */
	HOOK_ITER,	     /* what is iterated: task, bpf_map */
	HOOK_KPROBE,	     /* function, without its offset */
	HOOK_KPROBE_MULTI,   /* glob */
	HOOK_KSYSCALL,	     /* system call without sys_ */
	HOOK_UPROBE,	     /* path */
	HOOK_USDT,	     /* path */
	HOOK_PERF_EVENT,     /* event */
	HOOK_INTERFACE,	     /* network interface */
	HOOK_CGROUP,	     /* path */
	HOOK_OTHER,	     /* SEC() as it is */
};

struct hook {
	enum hook_family family;
	char target[512];
};

/* The hook of a program with that attach spec. For `auto` SEC() tells the family alone, and all when the family is unknown. */
void hook_of(const struct attach_spec *attach, const char *section, struct hook *hook);

/* Whether attaching there takes perf_event_open(). */
bool hook_is_perf_event(const struct hook *hook);

/*
 * present[i] becomes false when this kernel is known not to have the target of hooks[i]: its BTF, tracefs and symbol table are asked.
 * True when it has it or nobody can tell. At most PROGRAMS_MAX hooks. Slow (some ten milliseconds); for use after something failed.
 */
void hooks_present(const struct hook *const hooks[], size_t count, bool present[]);

bool kernel_has_kprobes(void);

/* Where tracefs is mounted, or NULL. */
const char *tracefs_path(void);

#endif
