/*
 * BPF ring buffers, drained on a timer: Documentation/bpf/ringbuf.rst. A wakeup an event costs the traced program over a
 * microsecond, a timed drain a tenth of that.
 */
#ifndef PROBEPAD_RING_H
#define PROBEPAD_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

struct ring {
	struct source *source;
	int fd;
	uint64_t size; /* of the data, a power of two */
	uint64_t *consumer;
	const uint64_t *producer;
	const uint8_t *data; /* mapped twice in a row: no record wraps */
	bool active;	     /* drained on the timer; else asleep on epoll */
	uint64_t drained_at, filled_at;
};

/* A piece of the ring that makes one payload. */
struct ring_chunk {
	uint32_t bytes;
	uint32_t records; /* without discarded ones */
	bool busy;	  /* stopped at a record that is still being written */
};

/* Walks records from `from` to `to` until one is busy or the next would go past `max` bytes. */
void ring_walk(const uint8_t *data, uint64_t mask, uint64_t from, uint64_t to, uint32_t max, struct ring_chunk *chunk);

/* Nanoseconds until the next drain, when `bytes` came in `elapsed`: so that a quarter of `size` comes in between. */
uint64_t ring_interval(uint64_t bytes, uint64_t elapsed, uint64_t size);

/* 0 or -errno. */
int ring_open(struct ring *ring, struct source *source, int map_fd, uint64_t size);
void ring_close(struct ring *ring);
bool ring_empty(const struct ring *ring);

/* Sends what is there. Returns bytes taken, or -1 when the output is broken. No allocation. */
int64_t ring_drain(struct run *run, struct ring *ring);

/* Counts what is left as lost, one that is still being written and all behind it too: nobody takes it any more. */
void ring_abandon(struct ring *ring);

#endif
