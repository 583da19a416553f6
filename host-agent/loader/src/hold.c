/* What a run holds of the kernel while its programs are attached: links, and descriptors of other kinds. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "run.h"

int run_hold_link(struct run *run, struct bpf_link *link)
{
	struct bpf_link **grown = realloc(run->links, (run->link_count + 1) * sizeof(*grown));

	if (!grown) {
		bpf_link__destroy(link);
		return -ENOMEM;
	}
	run->links = grown;
	run->links[run->link_count++] = link;
	return 0;
}

int run_hold_fd(struct run *run, int fd)
{
	int *grown = realloc(run->fds, (run->fd_count + 1) * sizeof(*grown));

	if (!grown) {
		close(fd);
		return -ENOMEM;
	}
	run->fds = grown;
	run->fds[run->fd_count++] = fd;
	return 0;
}

void programs_detach(struct run *run)
{
	size_t i;

	for (i = 0; i < run->link_count; i++)
		bpf_link__destroy(run->links[i]);
	for (i = 0; i < run->fd_count; i++)
		close(run->fds[i]);
	for (i = 0; i < run->program_count; i++)
		run->programs[i].iterator_link = -1;
	free(run->links);
	free(run->fds);
	run->links = NULL;
	run->fds = NULL;
	run->link_count = run->fd_count = 0;
}
