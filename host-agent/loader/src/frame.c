#include "frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "clock.h"

static int wait_writable(struct frame_output *output)
{
	struct pollfd pollfd = { .fd = output->fd, .events = POLLOUT };

	if (output->wait)
		return output->wait(output->context);
	return poll(&pollfd, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

/* Takes `written` bytes off the front of the list. Returns how many entries are left. */
static int advance(struct iovec **vectors, int count, size_t written)
{
	while (count && written >= (*vectors)->iov_len) {
		written -= (*vectors)->iov_len;
		(*vectors)++;
		count--;
	}
	if (count) {
		(*vectors)->iov_base = (char *)(*vectors)->iov_base + written;
		(*vectors)->iov_len -= written;
	}
	return count;
}

int frame_write(struct frame_output *output, struct frame_header *header, const struct iovec *pieces, int count)
{
	struct iovec vectors[1 + FRAME_PIECES_MAX], *next = vectors;
	size_t length = 0;
	int left, i;

	if (output->broken)
		return -1;
	vectors[0].iov_base = header;
	vectors[0].iov_len = sizeof(*header);
	for (i = 0; i < count && i < FRAME_PIECES_MAX; i++) {
		vectors[1 + i] = pieces[i];
		length += pieces[i].iov_len;
	}
	header->magic = FRAME_MAGIC;
	header->length = (uint32_t)length;
	header->stream = output->stream;
	if (!header->time_ns)
		header->time_ns = clock_monotonic();

	left = advance(&next, 1 + i, 0);
	while (left) {
		ssize_t written = writev(output->fd, next, left);

		if (written >= 0) {
			left = advance(&next, left, (size_t)written);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN || wait_writable(output)) {
			output->broken = true;
			return -1;
		}
	}
	return 0;
}
