#include "stream.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "bounds.h"
#include "message.h"

#define FRAMES_BUFFER (1 * MIB)
/* A wakeup may come this late, nanoseconds; the default of 50 µs is a quarter of the shortest drain interval. */
#define TIMER_SLACK 10000
#define NEVER UINT64_MAX

/* What an epoll event is about: a small number, or a ring's index behind EPOLL_RING. */
enum { EPOLL_CONTROL, EPOLL_SIGNAL, EPOLL_TRACE, EPOLL_RING };

static int stream_fail(struct run *run, int error, const char *object, const char *what)
{
	return fail(&run->failure, "stream", error, object, "%s: %s", what, strerror(error));
}

static int epoll_set(struct stream *stream, int operation, int fd, uint64_t about, bool wanted)
{
	struct epoll_event event = { .events = wanted ? EPOLLIN : 0, .data.u64 = about };

	return epoll_ctl(stream->epoll, operation, fd, &event) ? -errno : 0;
}

static struct bpf_map *map_of(struct run *run, const char *name)
{
	return bpf_object__find_map_by_name(run->object, name);
}

/* bpf_map__max_entries() may differ from what libbpf rounded a ring up to. */
static uint32_t map_entries(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.max_entries;
}

static int open_map_source(struct stream *stream, struct source *source, struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);
	struct ring *ring;
	int error;

	switch (source->kind) {
	case SOURCE_RINGBUF:
		if (type != BPF_MAP_TYPE_RINGBUF)
			return -EINVAL;
		ring = &stream->rings[stream->ring_count];
		error = ring_open(ring, source, bpf_map__fd(map), map_entries(bpf_map__fd(map)));
		if (error)
			return error;
		return epoll_set(stream, EPOLL_CTL_ADD, ring->fd, EPOLL_RING + stream->ring_count++, true);
	case SOURCE_PERF:
		if (type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			return -EINVAL;
		return perf_open(&stream->perfs[stream->perf_count++], source, bpf_map__fd(map),
				 map_entries(bpf_map__fd(map)));
	default:
		return snapshot_open(&stream->snapshots[stream->snapshot_count++], source, map);
	}
}

static int open_trace_source(struct stream *stream, struct source *source)
{
	struct trace_instance *instance = &stream->run->trace;
	size_t i;
	int error;

	/* Without an instance the user was told so already. */
	if (!instance->path[0] || stream->tracing)
		return 0;
	error = trace_open(&stream->trace, source, instance);
	stream->tracing = !error;
	for (i = 0; i < instance->cpu_count && !error; i++)
		error = epoll_set(stream, EPOLL_CTL_ADD, instance->cpus[i].pipe, EPOLL_TRACE, true);
	return error;
}

static int open_source(struct stream *stream, struct source *source)
{
	struct run *run = stream->run;
	struct bpf_map *map;
	struct section *section;
	struct program *program;

	switch (source->kind) {
	case SOURCE_TRACE:
		return open_trace_source(stream, source);
	case SOURCE_GLOBALS:
		section = section_find(run, source->name);
		if (!section)
			return -ENOENT;
		return globals_open(&stream->globals[stream->globals_count++], source, section);
	case SOURCE_TEXT:
		program = run_program(run, source->name);
		if (!program)
			return -ENOENT;
		if (program->attach.type == ATTACH_ITER)
			source->interval = program->attach.interval * 1000000ull;
		return iterator_open(&stream->iterators[stream->iterator_count++], source, program);
	default:
		map = map_of(run, source->name);
		return map ? open_map_source(stream, source, map) : -ENOENT;
	}
}

static int open_sources(struct stream *stream)
{
	const struct spec *spec = &stream->run->spec;
	size_t i;
	int error;

	for (i = 0; i < spec->source_count; i++) {
		struct source *source = &stream->sources[stream->source_count++];

		source->id = spec->sources[i].id;
		source->kind = spec->sources[i].kind;
		source->name = spec->sources[i].name;
		source->interval = spec->sources[i].interval * 1000000ull;
		error = open_source(stream, source);
		if (error == -EACCES && source->kind == SOURCE_PERF && confine_admin(true)) {
			perf_close(&stream->perfs[--stream->perf_count]);
			error = open_source(stream, source);
			confine_admin(false);
		}
		if (error)
			return stream_fail(stream->run, -error, source->name, "opening a source");
	}
	return 0;
}

