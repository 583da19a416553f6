#include "alternatives.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "run.h"
#include "verifier_log.h"

static bool is_tracing(const struct program *program, enum bpf_attach_type type, const char *target)
{
	return program->by_section && program->attach.type == ATTACH_TRACING &&
	       bpf_program__expected_attach_type(program->bpf) == type && !strcmp(program->hook.target, target);
}

/* Whether `first` sees the very events that `second` sees. The BTF of what is traced comes with it, so that it is preferred. */
static bool goes_before(const struct program *first, const struct program *second)
{
	const struct attach_spec *attach = &second->attach;

	switch (attach->type) {
	case ATTACH_KPROBE:
		return !attach->offset &&
		       is_tracing(first, attach->is_return ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY, attach->function);
	case ATTACH_RAW_TRACEPOINT:
		return is_tracing(first, BPF_TRACE_RAW_TP, attach->name);
	default:
		return false;
	}
}

void alternatives_find(struct run *run)
{
	size_t i, j;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		for (j = 0; j < run->program_count && program->by_section && !program->preferred; j++)
			if (!run->programs[j].off && goes_before(&run->programs[j], program))
				program->preferred = &run->programs[j];
	}
}

static void set_aside(struct program *program, bool aside)
{
	program->set_aside = aside;
	program->off = aside;
}

/* Second ways that were left out for the first are back when that is rejected. Returns whether there is one. */
static bool bring_back(struct run *run, const struct program *first)
{
	bool found = false;
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (program->preferred != first || program->rejected || program->absent)
			continue;
		if (program->set_aside)
			set_aside(program, false);
		found = found || program_is_wanted(program);
	}
	return found;
}

static bool leave_out(struct run *run, struct program *rejected)
{
	if (rejected->preferred ? !program_is_wanted(rejected->preferred) : !bring_back(run, rejected))
		return false;
	set_aside(rejected, true);
	rejected->rejected = true;
	verifier_log_words(rejected, rejected->words, sizeof(rejected->words));
	return true;
}

/* Nobody knows which of them it was: those that have a better one beside them go first. */
static bool leave_out_half(struct run *run)
{
	bool again = false;
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (program->preferred && program_is_wanted(program) && program_is_wanted(program->preferred)) {
			set_aside(program, true);
			again = true;
		}
	}
	if (again)
		return true;
	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (program->preferred && program->set_aside && !program->rejected) {
			set_aside(program, false);
			set_aside(program->preferred, true);
			again = true;
		}
	}
	return again;
}

bool alternatives_narrow(struct run *run, struct program *rejected)
{
	return rejected ? leave_out(run, rejected) : leave_out_half(run);
}

bool alternative_needless(const struct program *program)
{
	return program->preferred && program->preferred->attached;
}

/* The program that runs instead of one that the kernel refused. */
static const struct program *stand_in(const struct run *run, const struct program *first)
{
	size_t i;

	for (i = 0; i < run->program_count; i++)
		if (run->programs[i].preferred == first && run->programs[i].attached)
			return &run->programs[i];
	return NULL;
}

static void tell_off(const struct program *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell_off(const struct program *program, const char *format, ...)
{
	char detail[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	message_remark("program %s is off: %s", program->name, detail);
	message_program(program->name, "off", program->hook.target, 0, detail);
}

static void tell_refused(const struct program *program, const struct program *other)
{
	char said[sizeof(program->words) + 32] = "";

	if (program->words[0])
		snprintf(said, sizeof(said), "; the verifier says: %s", program->words);
	if (other)
		tell_off(program, "this kernel refuses it, and %s does the same%s", other->name, said);
	else
		tell_off(program, "this kernel refuses it%s", said);
}

void alternatives_tell(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		const struct program *program = &run->programs[i];
		const struct program *other = program->preferred ? program->preferred : stand_in(run, program);
		bool needless = program_is_wanted(program) && !program->attached && alternative_needless(program);

		if (program->rejected || (program->set_aside && !program->preferred))
			tell_refused(program, other);
		else if (program->set_aside || needless)
			tell_off(program, "%s does the same", other->name);
	}
}

void alternatives_tell_rejected(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++)
		if (run->programs[i].rejected)
			message_remark("the verifier rejected program %s, too%s%s", run->programs[i].name,
				       run->programs[i].words[0] ? ": " : "", run->programs[i].words);
}
