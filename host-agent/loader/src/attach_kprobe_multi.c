/* kprobe.multi: the functions are named to the kernel, so that no address has to be readable in /proc/kallsyms. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

struct functions {
	char **names;
	size_t count, room;
};

static int add(struct functions *functions, const char *name)
{
	if (functions->count == functions->room) {
		size_t room = functions->room ? functions->room * 2 : 256;
		char **grown = realloc(functions->names, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		functions->names = grown;
		functions->room = room;
	}
	functions->names[functions->count] = strdup(name);
	return functions->names[functions->count] ? (functions->count++, 0) : -ENOMEM;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A name that several functions share can't be resolved by the kernel: all of them are left out. */
static void leave_out_doubles(struct functions *functions)
{
	size_t in = 0, out = 0;

	qsort(functions->names, functions->count, sizeof(*functions->names), compare);
	while (in < functions->count) {
		size_t next = in + 1;

		while (next < functions->count && !strcmp(functions->names[in], functions->names[next]))
			next++;
		if (next - in == 1)
			functions->names[out++] = functions->names[in];
		else
			for (size_t i = in; i < next; i++)
				free(functions->names[i]);
		in = next;
	}
	functions->count = out;
}

/* The kernel's own functions that match and that the policy does not deny. */
static int find_functions(struct run *run, const char *pattern, struct functions *functions, char *detail, size_t size)
{
	char path[128], line[1024], name[512], module[512];
	int error = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/available_filter_functions", tracefs_path() ? tracefs_path() : "");
	file = fopen(path, "re");
	if (!file) {
		snprintf(detail, size, "reading %s: %s", path, strerror(errno));
		return -errno;
	}
	while (!error && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%511s %511s", name, module) != 1 || !strncmp(name, "__ftrace_invalid", 16))
			continue;
		if (!star_match(pattern, name))
			continue;
		if (globs_match(&run->spec.policy.targets_denied, name) ||
		    !globs_match(&run->spec.policy.targets_allowed, name)) {
			snprintf(detail, size, "the host's policy does not allow %s, which %s matches", name, pattern);
			error = -EACCES;
			break;
		}
		error = add(functions, name);
	}
	fclose(file);
	return error;
}

int attach_kprobe_multi(struct run *run, struct program *program, char *detail, size_t size)
{
	struct functions functions = { 0 };
	LIBBPF_OPTS(bpf_kprobe_multi_opts, options, .retprobe = program->attach.is_return);
	struct bpf_link *link;
	int error = find_functions(run, program->attach.pattern, &functions, detail, size);
	size_t i;

	if (error)
		goto cleanup;
	leave_out_doubles(&functions);
	if (!functions.count) {
		snprintf(detail, size, "no traceable function matches %s", program->attach.pattern);
		error = -ENOENT;
		goto cleanup;
	}
	options.syms = (const char **)functions.names;
	options.cnt = functions.count;
	link = bpf_program__attach_kprobe_multi_opts(program->bpf, NULL, &options);
	error = link ? run_hold_link(run, link) : -errno;
	if (!error)
		snprintf(detail, size, "%zu functions", functions.count);
cleanup:
	for (i = 0; i < functions.count; i++)
		free(functions.names[i]);
	free(functions.names);
	return error;
}
