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

/* The kernel's own functions that match. A module's can't be named to kernels before 6.4. */
static int find_functions(const char *pattern, struct functions *functions, char *detail, size_t size)
{
	char path[128], line[1024], name[512], module[512];
	int error = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/available_filter_functions", tracefs_path() ? tracefs_path() : "");
	file = fopen(path, "re");
	if (!file) {
		error = -errno;
		snprintf(detail, size, "reading %s: %s", path, strerror(errno));
		return error;
	}
	while (!error && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%511s %511s", name, module) != 1 || !strncmp(name, "__ftrace_invalid", 16))
			continue;
		if (wildcard_match(pattern, name))
			error = add(functions, name);
	}
	fclose(file);
	return error;
}

static void free_functions(struct functions *functions)
{
	size_t i;

	for (i = 0; i < functions->count; i++)
		free(functions->names[i]);
	free(functions->names);
}

bool kprobe_multi_denied(const struct policy *policy, const char *pattern, char *name, size_t size)
{
	struct functions functions = { 0 };
	bool denied = false;
	size_t i;

	/* What can't be listed can't be allowed. */
	snprintf(name, size, "%s", pattern);
	if (find_functions(pattern, &functions, name, size))
		denied = true;
	for (i = 0; i < functions.count && !denied; i++) {
		denied = globs_match(&policy->targets_denied, functions.names[i]) ||
			 !globs_match(&policy->targets_allowed, functions.names[i]);
		if (denied)
			snprintf(name, size, "%s, which %s matches", functions.names[i], pattern);
	}
	free_functions(&functions);
	return denied;
}

int attach_kprobe_multi(struct run *run, struct program *program, char *detail, size_t size)
{
	struct functions functions = { 0 };
	LIBBPF_OPTS(bpf_kprobe_multi_opts, options, .retprobe = program->attach.is_return);
	struct bpf_link *link;
	int error = find_functions(program->attach.pattern, &functions, detail, size);

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
	else if (error == -EOPNOTSUPP || error == -EINVAL)
		snprintf(detail, size, "this kernel has no kprobe.multi: name one function");
cleanup:
	free_functions(&functions);
	return error;
}
