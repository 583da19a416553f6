/* uprobe.multi: the functions of one binary that match a pattern, by one link. Kernel 6.6, libbpf 1.3. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "run.h"

bool is_uprobe_multi(const struct attach_spec *attach)
{
	return attach->type == ATTACH_UPROBE && strpbrk(attach->function, "*?");
}

#if LIBBPF_MAJOR_VERSION > 1 || LIBBPF_MINOR_VERSION >= 3
/* A file without a real path may be there all the same, in another mount namespace. */
static bool is_missing(const struct program *program)
{
	const char *path = program->attach.path;
	struct stat status;

	return !program->real_path && (!strchr(path, '/') || (stat(path, &status) && errno == ENOENT));
}

int attach_uprobe_multi(struct run *run, struct program *program, char *detail, size_t size)
{
	const struct attach_spec *attach = &program->attach;
	LIBBPF_OPTS(bpf_uprobe_multi_opts, options, .retprobe = attach->is_return);
	struct bpf_link *link =
		bpf_program__attach_uprobe_multi(program->bpf, attach->pid, attach->path, attach->function, &options);
	int error = link ? run_hold_link(run, link) : -errno;

	if (error == -ENOENT && is_missing(program))
		snprintf(detail, size, "there is no file %s", attach->path);
	else if (error == -ENOENT)
		snprintf(detail, size, "no function of %s matches %s", attach->path, attach->function);
	else if (error == -EOPNOTSUPP || error == -EINVAL)
		snprintf(detail, size, "this kernel has no uprobe.multi: name one function");
	return error;
}
#else
int attach_uprobe_multi(struct run *run, struct program *program, char *detail, size_t size)
{
	(void)run;
	(void)program;
	snprintf(detail, size, "the loader was built with a libbpf without uprobe.multi: name one function");
	return -EOPNOTSUPP;
}
#endif
