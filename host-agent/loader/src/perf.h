/* Perf event arrays: one buffer a CPU, looked at on a timer. linux/perf_event.h, struct perf_event_mmap_page. */
#ifndef PROBEPAD_PERF_H
#define PROBEPAD_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

struct perf_cpu {
	uint32_t cpu;
	int fd;
	void *mapped; /* control page, then the data */
	uint64_t lost; /* as last read; only grows */
};

struct perf {
	struct source *source;
	struct perf_cpu *cpus;
	size_t cpu_count;
	uint64_t size; /* of the data of one CPU, a power of two */
	uint8_t *payload; /* FRAME_PAYLOAD_MAX */
	uint32_t used, records;
	/* Losses are read from the events (PERF_FORMAT_LOST, Linux 6.0); before, PERF_RECORD_LOST tells of all but the last ones. */
	bool counts_lost;
	uint64_t drained_at;
};

/* 0 or -errno. */
int perf_open(struct perf *perf, struct source *source, int map_fd, uint32_t map_entries);
void perf_close(struct perf *perf);

/* Sends what is there. Returns bytes taken, or -1 when the output is broken; what is there is counted as lost then. No allocation. */
int64_t perf_drain(struct run *run, struct perf *perf);

/* Brings the source's losses up to now. */
void perf_read_lost(struct perf *perf);

#endif
