/* One run: what is loaded, what holds it, what flows. */
#ifndef PROBEPAD_RUN_H
#define PROBEPAD_RUN_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "failure.h"
#include "frame.h"
#include "hook.h"
#include "janitor.h"
#include "setup.h"
#include "spec.h"
#include "trace_instance.h"

struct program {
	const char *name; /* the object's */
	const char *section;
	struct attach_spec attach;
	char *section_text; /* strings of an attach spec that SEC() gave */
	char *real_path;    /* what became of the attach spec's path */
	struct hook hook;
	struct bpf_program *bpf;
	/* Not loaded: the spec says so, or the kernel lacks the target, or what `lacks` names. */
	bool off, absent;
	const char *lacks;
	/* Its target is the one of SEC(); the program that does the same in a better way, or NULL; left out for such a one. */
	bool by_section;
	struct program *preferred;
	bool set_aside;
	/* Left out because the verifier rejected it, with what it said of it. */
	bool rejected;
	char words[256];
	bool attached;
	char *log; /* run->log_size bytes of run->logs, touched only by a rejection */
	int iterator_link; /* fd of an iterator's link, or -1 */
};

/* Whether it is to be loaded, or is. */
static inline bool program_is_wanted(const struct program *program)
{
	return !program->off && !program->absent;
}

/* A section's map (.bss, .data.probepad): its bytes in place when the kernel lets us map them, else by look-up. */
struct section {
	struct bpf_map *map;
	uint8_t *bytes; /* mapped or a buffer of ours */
	size_t size;
	int fd;
	bool mapped;
};

struct lost_counter {
	struct section *section;
	uint32_t offset;
	uint16_t source;
};

struct run {
	struct setup setup;
	struct spec spec;
	struct failure failure;
	uint64_t started;

	void *object_bytes;
	struct bpf_object *object;
	struct program *programs;
	size_t program_count, attached_count;
	/* verifier_log.c: the buffers of all programs, one behind the other, and the size of each. */
	char *logs;
	size_t logs_size, log_size;

	/* What attaching left: closing them detaches. */
	struct bpf_link **links;
	int *fds;
	size_t link_count, fd_count;

	struct janitor janitor;
	struct trace_instance trace;

	struct section *sections;
	size_t section_count;
	struct lost_counter *lost_counters;
	size_t lost_counter_count;

	struct frame_output output;
};

/* `probepad-loader run`. Returns the exit status. */
int run_main(void);

/* open.c */
int object_open(struct run *run);
void object_close(struct run *run);
void programs_free(struct run *run);
struct program *run_program(struct run *run, const char *name);

/* load.c */
int object_load(struct run *run);
/* Whether that program depends on how the kernel names its system calls, which takes CAP_SYS_ADMIN to learn. */
bool wants_syscall_names(const struct run *run, const struct program *program);
/* Fails the run in the stage `target`: this kernel lacks every one. Returns -1. */
int fail_absent(struct run *run);

/* policy.c */
int policy_check(struct run *run);

/* denial.c: fails the run: "… does not allow program X <what> <name>". Returns -1. */
int policy_deny(struct run *run, const struct program *program, const char *what, const char *name);

/* policy_target.c: resolves the program's path, too, so that what was checked is what gets attached. 0 or -1 with failure. */
int policy_check_target(struct run *run, struct program *program);

/* attach.c */
int programs_attach(struct run *run);

/* hold.c: keep a link or fd for the run's life. Return 0 or -ENOMEM (it is closed then). */
int run_hold_link(struct run *run, struct bpf_link *link);
int run_hold_fd(struct run *run, int fd);
/* Closes all that is held. */
void programs_detach(struct run *run);

/* attach_perf.c, attach_tc.c, attach_kprobe_multi.c: 0 or -errno; `detail` gets what errno doesn't say. */
int attach_perf_event(struct run *run, struct program *program, char *detail, size_t size);
int attach_tc(struct run *run, struct program *program, char *detail, size_t size);
int attach_kprobe_multi(struct run *run, struct program *program, char *detail, size_t size);
/* attach_uprobe_multi.c */
bool is_uprobe_multi(const struct attach_spec *attach);
int attach_uprobe_multi(struct run *run, struct program *program, char *detail, size_t size);
/* Whether the pattern matches a function that the policy does not allow; `name` gets which. */
bool kprobe_multi_denied(const struct policy *policy, const char *pattern, char *name, size_t size);

/* sections.c */
int sections_open(struct run *run);
void sections_close(struct run *run);
struct section *section_find(struct run *run, const char *name);
/* Makes `bytes` current. Free of cost for a mapped section. Returns 0 or -errno. */
int section_read(struct section *section);
int section_write(struct section *section, uint32_t offset, const uint8_t *bytes, size_t length);
/* What the program itself counted as not sent, over all call sites of a source. */
uint64_t lost_count(struct run *run, uint16_t source);

#endif
