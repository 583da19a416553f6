/* Keeps data flowing from the attached programs to the agent until the run is stopped. */
#ifndef PROBEPAD_STREAM_H
#define PROBEPAD_STREAM_H

#include "control.h"
#include "globals.h"
#include "iterator.h"
#include "perf.h"
#include "ring.h"
#include "run.h"
#include "snapshot.h"
#include "stack_map.h"
#include "trace.h"

enum stream_end { STREAM_GOES_ON, STREAM_STOPPED, STREAM_AGENT_GONE, STREAM_COMPLETED };

struct stream {
	struct run *run;
	struct control *control;
	int epoll, signals;
	struct source *sources;
	struct ring *rings;
	struct perf *perfs;
	struct snapshot *snapshots;
	struct stack_map *stack_maps;
	struct globals *globals;
	struct iterator *iterators;
	struct trace trace;
	size_t source_count, ring_count, perf_count, snapshot_count, stack_map_count, globals_count, iterator_count;
	bool tracing;
	uint64_t counts_due;
	enum stream_end end;
	uint64_t give_up; /* after a stop: when the agent has had its time */
};

/* `due` of a source that waits for epoll or a command. */
#define STREAM_NEVER UINT64_MAX

/* What an epoll event is about: a small number, or a ring's index behind EPOLL_RING. */
enum { EPOLL_CONTROL, EPOLL_SIGNAL, EPOLL_TRACE, EPOLL_RING };

/* Opens every source before anything is attached, so that nothing is missed. 0, or -1 with run->failure set. */
int stream_open(struct stream *stream, struct run *run, struct control *control);
/* Flows until there is an end. */
void stream_go(struct stream *stream);
/* Gives the stream its end, unless it has one: from now on the agent has STOP_PATIENCE to take what is left. */
void stream_stop(struct stream *stream, enum stream_end end);
void stream_close(struct stream *stream);
/* Sets run->failure and returns -1. */
int stream_fail(struct run *run, int error, const char *object, const char *what);
/* epoll_ctl(2); a descriptor that is not `wanted` stays in the set and wakes nobody. 0 or -errno. */
int stream_watch(struct stream *stream, int operation, int fd, uint64_t about, bool wanted);
void stream_counts_if_due(struct stream *stream);

/* sources.c: 0, or -1 with run->failure set. */
int sources_open(struct stream *stream);
void sources_close(struct stream *stream);

/* turn.c: does all that is due. Returns when something is due next, 0 for at once. */
uint64_t stream_turn(struct stream *stream);

/* finish.c: after detaching, sends what is left, counts the rest as lost, and the last counts. */
void stream_finish(struct stream *stream);

/* commands.c: does what the agent said; sets stream->end on stop and on EOF. */
void stream_control(struct stream *stream);

/* counts.c: a `counts` message. */
void counts_send(struct stream *stream);

#endif
