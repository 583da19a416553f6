/* What is left in the kernel when the programs are detached. */
#include <time.h>

#include "bounds.h"
#include "clock.h"
#include "stream.h"

/* Programs that were running when they were detached may still be writing: a moment for them. */
static void finish_ring(struct stream *stream, struct ring *ring)
{
	struct timespec pause = { .tv_nsec = (long)RING_INTERVAL_MIN };
	uint64_t until = clock_monotonic() + RING_IDLE_AFTER;

	while (!stream->run->output.broken && ring_drain(stream->run, ring) >= 0 && !ring_empty(ring) &&
	       clock_monotonic() < until)
		nanosleep(&pause, NULL);
	ring_abandon(ring);
}

static void step_to_end(struct stream *stream, struct snapshot *snapshot, uint64_t until)
{
	while (snapshot->active && !stream->run->output.broken && clock_monotonic() < until)
		snapshot_step(stream->run, snapshot);
}

/*
 * The last word on every map is read after detaching. A snapshot under way is finished, as its first frames are sent, but may
 * have been begun long before.
 */
static void finish_snapshots(struct stream *stream)
{
	uint64_t until = clock_monotonic() + STOP_PATIENCE;
	size_t i;

	for (i = 0; i < stream->snapshot_count; i++) {
		struct snapshot *snapshot = &stream->snapshots[i];

		step_to_end(stream, snapshot, until);
		if (snapshot->active)
			continue;
		snapshot_start(snapshot);
		step_to_end(stream, snapshot, until);
	}
}

/* All of it once more: nobody sends it again to who comes later. */
static void finish_stack_maps(struct stream *stream)
{
	uint64_t until = clock_monotonic() + STOP_PATIENCE;
	size_t i;

	for (i = 0; i < stream->stack_map_count; i++) {
		struct stack_map *stacks = &stream->stack_maps[i];

		stack_map_start(stacks, true);
		while (stacks->active && !stream->run->output.broken && clock_monotonic() < until)
			stack_map_step(stream->run, stacks);
	}
}

void stream_finish(struct stream *stream)
{
	struct run *run = stream->run;
	size_t i;

	for (i = 0; i < stream->ring_count; i++)
		finish_ring(stream, &stream->rings[i]);
	for (i = 0; i < stream->perf_count; i++)
		perf_drain(run, &stream->perfs[i]);
	if (stream->tracing)
		trace_drain(run, &stream->trace);
	for (i = 0; i < stream->globals_count; i++)
		globals_step(run, &stream->globals[i]);
	finish_snapshots(stream);
	finish_stack_maps(stream);
	counts_send(stream);
}
