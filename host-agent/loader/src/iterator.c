#include "iterator.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"

#define PIECE (64u * KIB)

int iterator_open(struct iterator *iterator, struct source *source, struct program *program, size_t record_size)
{
	iterator->source = source;
	iterator->program = program;
	iterator->fd = -1;
	iterator->once = program->attach.type == ATTACH_ITER && !program->attach.interval;
	iterator->record_size = record_size;
	iterator->text = malloc(PIECE);
	iterator->records = record_size ? calloc(1, PIECE) : NULL;
	return iterator->text && (iterator->records || !record_size) ? 0 : -ENOMEM;
}

void iterator_close(struct iterator *iterator)
{
	if (iterator->fd >= 0)
		close(iterator->fd);
	free(iterator->text);
	free(iterator->records);
}

void iterator_start(struct iterator *iterator)
{
	if (iterator->fd >= 0 || iterator->program->iterator_link < 0)
		return;
	iterator->fd = bpf_iter_create(iterator->program->iterator_link);
	iterator->first = true;
	iterator->record_part = 0;
	if (iterator->fd < 0)
		iterator->done = true;
}

static int step_text(struct run *run, struct iterator *iterator)
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

/* Bytes of a frame that a record takes: its header, and itself up to eight bytes. */
static size_t record_stride(size_t record_size)
{
	return sizeof(struct record_header) + ((record_size + 7) & ~(size_t)7);
}

/* Sends what is whole of the records that were read, each with the header that records of a ring buffer have. */
static int send_records(struct run *run, struct iterator *iterator, size_t size)
{
	size_t stride = record_stride(iterator->record_size);
	struct record_header header = { .length = (uint32_t)iterator->record_size };
	size_t count = size / iterator->record_size, i;

	for (i = 0; i < count; i++) {
		memcpy(iterator->records + i * stride, &header, sizeof(header));
		memcpy(iterator->records + i * stride + sizeof(header), iterator->text + i * iterator->record_size,
		       iterator->record_size);
	}
	iterator->record_part = size - count * iterator->record_size;
	memmove(iterator->text, iterator->text + count * iterator->record_size, iterator->record_part);
	if (!count)
		return 0;
	return source_send(run, iterator->source, FRAME_EVENTS, iterator->records, count * stride, (uint32_t)count);
}

static int step_records(struct run *run, struct iterator *iterator)
{
	size_t room = PIECE / record_stride(iterator->record_size) * iterator->record_size;
	ssize_t got = read(iterator->fd, iterator->text + iterator->record_part, room - iterator->record_part);

	if (got > 0)
		return send_records(run, iterator, iterator->record_part + (size_t)got);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* A program that wrote something of another size: its end can't be told from a record's beginning. */
	if (got < 0 || iterator->record_part)
		iterator->source->dropped++;
	close(iterator->fd);
	iterator->fd = -1;
	iterator->done = true;
	return 0;
}

int iterator_step(struct run *run, struct iterator *iterator)
{
	return iterator->record_size ? step_records(run, iterator) : step_text(run, iterator);
}