/* Stops are read, not delivered: nothing is interrupted in the middle of a frame. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void take_signal(struct stream *stream)
{
	struct signalfd_siginfo info;

	if (read(stream->signals, &info, sizeof(info)) != sizeof(info) || stream->end != STREAM_GOES_ON)
		return;
	stream->end = STREAM_STOPPED;
	stream->give_up = clock_monotonic() + STOP_PATIENCE;
}

static void counts_if_due(struct stream *stream)
{
	uint64_t interval = stream->run->spec.counts_interval * 1000000ull, now;

	if (!interval)
		return;
	now = clock_monotonic();
	if (now < stream->counts_due)
		return;
	counts_send(stream);
	stream->counts_due = now + interval;
}

/*
 * The agent takes no more for now. The kernel's rings fill meanwhile and count what they lose; what the agent says is
 * still heard.
 */
static int wait_for_agent(void *context)
{
	struct stream *stream = context;
	struct pollfd fds[3] = {
		{ .fd = stream->run->output.fd, .events = POLLOUT },
		{ .fd = stream->control->ended ? -1 : CONTROL_FD, .events = POLLIN },
		{ .fd = stream->signals, .events = POLLIN },
	};
	uint64_t now = clock_monotonic(), until = stream->counts_due;
	struct timespec timeout;
	uint64_t left;

	if (stream->end != STREAM_GOES_ON && stream->give_up < until)
		until = stream->give_up;
	left = until > now ? until - now : 0;
	if (left > 1000000000ull)
		left = 1000000000ull;
	timeout.tv_sec = (time_t)(left / 1000000000ull);
	timeout.tv_nsec = (long)(left % 1000000000ull);
	ppoll(fds, 3, &timeout, NULL);
	if (fds[1].revents)
		stream_control(stream);
	if (fds[2].revents)
		take_signal(stream);
	if (stream->end == STREAM_AGENT_GONE ||
	    (stream->end != STREAM_GOES_ON && clock_monotonic() >= stream->give_up))
		return -1;
	counts_if_due(stream);
	return 0;
}

