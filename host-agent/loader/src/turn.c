/* What is due in a turn of the stream, and when each source is due next. */
#include <sys/epoll.h>

#include "bounds.h"
#include "clock.h"
#include "stream.h"

static void set_ring_active(struct stream *stream, size_t index, bool active)
{
	struct ring *ring = &stream->rings[index];

	ring->active = active;
	/*
	 * Level-triggered, and the ring is looked at again when it is armed (ringbuf_map_poll): a record that came in
	 * between wakes us at once.
	 */
	stream_watch(stream, EPOLL_CTL_MOD, ring->fd, EPOLL_RING + index, !active);
}

static void run_ring(struct stream *stream, size_t index, uint64_t now)
{
	struct ring *ring = &stream->rings[index];
	int64_t taken = ring_drain(stream->run, ring);

	if (taken < 0)
		return;
	if (taken > 0) {
		uint64_t after = clock_monotonic();

		if (!ring->active)
			set_ring_active(stream, index, true);
		else
			ring->source->due = after + ring_interval((uint64_t)taken, now - ring->drained_at, ring->size);
		/* The first drain after a sleep knows no rate yet: soon again. */
		if (!ring->filled_at)
			ring->source->due = after + RING_INTERVAL_MIN;
		ring->drained_at = now;
		ring->filled_at = after;
	} else if (!ring->active || now - ring->filled_at > RING_IDLE_AFTER) {
		if (ring->active)
			set_ring_active(stream, index, false);
		ring->filled_at = 0;
		ring->source->due = now + RING_IDLE_CHECK;
	} else {
		/* Nothing, but something a moment ago: slower and slower until it is idle. */
		ring->source->due = now + RING_INTERVAL_MAX;
	}
}

static void run_perf(struct stream *stream, struct perf *perf, uint64_t now)
{
	int64_t taken = perf_drain(stream->run, perf);
	uint64_t elapsed = perf->drained_at ? now - perf->drained_at : PERF_INTERVAL_MAX;

	if (taken < 0)
		return;
	perf->source->due = clock_monotonic() +
			    (taken ? ring_interval((uint64_t)taken, elapsed, perf->size) : PERF_INTERVAL_MAX);
	perf->drained_at = now;
}

/*
 * Every CPU's pipe is asleep on epoll, or none is: a storm of lines must not wake us for each few of them. The trace ring wakes
 * without saying what for (rb_wake_up_waiters), which passes epoll's mask: a pipe that may not wake us is out of the set.
 */
static void set_trace_active(struct stream *stream, bool active)
{
	const struct trace_instance *instance = stream->trace.instance;
	bool good = true;
	size_t i;

	if (stream->trace.active == active)
		return;
	stream->trace.active = active;
	/* Level-triggered: a line that came in between wakes us at once. */
	for (i = 0; i < instance->cpu_count; i++)
		good &= !stream_watch(stream, active ? EPOLL_CTL_DEL : EPOLL_CTL_ADD, instance->cpus[i].pipe, EPOLL_TRACE, true);
	/* One that can't be slept on: all are read on the timer, until the next idle turn tries again. */
	if (!good && !active)
		set_trace_active(stream, true);
}

static void run_trace(struct stream *stream)
{
	int64_t lines = trace_drain(stream->run, &stream->trace);

	if (lines < 0)
		return;
	set_trace_active(stream, lines > 0);
	stream->trace.source->due = stream->trace.active ? clock_monotonic() + TRACE_INTERVAL : STREAM_NEVER;
}

/* One snapshot that is under way goes a frame further. Returns whether there is one. */
static bool step_snapshots(struct stream *stream, uint64_t now)
{
	bool busy = false;
	size_t i;

	for (i = 0; i < stream->snapshot_count; i++) {
		struct snapshot *snapshot = &stream->snapshots[i];
		struct source *source = snapshot->source;

		if (!snapshot->active && now >= source->due) {
			snapshot_start(snapshot);
			source->due = source->interval ? now + source->interval : STREAM_NEVER;
		}
		if (snapshot->active && !stream->run->output.broken)
			snapshot_step(stream->run, snapshot);
		busy |= snapshot->active;
	}
	return busy;
}

/* What is new in a stack map goes a frame further. Returns whether there may be more. */
static bool step_stack_maps(struct stream *stream, uint64_t now)
{
	bool busy = false;
	size_t i;

	for (i = 0; i < stream->stack_map_count; i++) {
		struct stack_map *stacks = &stream->stack_maps[i];
		struct source *source = stacks->source;

		if (!stacks->active && now >= source->due) {
			stack_map_start(stacks, false);
			source->due = source->interval ? now + source->interval : STREAM_NEVER;
		}
		if (stacks->active && !stream->run->output.broken)
			stack_map_step(stream->run, stacks);
		busy |= stacks->active;
	}
	return busy;
}

static void step_globals(struct stream *stream, uint64_t now)
{
	size_t i;

	for (i = 0; i < stream->globals_count; i++) {
		struct source *source = stream->globals[i].source;

		if (now < source->due)
			continue;
		globals_step(stream->run, &stream->globals[i]);
		source->due = source->interval ? now + source->interval : STREAM_NEVER;
	}
}

static bool step_iterators(struct stream *stream, uint64_t now)
{
	bool busy = false;
	size_t i;

	for (i = 0; i < stream->iterator_count; i++) {
		struct iterator *iterator = &stream->iterators[i];
		struct source *source = iterator->source;

		if (iterator->fd < 0 && now >= source->due) {
			iterator_start(iterator);
			source->due = source->interval ? now + source->interval : STREAM_NEVER;
		}
		if (iterator->fd >= 0 && !stream->run->output.broken)
			iterator_step(stream->run, iterator);
		busy |= iterator->fd >= 0;
	}
	return busy;
}

/* A run of iterators only, each read once, is complete when all are read. */
static bool is_complete(const struct stream *stream)
{
	size_t i;

	if (!stream->iterator_count || stream->iterator_count != stream->run->attached_count)
		return false;
	for (i = 0; i < stream->iterator_count; i++)
		if (!stream->iterators[i].once || !stream->iterators[i].done)
			return false;
	return true;
}

/* Does all that is due. Returns when something is due next, 0 for at once. */
uint64_t stream_turn(struct stream *stream)
{
	uint64_t now = clock_monotonic(), next = stream->counts_due;
	bool busy;
	size_t i;

	for (i = 0; i < stream->ring_count; i++)
		if (now >= stream->rings[i].source->due)
			run_ring(stream, i, now);
	for (i = 0; i < stream->perf_count; i++)
		if (now >= stream->perfs[i].source->due)
			run_perf(stream, &stream->perfs[i], now);
	if (stream->tracing && now >= stream->trace.source->due)
		run_trace(stream);
	step_globals(stream, now);
	busy = step_snapshots(stream, now);
	busy |= step_stack_maps(stream, now);
	busy |= step_iterators(stream, now);
	stream_counts_if_due(stream);
	if (is_complete(stream))
		stream_stop(stream, STREAM_COMPLETED);
	if (busy)
		return 0;
	for (i = 0; i < stream->source_count; i++)
		if (stream->sources[i].due < next)
			next = stream->sources[i].due;
	return next;
}
