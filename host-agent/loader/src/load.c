/* Loads the object: turns programs off whose target this kernel lacks, keeps the verifier's whole text. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "alternatives.h"
#include "bounds.h"
#include "clock.h"
#include "confine.h"
#include "libbpf_log.h"
#include "message.h"
#include "privilege.h"
#include "run.h"
#include "verifier_log.h"

/* What the kernel has not of an absent program. */
static const char *lacked(const struct program *program)
{
	return program->lacks ? program->lacks : program->hook.target;
}

static void tell_absent(const struct program *program)
{
	message_remark("program %s is off: this kernel has no %s", program->name, lacked(program));
	message_program(program->name, "off", program->hook.target, ESRCH,
			program->lacks ? "this kernel takes no such programs" : "this kernel does not have the target");
}

static bool may_load(void)
{
	const uint64_t needed = CAPABILITY(CAP_BPF) | CAPABILITY(CAP_PERFMON);
	struct capabilities now;

	return !capabilities_get(&now) && (now.effective & needed) == needed;
}

/*
 * A kernel that was built without what fentry and fexit stand on refuses them as if it were a matter of permission. Marks them as
 * absent when it did so to one of them. Returns whether there were any.
 */
static bool find_unsupported(struct run *run, int error)
{
	const struct program *refused;
	char name[128];
	size_t i;

	libbpf_log_blamed(name, sizeof(name));
	refused = run_program(run, name);
	if (error != EPERM || !refused || refused->hook.family != HOOK_FUNCTION || !may_load())
		return false;
	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (!program_is_wanted(program) || program->hook.family != HOOK_FUNCTION)
			continue;
		program->absent = true;
		program->lacks = "fentry and fexit";
	}
	return true;
}

/* Marks programs whose target this kernel lacks. Returns how many are new. */
static size_t find_absent(struct run *run)
{
	const struct hook *hooks[PROGRAMS_MAX] = { NULL };
	struct program *asked[PROGRAMS_MAX];
	bool present[PROGRAMS_MAX];
	size_t count = 0, found = 0, i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (!program_is_wanted(program))
			continue;
		hooks[count] = &program->hook;
		asked[count++] = program;
	}
	hooks_present(hooks, count, present);
	for (i = 0; i < count; i++) {
		if (present[i])
			continue;
		asked[i]->absent = true;
		found++;
	}
	return found;
}

static size_t count_wanted(const struct run *run)
{
	size_t wanted = 0, i;

	for (i = 0; i < run->program_count; i++)
		wanted += program_is_wanted(&run->programs[i]);
	return wanted;
}

/*
 * Loads once more for what the verifier says in the end, without its walk, when the text of the walk did not fit. Returns what the
 * load failed with; that of a text that does not fit says nothing about the program.
 */
static int load_for_words(struct run *run, struct program *rejected, char *words, size_t size)
{
	int error;

	object_close(run);
	if (object_open(run))
		return ENOSPC;
	bpf_program__set_log_buf(rejected->bpf, words, size);
	bpf_program__set_log_level(rejected->bpf, VERIFIER_LOG_WORDS);
	error = -bpf_object__load(run->object);
	bpf_program__set_log_buf(rejected->bpf, NULL, 0);
	return error ? error : ENOSPC;
}

static int load_rejected(struct run *run, struct program *rejected, int error)
{
	char words[8 * KIB] = "";

	if (error == ENOSPC && verifier_log_full(run, rejected))
		error = load_for_words(run, rejected, words, sizeof(words));
	verifier_log_send(run, rejected, words);
	alternatives_tell_rejected(run);
	return fail(&run->failure, "load", error, rejected->name, "the verifier rejected program %s: %s",
		    rejected->name, strerror(error));
}

static int load_failed(struct run *run, int error)
{
	struct program *rejected = verifier_log_rejected(run);
	char name[128];

	if (rejected)
		return load_rejected(run, rejected, error);
	libbpf_log_blamed(name, sizeof(name));
	if (error == ENOMEM && run->setup.memory_bytes)
		return fail(&run->failure, "load", error, name,
			    "loading: the run's memory limit of %llu bytes is not enough: %s",
			    (unsigned long long)run->setup.memory_bytes, libbpf_log_last());
	return fail(&run->failure, "load", error, name, "loading: %s: %s", strerror(error), libbpf_log_last());
}

static int load_once(struct run *run)
{
	libbpf_log_forget();
	verifier_log_give(run);
	return -bpf_object__load(run->object);
}

