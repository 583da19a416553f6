/* One run from its spec to its end. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "bounds.h"
#include "confine.h"
#include "kernel_btf.h"
#include "libbpf_log.h"
#include "message.h"
#include "privilege.h"
#include "stream.h"

#define FRAMES_FD 3
#define OBJECT_FD 4

/* Waits for the next line of orders. */
static json_t *read_orders(struct run *run, struct control *control, const char *what)
{
	json_t *json;
	bool bad;
	int result;

	while (!(json = control_next(control, &bad)) && !bad) {
		result = control_read(control);
		if (result)
			fail(&run->failure, "spec", -result, NULL, "reading the %s: %s", what, strerror(-result));
		else if (control->ended)
			fail(&run->failure, "spec", EPIPE, NULL, "the agent has gone before the %s was whole", what);
		if (result || control->ended)
			return NULL;
	}
	if (bad)
		fail(&run->failure, "spec", EINVAL, NULL, "the %s is no JSON", what);
	return json;
}

static int read_setup(struct run *run, struct control *control)
{
	json_t *json = read_orders(run, control, "setup");
	char error[512];
	int result;

	if (!json)
		return -1;
	result = setup_parse(json, &run->setup, error, sizeof(error));
	json_decref(json);
	return result ? fail(&run->failure, "spec", EINVAL, NULL, "%s", error) : 0;
}

static int read_spec(struct run *run, struct control *control)
{
	json_t *json = read_orders(run, control, "spec");
	char error[512];
	int result;

	if (!json)
		return -1;
	result = spec_parse(json, &run->spec, error, sizeof(error));
	json_decref(json);
	return result ? fail(&run->failure, "spec", EINVAL, NULL, "%s", error) : 0;
}

static int read_object(struct run *run)
{
	size_t size = run->spec.object_size, length = 0;
	ssize_t got = 1;

	run->object_bytes = malloc(size);
	if (!run->object_bytes)
		return fail(&run->failure, "spec", ENOMEM, NULL, "reading the object: %s", strerror(ENOMEM));
	while (length < size && got) {
		got = read(OBJECT_FD, (char *)run->object_bytes + length, size - length);
		if (got < 0 && errno != EINTR)
			return fail(&run->failure, "spec", errno, NULL, "reading the object: %s", strerror(errno));
		if (got > 0)
			length += (size_t)got;
	}
	close(OBJECT_FD);
	if (length < size)
		return fail(&run->failure, "spec", EPIPE, NULL, "object_size: the object has %zu bytes, not %zu", length,
			    size);
	return 0;
}

static bool wants(const struct run *run, enum source_kind kind)
{
	size_t i;

	for (i = 0; i < run->spec.source_count; i++)
		if (run->spec.sources[i].kind == kind)
			return true;
	return false;
}

static bool attaches(const struct run *run, enum attach_type type)
{
	size_t i;

	for (i = 0; i < run->spec.program_count; i++)
		if (run->spec.programs[i].attach.type == type)
			return true;
	return false;
}

static void make_trace_instance(struct run *run)
{
	char why[900];
	int error = trace_instance_make(&run->trace, run->setup.run, run->setup.trace_tag, why, sizeof(why));

	if (error)
		message_remark("the run has no trace lines: %s: %s", why, strerror(-error));
}

static void start_janitor(struct run *run)
{
	struct janitor *janitor = &run->janitor;
	int error;

	trace_instance_path(run->setup.run, janitor->tracing, sizeof(janitor->tracing));
	janitor_owner(run->setup.run, janitor->owner, sizeof(janitor->owner));
	error = janitor_start(janitor);
	if (error)
		message_remark("what the run leaves is removed by the next sweep only: %s", strerror(-error));
}

/* What takes more privilege than the run will have, and the janitor that takes it away again. */
static int set_up(struct run *run)
{
	const struct setup *setup = &run->setup;
	struct run_cgroup *group = &run->janitor.cgroup;
	char why[900];
	int error = 0;

	/* The janitor has to know the group before there is one. */
	if (setup->memory_bytes)
		error = run_cgroup_find(group, setup->run, why, sizeof(why));
	start_janitor(run);
	if (setup->memory_bytes && !error)
		error = run_cgroup_enter(group, setup->memory_bytes, why, sizeof(why));
	/* Who set a limit wants no run without one. */
	if (error)
		return fail(&run->failure, "limit", -error, NULL, "the run would have no memory limit: %s: %s", why,
			    strerror(-error));
	if (setup->trace)
		make_trace_instance(run);
	kernel_btf_read_ahead();
	return 0;
}

/* What only the spec could tell. */
static void set_up_rest(struct run *run)
{
	if (wants(run, SOURCE_TRACE) && !run->trace.path[0])
		make_trace_instance(run);
	if (!attaches(run, ATTACH_TC))
		janitor_note_no_network(&run->janitor);
}

static void tell_running(const struct run *run)
{
	char monotonic[24], realtime[24];

	snprintf(monotonic, sizeof(monotonic), "%" PRIu64, clock_monotonic());
	snprintf(realtime, sizeof(realtime), "%" PRIu64, clock_realtime());
	message_send(json_pack("{s:s, s:f, s:I, s:s, s:s}", "type", "running", "milliseconds",
			       (double)(clock_monotonic() - run->started) / 1e6, "attached",
			       (json_int_t)run->attached_count, "monotonic_ns", monotonic, "realtime_ns", realtime));
}

static const char *end_reason(enum stream_end end)
{
	switch (end) {
	case STREAM_AGENT_GONE:
		return "agent_gone";
	case STREAM_COMPLETED:
		return "completed";
	default:
		return "stopped";
	}
}

/* Signals that end a run are read from a signalfd; a broken pipe is an error like others. */
static void block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int run_main(void)
{
	struct run run = { 0 };
	struct stream stream = { .epoll = -1, .signals = -1 };
	struct control control = { 0 };
	pid_t parent = getppid();
	int status = 1;

	block_signals();
	libbpf_log_start();
	run.janitor.cgroup.lock = run.trace.lock = run.trace.names = -1;
	if (parent_bind(parent)) {
		fail(&run.failure, "spec", ESRCH, NULL, "the agent has gone");
		goto cleanup;
	}
	if (read_setup(&run, &control))
		goto cleanup;
	confine_start();
	if (set_up(&run))
		goto cleanup;
	if (read_spec(&run, &control) || read_object(&run))
		goto cleanup;
	run.started = clock_monotonic();
	run.output.fd = FRAMES_FD;
	run.output.stream = run.spec.stream;
	set_up_rest(&run);
	if (confine_enter(&run, parent))
		goto cleanup;
	if (object_open(&run))
		goto cleanup;
	confine_trim(&run);
	if (object_load(&run))
		goto cleanup;
	kernel_btf_forget();
	if (policy_check(&run) || stream_open(&stream, &run, &control) || programs_attach(&run) ||
	    confine_drop(&run))
		goto cleanup;
	tell_running(&run);
	stream_go(&stream);
	programs_detach(&run);
	stream_finish(&stream);
	message_send(json_pack("{s:s, s:s}", "type", "ended", "reason", end_reason(stream.end)));
	status = 0;
cleanup:
	if (status)
		message_failed(&run.failure);
	programs_detach(&run);
	stream_close(&stream);
	sections_close(&run);
	object_close(&run);
	trace_instance_close(&run.trace);
	janitor_finish(&run.janitor);
	programs_free(&run);
	free(run.object_bytes);
	spec_free(&run.spec);
	setup_free(&run.setup);
	control_free(&control);
	return status;
}
