/* Opens the object and makes it loadable: sizes that user space is expected to set, params, the trace tag, no pins. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "alternatives.h"
#include "bounds.h"
#include "libbpf_log.h"
#include "message.h"
#include "prepare.h"
#include "run.h"
#include "section_name.h"

/* BPF_TRACE_UPROBE_MULTI; linux/bpf.h of 6.6, the oldest header this is built with doesn't have it. */
#define TRACE_UPROBE_MULTI ((enum bpf_attach_type)48)

static int open_fail(struct run *run, int error, const char *object, const char *what)
{
	return fail(&run->failure, "open", error, object, "%s: %s", what, strerror(error));
}

static const struct map_spec *map_spec_of(const struct run *run, const char *name)
{
	size_t i;

	for (i = 0; i < run->spec.map_count; i++)
		if (!strcmp(run->spec.maps[i].name, name))
			return &run->spec.maps[i];
	return NULL;
}

static int prepare_map(struct run *run, struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const struct map_spec *wanted = map_spec_of(run, name);
	struct map_shape was = {
		.type = bpf_map__type(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.max_entries = bpf_map__max_entries(map),
		.flags = bpf_map__map_flags(map),
	};
	struct map_shape shape = was;
	struct bpf_map *inner = bpf_map__inner_map(map);
	char remark[256] = "";
	int error;

	/* A pin survives the run and leaks into the next one. */
	error = bpf_map__set_pin_path(map, NULL);
	if (error)
		return open_fail(run, -error, name, "unsetting the map's pin path");
	if (wanted && wanted->max_entries)
		shape.max_entries = wanted->max_entries;
	if (wanted && wanted->value_size)
		shape.value_size = wanted->value_size;
	map_shape_defaults(&shape, name, libbpf_num_possible_cpus(), remark, sizeof(remark));
	if (remark[0])
		message_remark("%s", remark);

	error = 0;
	if (shape.key_size != was.key_size)
		error = bpf_map__set_key_size(map, shape.key_size);
	if (!error && shape.value_size != was.value_size)
		error = bpf_map__set_value_size(map, shape.value_size);
	if (!error && shape.max_entries != was.max_entries)
		error = bpf_map__set_max_entries(map, shape.max_entries);
	if (error)
		return open_fail(run, -error, name, "setting the map's size");
	return inner ? prepare_map(run, inner) : 0;
}

static int prepare_params(struct run *run)
{
	size_t i;

	for (i = 0; i < run->spec.param_count; i++) {
		const struct param_spec *param = &run->spec.params[i];
		struct bpf_map *map = bpf_object__find_map_by_name(run->object, param->section);
		size_t size = 0;
		uint8_t *value = map ? (uint8_t *)bpf_map__initial_value(map, &size) : NULL;

		if (!value || param->offset > size || param->length > size - param->offset)
			return fail(&run->failure, "open", EINVAL, param->section,
				    "params[%zu]: the object has no %zu bytes at offset %u of section %s", i,
				    param->length, param->offset, param->section);
		memcpy(value + param->offset, param->bytes, param->length);
	}
	return 0;
}

static void prepare_trace_tag(struct run *run)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, run->object) {
		size_t size = 0;
		void *value;

		if (!bpf_map__is_internal(map) || !strstr(bpf_map__name(map), ".rodata"))
			continue;
		value = (void *)bpf_map__initial_value(map, &size);
		if (value)
			tag_replace(value, size, run->setup.trace_tag);
	}
}

static int read_section(struct program *program)
{
	program->section_text = malloc(strlen(program->section) + 1);
	if (!program->section_text)
		return -ENOMEM;
	attach_from_section(program->section, program->section_text, &program->attach);
	return 0;
}