static void tell_loaded(struct run *run, uint64_t began)
{
	json_t *programs = json_array(), *maps = json_array();
	struct bpf_map *map;
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);
		const char *type;
		int fd;

		if (!program_is_wanted(&run->programs[i]))
			continue;
		fd = bpf_program__fd(run->programs[i].bpf);
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
			continue;
		type = libbpf_bpf_prog_type_str(bpf_program__type(run->programs[i].bpf));
		json_array_append_new(programs, json_pack("{s:s, s:I, s:s, s:I}", "name", run->programs[i].name, "id",
							  (json_int_t)info.id, "type", type ? type : "unknown",
							  "instructions",
							  (json_int_t)(info.xlated_prog_len / sizeof(struct bpf_insn))));
	}
	bpf_object__for_each_map(map, run->object) {
		struct bpf_map_info info = { 0 };
		__u32 size = sizeof(info);
		const char *type;

		if (bpf_map__fd(map) < 0 || bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &size))
			continue;
		type = libbpf_bpf_map_type_str(bpf_map__type(map));
		json_array_append_new(maps, json_pack("{s:s, s:I, s:s, s:I}", "name", bpf_map__name(map), "id",
						      (json_int_t)info.id, "type", type ? type : "unknown",
						      "max_entries", (json_int_t)info.max_entries));
	}
	message_send(json_pack("{s:s, s:f, s:o, s:o}", "type", "loaded", "milliseconds",
			       (double)(clock_monotonic() - began) / 1e6, "programs", programs, "maps", maps));
}

/* Whether a program in front of that one lacks the same target. */
static bool named_before(const struct run *run, size_t program)
{
	size_t i;

	for (i = 0; i < program; i++)
		if (run->programs[i].absent && !strcmp(lacked(&run->programs[i]), lacked(&run->programs[program])))
			return true;
	return false;
}

int fail_absent(struct run *run)
{
	char targets[512] = "";
	bool all_lack = true;
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		size_t length = strlen(targets);

		all_lack = all_lack && (!run->programs[i].absent || run->programs[i].lacks);
		if (run->programs[i].absent && !named_before(run, i))
			snprintf(targets + length, sizeof(targets) - length, "%s%s", length ? ", " : "",
				 lacked(&run->programs[i]));
	}
	return fail(&run->failure, "target", ESRCH, NULL,
		    all_lack ? "this kernel takes none of the programs: it has no %s" :
			       "this kernel has none of the programs' targets: %s",
		    targets);
}

/* No program is left to load: absent, off or never written. */
static int fail_unwanted(struct run *run)
{
	bool absent = false;
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		if (!run->programs[i].absent)
			continue;
		absent = true;
		tell_absent(&run->programs[i]);
	}
	if (absent)
		return fail_absent(run);
	return fail(&run->failure, "load", EINVAL, NULL,
		    run->program_count ? "every program is off" : "the object has no program");
}

bool wants_syscall_names(const struct run *run, const struct program *program)
{
	switch (program->hook.family) {
	case HOOK_KSYSCALL:
		return true;
	case HOOK_KPROBE:
	case HOOK_KPROBE_MULTI:
		return bpf_object__find_map_by_name(run->object, ".kconfig");
	default:
		return false;
	}
}

/*
 * libbpf tries by a kprobe how this kernel names its system calls, once, and keeps to what it found: for ksyscall programs, and for
 * LINUX_HAS_SYSCALL_WRAPPER, which BPF_KSYSCALL() reads and a load fills in. Some kernels let only CAP_SYS_ADMIN try.
 */
static void learn_syscall_names(struct run *run)
{
	struct program *asking = NULL;
	libbpf_print_fn_t print;
	size_t i;

	for (i = 0; i < run->program_count && !asking; i++)
		if (!run->programs[i].off && wants_syscall_names(run, &run->programs[i]))
			asking = &run->programs[i];
	if (!asking)
		return;
	/* No kernel has that one, so that nothing gets attached. */
	print = libbpf_set_print(NULL);
	confine_admin(true);
	bpf_link__destroy(bpf_program__attach_ksyscall(asking->bpf, "probepad_none", NULL));
	confine_admin(false);
	libbpf_set_print(print);
}

/* After a failed load: leaves programs out that need not be there. False when there is nothing to try again with. */
static bool make_do(struct run *run, int error)
{
	struct program *rejected = verifier_log_rejected(run);
	bool absent = find_absent(run) || find_unsupported(run, error);

	/* libbpf loads one after another: as long as that one is there, others make no difference. */
	if (rejected && !rejected->absent)
		return alternatives_narrow(run, rejected);
	return absent || alternatives_narrow(run, NULL);
}

int object_load(struct run *run)
{
	uint64_t began = clock_monotonic();
	size_t i;
	int error;

	learn_syscall_names(run);
	/* Some are known to be absent from opening; a second try finds all the others, and each may leave out one of two ways. */
	for (;;) {
		if (!count_wanted(run))
			return fail_unwanted(run);
		error = load_once(run);
		if (!error)
			break;
		if (!make_do(run, error)) {
			load_failed(run, error);
			verifier_log_drop(run);
			return -1;
		}
		verifier_log_drop(run);
		object_close(run);
		if (object_open(run))
			return -1;
	}
	verifier_log_drop(run);
	for (i = 0; i < run->program_count; i++)
		if (run->programs[i].absent)
			tell_absent(&run->programs[i]);
	tell_loaded(run, began);
	return 0;
}
