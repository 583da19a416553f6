#include "ring.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "bounds.h"

/* Bytes from a record to the next: the kernel writes its length when it is reserved, before it counts as produced. */
static uint64_t step_of(uint32_t word)
{
	return pad8((word & RECORD_LENGTH) + (uint32_t)sizeof(struct record_header));
}

void ring_walk(const uint8_t *data, uint64_t mask, uint64_t from, uint64_t to, uint32_t max, struct ring_chunk *chunk)
{
	uint64_t at = from;

	chunk->records = 0;
	chunk->busy = false;
	while (at < to) {
		const struct record_header *record = (const struct record_header *)(data + (at & mask));
		/* Pairs with the kernel's exchange of the length at commit (ringbuf.c, bpf_ringbuf_commit). */
		uint32_t word = __atomic_load_n(&record->length, __ATOMIC_ACQUIRE);
		uint64_t step = step_of(word);

		if (word & RECORD_BUSY) {
			chunk->busy = true;
			break;
		}
		if (at - from + step > max)
			break;
		chunk->records += !(word & RECORD_DISCARDED);
		at += step;
	}
	chunk->bytes = (uint32_t)(at - from);
}

uint64_t ring_interval(uint64_t bytes, uint64_t elapsed, uint64_t size)
{
	uint64_t interval;

	if (!bytes)
		return RING_INTERVAL_MAX;
	interval = (uint64_t)((double)elapsed * (double)(size / 4) / (double)bytes);
	if (interval < RING_INTERVAL_MIN)
		return RING_INTERVAL_MIN;
	return interval > RING_INTERVAL_MAX ? RING_INTERVAL_MAX : interval;
}

int ring_open(struct ring *ring, struct source *source, int map_fd, uint64_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *mapped;

	ring->source = source;
	ring->fd = map_fd;
	ring->size = size;
	mapped = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	ring->consumer = mapped;
	/* The producer's page, then the data twice. */
	mapped = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (mapped == MAP_FAILED) {
		int error = -errno;

		munmap(ring->consumer, page);
		ring->consumer = NULL;
		return error;
	}
	ring->producer = mapped;
	ring->data = (const uint8_t *)mapped + page;
	return 0;
}

void ring_close(struct ring *ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!ring->consumer)
		return;
	munmap(ring->consumer, page);
	munmap((void *)ring->producer, page + 2 * ring->size);
	ring->consumer = NULL;
}

bool ring_empty(const struct ring *ring)
{
	return *ring->consumer == __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
}

static const struct record_header *record_at(const struct ring *ring, uint64_t at)
{
	return (const struct record_header *)(ring->data + (at & (ring->size - 1)));
}

int64_t ring_drain(struct run *run, struct ring *ring)
{
	uint64_t start = *ring->consumer, at = start;
	uint64_t end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	struct ring_chunk chunk;

	while (at < end) {
		const struct record_header *record = record_at(ring, at);

		ring_walk(ring->data, ring->size - 1, at, end, FRAME_PAYLOAD_MAX, &chunk);
		if (chunk.records && source_send(run, ring->source, FRAME_EVENTS, record, chunk.bytes, chunk.records))
			return -1;
		if (!chunk.bytes && !chunk.busy) {
			/* One record over the cap. It cannot travel, but it is counted. */
			chunk.bytes = (uint32_t)step_of(record->length);
			ring->source->dropped += !(record->length & RECORD_DISCARDED);
		}
		at += chunk.bytes;
		__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
		if (chunk.busy)
			break;
	}
	return (int64_t)(at - start);
}

void ring_abandon(struct ring *ring)
{
	uint64_t at = *ring->consumer;
	uint64_t end = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);

	while (at < end) {
		uint32_t word = __atomic_load_n(&record_at(ring, at)->length, __ATOMIC_ACQUIRE);

		ring->source->dropped += !(word & RECORD_DISCARDED);
		at += step_of(word);
	}
	__atomic_store_n(ring->consumer, at, __ATOMIC_RELEASE);
}
