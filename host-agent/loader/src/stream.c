#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "bounds.h"

#define FRAMES_BUFFER (1 * MIB)
/* A wakeup may come this late, nanoseconds; the default of 50 µs is a quarter of the shortest drain interval. */
#define TIMER_SLACK 10000

int stream_fail(struct run *run, int error, const char *object, const char *what)
{
	return fail(&run->failure, "stream", error, object, "%s: %s", what, strerror(error));
}

int stream_watch(struct stream *stream, int operation, int fd, uint64_t about, bool wanted)
{
	struct epoll_event event = { .events = wanted ? EPOLLIN : 0, .data.u64 = about };

	return epoll_ctl(stream->epoll, operation, fd, &event) ? -errno : 0;
}

void stream_stop(struct stream *stream, enum stream_end end)
{
	if (stream->end != STREAM_GOES_ON)
		return;
	stream->end = end;
	stream->give_up = clock_monotonic() + STOP_PATIENCE;
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

	if (read(stream->signals, &info, sizeof(info)) == sizeof(info))
		stream_stop(stream, STREAM_STOPPED);
}

void stream_counts_if_due(struct stream *stream)
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
	stream_counts_if_due(stream);
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
	stream->run = run;
	stream->control = control;
	stream->epoll = epoll_create1(EPOLL_CLOEXEC);
	stream->signals = open_signals();
	if (stream->epoll < 0 || stream->signals < 0)
		return stream_fail(run, errno, NULL, "opening epoll");
	fcntl(CONTROL_FD, F_SETFL, fcntl(CONTROL_FD, F_GETFL) | O_NONBLOCK);
	open_output(stream);
	if (stream_watch(stream, EPOLL_CTL_ADD, stream->signals, EPOLL_SIGNAL, true))
		return stream_fail(run, errno, NULL, "opening epoll");
	/* A regular file can't be polled, and isn't an agent. */
	stream_watch(stream, EPOLL_CTL_ADD, CONTROL_FD, EPOLL_CONTROL, true);
	return sections_open(run) ? -1 : sources_open(stream);
}

/* What came is read at once, unless a timer reads it anyway. */
static void wake(struct source *source, bool active)
{
	if (!active)
		source->due = 0;
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
	if (ppoll(&pollfd, 1, next == STREAM_NEVER ? NULL : &timeout, NULL) <= 0)
		return;
	count = epoll_wait(stream->epoll, events, 16, 0);
	for (i = 0; i < count; i++) {
		uint64_t about = events[i].data.u64;

		if (about == EPOLL_CONTROL)
			stream_control(stream);
		else if (about == EPOLL_SIGNAL)
			take_signal(stream);
		else if (about == EPOLL_TRACE)
			wake(stream->trace.source, stream->trace.active);
		else
			wake(stream->rings[about - EPOLL_RING].source, stream->rings[about - EPOLL_RING].active);
	}
}

void stream_go(struct stream *stream)
{
	uint64_t interval = stream->run->spec.counts_interval * 1000000ull;

	prctl(PR_SET_TIMERSLACK, TIMER_SLACK, 0, 0, 0);
	stream->counts_due = interval ? clock_monotonic() + interval : STREAM_NEVER;
	while (stream->end == STREAM_GOES_ON) {
		uint64_t next = stream_turn(stream);

		if (stream->run->output.broken)
			stream_stop(stream, STREAM_AGENT_GONE);
		if (stream->end == STREAM_GOES_ON)
			look_at_events(stream, next);
	}
}

void stream_close(struct stream *stream)
{
	sources_close(stream);
	if (stream->epoll > 0)
		close(stream->epoll);
	if (stream->signals > 0)
		close(stream->signals);
}
