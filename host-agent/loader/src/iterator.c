#include "iterator.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bounds.h"

#define PIECE (64u * KIB)

int iterator_open(struct iterator *iterator, struct source *source, struct program *program)
{
	iterator->source = source;
	iterator->program = program;
	iterator->fd = -1;
	iterator->once = program->attach.type == ATTACH_ITER && !program->attach.interval;
	iterator->text = malloc(PIECE);
	return iterator->text ? 0 : -ENOMEM;
}

void iterator_close(struct iterator *iterator)
{
	if (iterator->fd >= 0)
		close(iterator->fd);
	free(iterator->text);
}

void iterator_start(struct iterator *iterator)
{
	if (iterator->fd >= 0 || iterator->program->iterator_link < 0)
		return;
	iterator->fd = bpf_iter_create(iterator->program->iterator_link);
	iterator->first = true;
	if (iterator->fd < 0)
		iterator->done = true;
}

int iterator_step(struct run *run, struct iterator *iterator)
{
	struct source *source = iterator->source;
	struct frame_header header = { .kind = FRAME_TEXT, .source = source->id, .seq = source->seq };
	struct iovec piece = { .iov_base = iterator->text };
	ssize_t got = read(iterator->fd, iterator->text, PIECE);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	header.flags = iterator->first ? FRAME_FIRST : 0;
	if (got <= 0) {
		header.flags |= (uint8_t)(FRAME_LAST | (got < 0 ? FRAME_PARTIAL : 0));
		close(iterator->fd);
		iterator->fd = -1;
		iterator->done = true;
		return frame_write(&run->output, &header, NULL, 0);
	}
	header.count = 1;
	piece.iov_len = (size_t)got;
	if (frame_write(&run->output, &header, &piece, 1))
		return -1;
	iterator->first = false;
	source->seq++;
	source->delivered++;
	return 0;
}