/* Builds the list of programs when the object is opened first; later opens only refresh the pointers. */
static int list_programs(struct run *run)
{
	bool first = !run->programs;
	struct bpf_program *bpf;
	size_t count = 0, i;

	if (first) {
		run->programs = calloc(PROGRAMS_MAX, sizeof(*run->programs));
		if (!run->programs)
			return open_fail(run, ENOMEM, NULL, "listing programs");
	}
	bpf_object__for_each_program(bpf, run->object) {
		struct program *program;

		if (count == PROGRAMS_MAX)
			return fail(&run->failure, "open", E2BIG, NULL, "more than %d programs", PROGRAMS_MAX);
		program = &run->programs[count++];
		program->bpf = bpf;
		program->name = bpf_program__name(bpf);
		program->section = bpf_program__section_name(bpf);
		program->iterator_link = -1;
	}
	run->program_count = count;
	if (!first)
		return 0;
	for (i = 0; i < count; i++) {
		/* SEC("?…") means off until user space says otherwise; naming it in the spec does. */
		run->programs[i].attach.type = bpf_program__autoload(run->programs[i].bpf) ? ATTACH_AUTO : ATTACH_OFF;
		run->programs[i].attach.pid = -1;
	}
	for (i = 0; i < run->spec.program_count; i++) {
		struct program *program = run_program(run, run->spec.programs[i].name);

		if (!program)
			return fail(&run->failure, "open", ENOENT, run->spec.programs[i].name,
				    "programs[%zu].name: the object has no program '%s'", i, run->spec.programs[i].name);
		program->attach = run->spec.programs[i].attach;
	}
	for (i = 0; i < count; i++) {
		struct program *program = &run->programs[i];

		program->by_section = program->attach.type == ATTACH_AUTO;
		if (program->by_section && read_section(program))
			return open_fail(run, ENOMEM, program->name, "reading the section's name");
		program->off = program->attach.type == ATTACH_OFF;
		hook_of(&program->attach, program->section, &program->hook);
	}
	alternatives_find(run);
	return 0;
}

static int prepare_program(struct run *run, struct program *program)
{
	struct bpf_program *bpf = program->bpf;
	int error;

	bpf_program__set_autoload(bpf, program_is_wanted(program));
	if (!program_is_wanted(program))
		return 0;
	/* Sections that are younger than this libbpf, but whose kernel types are not. */
	if (bpf_program__type(bpf) == BPF_PROG_TYPE_UNSPEC) {
		if (program->attach.type == ATTACH_TC)
			bpf_program__set_type(bpf, BPF_PROG_TYPE_SCHED_CLS);
		else if (program->attach.type == ATTACH_XDP)
			bpf_program__set_type(bpf, BPF_PROG_TYPE_XDP);
		else if (program->attach.type == ATTACH_UPROBE || program->attach.type == ATTACH_KPROBE)
			bpf_program__set_type(bpf, BPF_PROG_TYPE_KPROBE);
		else if (program->attach.type == ATTACH_SOCKET_FILTER)
			bpf_program__set_type(bpf, BPF_PROG_TYPE_SOCKET_FILTER);
	}
	if (program->attach.type == ATTACH_KPROBE_MULTI)
		bpf_program__set_expected_attach_type(bpf, BPF_TRACE_KPROBE_MULTI);
	else if (is_uprobe_multi(&program->attach))
		bpf_program__set_expected_attach_type(bpf, TRACE_UPROBE_MULTI);
	else if (program->attach.type == ATTACH_KPROBE || program->attach.type == ATTACH_UPROBE)
		bpf_program__set_expected_attach_type(bpf, 0);
	if (program->attach.type == ATTACH_TRACING) {
		error = bpf_program__set_attach_target(bpf, 0, program->attach.function);
		if (error == -ESRCH || error == -ENOENT) {
			program->absent = true;
			bpf_program__set_autoload(bpf, false);
		} else if (error) {
			return open_fail(run, -error, program->name, "setting the function to attach to");
		}
	}
	return 0;
}

struct program *run_program(struct run *run, const char *name)
{
	size_t i;

	for (i = 0; i < run->program_count; i++)
		if (!strcmp(run->programs[i].name, name))
			return &run->programs[i];
	return NULL;
}

int object_open(struct run *run)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "probe");
	struct bpf_map *map;
	bool again = run->programs != NULL;
	size_t i;

	run->object = bpf_object__open_mem(run->object_bytes, run->spec.object_size, &options);
	if (!run->object) {
		int error = errno;

		return fail(&run->failure, "open", error, NULL, "opening the object: %s: %s", strerror(error),
			    libbpf_log_last());
	}
	bpf_object__for_each_map(map, run->object) {
		/* The user has read the remarks already when the object is opened again. */
		message_hush(again);
		int error = bpf_map__is_internal(map) ? bpf_map__set_pin_path(map, NULL) : prepare_map(run, map);

		message_hush(false);
		if (error)
			return -1;
	}
	if (prepare_params(run))
		return -1;
	prepare_trace_tag(run);
	if (list_programs(run))
		return -1;
	for (i = 0; i < run->program_count; i++)
		if (prepare_program(run, &run->programs[i]))
			return -1;
	return 0;
}

void object_close(struct run *run)
{
	size_t i;

	bpf_object__close(run->object);
	run->object = NULL;
	for (i = 0; i < run->program_count; i++)
		run->programs[i].bpf = NULL;
}

void programs_free(struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		free(run->programs[i].section_text);
		free(run->programs[i].real_path);
	}
	free(run->programs);
}
