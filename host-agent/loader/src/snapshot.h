/* Snapshots of maps, a frame at a time, so that rings are drained in between. */
#ifndef PROBEPAD_SNAPSHOT_H
#define PROBEPAD_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

/* How a map is read. */
enum map_way { WAY_MAPPED, WAY_BATCH, WAY_KEYS, WAY_PEEK };

struct snapshot {
	struct source *source;
	struct bpf_map *map;
	int fd;
	enum map_way way;
	uint32_t key_size, stride, max_entries, cpus; /* cpus: 0 for maps that are not per-CPU */
	uint32_t chunk_entries;			      /* in one frame */
	uint8_t *keys, *values, *cursor, *next;
	const uint8_t *mapped;
	size_t mapped_size;
	/* While one goes on: */
	bool active, first, partial;
	uint64_t taken;
};

/* Entries of that size that fit a frame; at least 1. */
uint32_t snapshot_chunk(uint32_t key_size, uint32_t stride, uint32_t payload_max);

/* Bytes from one value to the next, over all CPUs for per-CPU maps, as the kernel copies them. */
uint32_t snapshot_stride(uint32_t map_type, uint32_t value_size, uint32_t possible_cpus);

int snapshot_open(struct snapshot *snapshot, struct source *source, struct bpf_map *map);
void snapshot_close(struct snapshot *snapshot);

void snapshot_start(struct snapshot *snapshot);
/* Sends one frame; clears `active` with the last. Returns 0, or -1 when the output is broken. No allocation. */
int snapshot_step(struct run *run, struct snapshot *snapshot);

#endif
