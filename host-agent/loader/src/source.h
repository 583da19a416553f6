/* One stream or map of a run while it flows. */
#ifndef PROBEPAD_SOURCE_H
#define PROBEPAD_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "run.h"

struct source {
	uint16_t id;
	enum source_kind kind;
	const char *name;
	uint64_t interval; /* ns between snapshots; 0: at the start and the end only */
	uint64_t due;	   /* when it wants to be looked at next, CLOCK_MONOTONIC ns */
	uint64_t delivered; /* records or entries written to fd 3 */
	uint64_t dropped;   /* lost where the loader itself saw it: perf and trace rings, records over the frame's cap */
	uint64_t seq;	    /* of the next record or snapshot */
};

/* All that is lost for the source so far. */
static inline uint64_t source_lost(struct run *run, const struct source *source)
{
	return source->dropped + lost_count(run, source->id);
}

/* Sends records as one frame and counts them as delivered. 0, or -1 when the output is broken: what they count as is the caller's. */
int source_send(struct run *run, struct source *source, uint8_t kind, const void *payload, size_t size, uint32_t records);

#endif
