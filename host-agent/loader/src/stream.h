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
	struct globals *globals;
	struct iterator *iterators;
	struct trace trace;
	size_t source_count, ring_count, perf_count, snapshot_count, globals_count, iterator_count;
	bool tracing;
	uint64_t counts_due;
	enum stream_end end;
	uint64_t give_up; /* after a stop: when the agent has had its time */
};

/* Opens every source before anything is attached, so that nothing is missed. 0, or -1 with run->failure set. */
int stream_open(struct stream *stream, struct run *run, struct control *control);
/* Flows until there is an end. */
void stream_go(struct stream *stream);
/* After detaching: sends what is left, counts the rest as lost, and the last counts. */
void stream_finish(struct stream *stream);
void stream_close(struct stream *stream);

/* commands.c: does what the agent said; sets stream->end on stop and on EOF. */
void stream_control(struct stream *stream);

/* counts.c: a `counts` message. */
void counts_send(struct stream *stream);

#endif
