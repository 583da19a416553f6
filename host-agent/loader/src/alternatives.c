#include "alternatives.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "run.h"

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

static bool is_wanted(const struct program *program)
{
	return !program->off && !program->absent;
}

static void set_aside(struct program *program, bool aside)
{
	program->set_aside = aside;
	program->off = aside;
}

bool alternatives_narrow(struct run *run)
{
	bool again = false;
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (program->preferred && is_wanted(program) && is_wanted(program->preferred)) {
			set_aside(program, true);
			again = true;
		}
	}
	if (again)
		return true;
	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (program->preferred && program->set_aside) {
			set_aside(program, false);
			set_aside(program->preferred, true);
			again = true;
		}
	}
	return again;
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

void alternatives_tell(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		const struct program *program = &run->programs[i];
		const struct program *other = program->preferred ? program->preferred : stand_in(run, program);
		bool needless = is_wanted(program) && !program->attached && alternative_needless(program);

		if (program->set_aside && !program->preferred && other)
			tell_off(program, "this kernel refuses it, and %s does the same", other->name);
		else if (program->set_aside && !other)
			tell_off(program, "this kernel refuses it");
		else if (program->set_aside || needless)
			tell_off(program, "%s does the same", other->name);
	}
}