static void open_output(struct stream *stream)
{
	struct frame_output *output = &stream->run->output;
	int size = FRAMES_BUFFER;

	output->wait = wait_for_agent;
	output->context = stream;
	fcntl(output->fd, F_SETFL, fcntl(output->fd, F_GETFL) | O_NONBLOCK);
	/* Fewer rounds for a frame; refusals do no harm. */
	if (fcntl(output->fd, F_SETPIPE_SZ, size) < 0)
		setsockopt(output->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

int stream_open(struct stream *stream, struct run *run, struct control *control)
{
	size_t count = run->spec.source_count + 1;

	stream->run = run;
	stream->control = control;
	stream->epoll = epoll_create1(EPOLL_CLOEXEC);
	stream->signals = open_signals();
	if (stream->epoll < 0 || stream->signals < 0)
		return stream_fail(run, errno, NULL, "opening epoll");
	stream->sources = calloc(count, sizeof(*stream->sources));
	stream->rings = calloc(count, sizeof(*stream->rings));
	stream->perfs = calloc(count, sizeof(*stream->perfs));
	stream->snapshots = calloc(count, sizeof(*stream->snapshots));
	stream->globals = calloc(count, sizeof(*stream->globals));
	stream->iterators = calloc(count, sizeof(*stream->iterators));
	if (!stream->sources || !stream->rings || !stream->perfs || !stream->snapshots || !stream->globals ||
	    !stream->iterators)
		return stream_fail(run, ENOMEM, NULL, "opening sources");
	fcntl(CONTROL_FD, F_SETFL, fcntl(CONTROL_FD, F_GETFL) | O_NONBLOCK);
	open_output(stream);
	if (epoll_set(stream, EPOLL_CTL_ADD, stream->signals, EPOLL_SIGNAL, true))
		return stream_fail(run, errno, NULL, "opening epoll");
	/* A regular file can't be polled, and isn't an agent. */
	epoll_set(stream, EPOLL_CTL_ADD, CONTROL_FD, EPOLL_CONTROL, true);
	return sections_open(run) ? -1 : open_sources(stream);
}

static void set_ring_active(struct stream *stream, size_t index, bool active)
{
	struct ring *ring = &stream->rings[index];

	ring->active = active;
	/*
	 * Level-triggered, and the ring is looked at again when it is armed (ringbuf_map_poll): a record that came in
	 * between wakes us at once.
	 */
	epoll_set(stream, EPOLL_CTL_MOD, ring->fd, EPOLL_RING + index, !active);
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

static void run_trace(struct stream *stream)
{
	int64_t lines = trace_drain(stream->run, &stream->trace);

	/* While lines come, the timer reads them; else epoll wakes us. */
	stream->trace.source->due = lines > 0 ? clock_monotonic() + TRACE_INTERVAL : NEVER;
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
			source->due = source->interval ? now + source->interval : NEVER;
		}
		if (snapshot->active && !stream->run->output.broken)
			snapshot_step(stream->run, snapshot);
		busy |= snapshot->active;
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
		source->due = source->interval ? now + source->interval : NEVER;
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
			source->due = source->interval ? now + source->interval : NEVER;
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
static uint64_t turn(struct stream *stream)
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
	busy |= step_iterators(stream, now);
	counts_if_due(stream);
	if (is_complete(stream) && stream->end == STREAM_GOES_ON) {
		stream->end = STREAM_COMPLETED;
		stream->give_up = now + STOP_PATIENCE;
	}
	if (busy)
		return 0;
	for (i = 0; i < stream->source_count; i++)
		if (stream->sources[i].due < next)
			next = stream->sources[i].due;
	return next;
}

static void look_at_events(struct stream *stream, uint64_t next)
{
	struct pollfd pollfd = { .fd = stream->epoll, .events = POLLIN };
	struct epoll_event events[16];
	struct timespec timeout = { 0 };
	uint64_t now = clock_monotonic();
	int count, i;

	if (next > now) {
		timeout.tv_sec = (time_t)((next - now) / 1000000000ull);
		timeout.tv_nsec = (long)((next - now) % 1000000000ull);
	}
	if (ppoll(&pollfd, 1, next == NEVER ? NULL : &timeout, NULL) <= 0)
		return;
	count = epoll_wait(stream->epoll, events, 16, 0);
	for (i = 0; i < count; i++) {
		uint64_t about = events[i].data.u64;

		if (about == EPOLL_CONTROL)
			stream_control(stream);
		else if (about == EPOLL_SIGNAL)
			take_signal(stream);
		else if (about == EPOLL_TRACE)
			stream->trace.source->due = 0;
		else if (!stream->rings[about - EPOLL_RING].active)
			stream->rings[about - EPOLL_RING].source->due = 0;
	}
}

void stream_go(struct stream *stream)
{
	uint64_t interval = stream->run->spec.counts_interval * 1000000ull;

	prctl(PR_SET_TIMERSLACK, TIMER_SLACK, 0, 0, 0);
	stream->counts_due = interval ? clock_monotonic() + interval : NEVER;
	while (stream->end == STREAM_GOES_ON) {
		uint64_t next = turn(stream);

		if (stream->run->output.broken && stream->end == STREAM_GOES_ON)
			stream->end = STREAM_AGENT_GONE;
		if (stream->end == STREAM_GOES_ON)
			look_at_events(stream, next);
	}
}

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
	for (i = 0; i < stream->snapshot_count; i++) {
		struct snapshot *snapshot = &stream->snapshots[i];

		/* The last word on every map. One that is under way is finished, as its first frames are sent. */
		do {
			if (!snapshot->active)
				snapshot_start(snapshot);
			while (snapshot->active && !run->output.broken)
				snapshot_step(run, snapshot);
		} while (false);
	}
	counts_send(stream);
}

void stream_close(struct stream *stream)
{
	size_t i;

	for (i = 0; i < stream->ring_count; i++)
		ring_close(&stream->rings[i]);
	for (i = 0; i < stream->perf_count; i++)
		perf_close(&stream->perfs[i]);
	for (i = 0; i < stream->snapshot_count; i++)
		snapshot_close(&stream->snapshots[i]);
	for (i = 0; i < stream->globals_count; i++)
		globals_close(&stream->globals[i]);
	for (i = 0; i < stream->iterator_count; i++)
		iterator_close(&stream->iterators[i]);
	if (stream->tracing)
		trace_close(&stream->trace);
	free(stream->sources);
	free(stream->rings);
	free(stream->perfs);
	free(stream->snapshots);
	free(stream->globals);
	free(stream->iterators);
	if (stream->epoll > 0)
		close(stream->epoll);
	if (stream->signals > 0)
		close(stream->signals);
}
