/* Loads the object: turns programs off whose target this kernel lacks, keeps the verifier's whole text. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "bounds.h"
#include "message.h"
#include "run.h"

/* The last warnings of libbpf, oldest first, newlines between. */
static char last_warnings[1536];

static int libbpf_log(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[1024];
	size_t used = strlen(last_warnings), length;

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	fputs(line, stderr);
	/* The verifier's log travels on its own. */
	if (level != LIBBPF_WARN || strstr(line, "-- BEGIN PROG LOAD LOG --"))
		return 0;
	length = strlen(line);
	if (used + length >= sizeof(last_warnings))
		used = 0;
	if (length < sizeof(last_warnings))
		memcpy(last_warnings + used, line, length + 1);
	return 0;
}

void libbpf_log_start(void)
{
	libbpf_set_print(libbpf_log);
}

const char *libbpf_log_last(void)
{
	size_t length = strlen(last_warnings);

	while (length && last_warnings[length - 1] == '\n')
		last_warnings[--length] = '\0';
	return last_warnings;
}

/* The name that libbpf's first warning is about: "prog 'x': …", "map 'x': …". */
static void blamed(char *name, size_t size)
{
	const char *open = strstr(last_warnings, "prog '"), *close;

	name[0] = '\0';
	if (!open)
		open = strstr(last_warnings, "map '");
	if (!open)
		return;
	open = strchr(open, '\'') + 1;
	close = strchr(open, '\'');
	if (close && (size_t)(close - open) < size) {
		memcpy(name, open, (size_t)(close - open));
		name[close - open] = '\0';
	}
}

/*
 * A buffer a program for the verifier's text. libbpf loads without a log first and asks for one only after a rejection,
 * so that the pages are never touched in a run that is well.
 */
static void give_log_buffers(struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (program->off || program->absent)
			continue;
		program->log = mmap(NULL, VERIFIER_LOG_MAX, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (program->log == MAP_FAILED)
			program->log = NULL;
		else
			bpf_program__set_log_buf(program->bpf, program->log, VERIFIER_LOG_MAX);
	}
}

static void drop_log_buffers(struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		if (!run->programs[i].log)
			continue;
		if (run->programs[i].bpf)
			bpf_program__set_log_buf(run->programs[i].bpf, NULL, 0);
		munmap(run->programs[i].log, VERIFIER_LOG_MAX);
		run->programs[i].log = NULL;
	}
}

static void tell_absent(const struct program *program)
{
	message_remark("program %s is off: this kernel has no %s", program->name, program->hook.target);
	message_program(program->name, "off", program->hook.target, ESRCH, "this kernel does not have the target");
}

/* Marks programs whose target this kernel lacks. Returns how many are new. */
static size_t find_absent(struct run *run)
{
	size_t found = 0, i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];

		if (program->off || program->absent || hook_present(&program->hook))
			continue;
		program->absent = true;
		found++;
	}
	return found;
}

static size_t count_wanted(const struct run *run)
{
	size_t wanted = 0, i;

	for (i = 0; i < run->program_count; i++)
		wanted += !run->programs[i].off && !run->programs[i].absent;
	return wanted;
}

static int load_failed(struct run *run, int error)
{
	char name[128];
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		const struct program *program = &run->programs[i];

		if (!program->log || !program->log[0])
			continue;
		message_verifier_log(program->name, program->log);
		return fail(&run->failure, "load", error, program->name, "the verifier rejected program %s: %s",
			    program->name, strerror(error));
	}
	blamed(name, sizeof(name));
	if (error == ENOMEM && run->setup.memory_bytes)
		return fail(&run->failure, "load", error, name,
			    "loading: the run's memory limit of %llu bytes is not enough: %s",
			    (unsigned long long)run->setup.memory_bytes, libbpf_log_last());
	return fail(&run->failure, "load", error, name, "loading: %s: %s", strerror(error), libbpf_log_last());
}

static int load_once(struct run *run)
{
	last_warnings[0] = '\0';
	give_log_buffers(run);
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

		if (run->programs[i].off || run->programs[i].absent)
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

int object_load(struct run *run)
{
	uint64_t began = clock_monotonic();
	size_t i;
	int error;

	/* Some are known to be absent from opening; a second try is enough, because it finds all the others. */
	for (;;) {
		if (!count_wanted(run)) {
			for (i = 0; i < run->program_count; i++)
				if (run->programs[i].absent)
					tell_absent(&run->programs[i]);
			return fail(&run->failure, "load", ESRCH, NULL,
				    run->program_count ? "no program is left to load" : "the object has no program");
		}
		error = load_once(run);
		if (!error)
			break;
		if (!find_absent(run)) {
			load_failed(run, error);
			drop_log_buffers(run);
			return -1;
		}
		drop_log_buffers(run);
		object_close(run);
		if (object_open(run))
			return -1;
	}
	drop_log_buffers(run);
	for (i = 0; i < run->program_count; i++)
		if (run->programs[i].absent)
			tell_absent(&run->programs[i]);
	tell_loaded(run, began);
	return 0;
}
