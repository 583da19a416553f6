/*
 * Program statistics of the kernel, BPF_ENABLE_STATS: they cost each program about 40 ns a call, so they are on while somebody looks, and
 * otherwise for a moment now and then, which is enough to know what a run costs. Source: linux/bpf.h, struct bpf_prog_info.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "clock.h"
#include "confine.h"
#include "control.h"
#include "fields.h"
#include "message.h"
#include "modes.h"
#include "privilege.h"

#define SAMPLE_INTERVAL_NS 500000000ull
#define SAMPLE_WINDOW_NS 50000000ull
/* More programs than a host's runs have. */
#define PROGRAMS_MAX 4096

struct sampled {
	uint32_t id;
	uint64_t before, after; /* run_time_ns at both ends of the window */
};

struct programs {
	struct sampled *list;
	size_t count;
};

struct statistics {
	int fd; /* -1 while they are off */
	bool held;
	struct programs programs;
	struct programs next; /* ordered while a window was open; they follow when it ends */
	bool ordered, sampling;
	uint64_t began, due;
};

/* 0 or -errno. */
static int statistics_on(struct statistics *statistics)
{
	if (statistics->fd < 0)
		statistics->fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	return statistics->fd < 0 ? statistics->fd : 0;
}

static void statistics_off(struct statistics *statistics)
{
	if (statistics->fd >= 0)
		close(statistics->fd);
	statistics->fd = -1;
}

/* A program's time so far; 0 for one that is gone. The descriptor is not kept: it would keep the program. */
static uint64_t run_time(uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		info.run_time_ns = 0;
	close(fd);
	return info.run_time_ns;
}

static int sample_begin(struct statistics *statistics)
{
	int error = statistics_on(statistics);
	size_t i;

	if (error)
		return error;
	/* Before the first time is read, and at the end after the last: what was counted is never more than the window holds. */
	statistics->began = clock_monotonic();
	for (i = 0; i < statistics->programs.count; i++)
		statistics->programs.list[i].before = run_time(statistics->programs.list[i].id);
	statistics->due = statistics->began + SAMPLE_WINDOW_NS;
	statistics->sampling = true;
	return 0;
}

/* The list is the caller's no longer. */
static void take_programs(struct statistics *statistics, struct programs *programs)
{
	free(statistics->programs.list);
	statistics->programs = *programs;
	*programs = (struct programs){ 0 };
	statistics->due = clock_monotonic();
}

static void sample_end(struct statistics *statistics)
{
	struct programs *programs = &statistics->programs;
	json_t *times = json_array();
	uint64_t now;
	size_t i;

	for (i = 0; i < programs->count; i++)
		programs->list[i].after = run_time(programs->list[i].id);
	now = clock_monotonic();
	for (i = 0; i < programs->count; i++) {
		const struct sampled *program = &programs->list[i];
		uint64_t taken = program->after > program->before ? program->after - program->before : 0;

		json_array_append_new(times, json_pack("{s:I, s:I}", "id", (json_int_t)program->id, "run_time_ns",
						       (json_int_t)taken));
	}
	message_send(json_pack("{s:s, s:I, s:o}", "type", "sample", "window_ns",
			       (json_int_t)(now - statistics->began), "programs", times));
	if (!statistics->held)
		statistics_off(statistics);
	statistics->sampling = false;
	statistics->due = statistics->began + SAMPLE_INTERVAL_NS;
	if (statistics->ordered)
		take_programs(statistics, &statistics->next);
	statistics->ordered = false;
}

static bool is_same(const struct programs *a, const struct programs *b)
{
	size_t i;

	for (i = 0; a->count == b->count && i < a->count; i++) {
		if (a->list[i].id != b->list[i].id)
			return false;
	}
	return a->count == b->count;
}

/* An order replaces the one before. A window that is open goes on: whoever gives orders all the time would have no sample otherwise. */
static int take_order(struct statistics *statistics, json_t *order)
{
	json_t *ids = json_object_get(order, "programs");
	struct programs programs = { .count = json_array_size(ids) };
	size_t i;

	if (programs.count && programs.count <= PROGRAMS_MAX)
		programs.list = calloc(programs.count, sizeof(*programs.list));
	if (!json_is_array(ids) || !json_is_boolean(json_object_get(order, "hold")) || (programs.count && !programs.list)) {
		free(programs.list);
		return -EINVAL;
	}
	for (i = 0; i < programs.count; i++)
		programs.list[i].id = (uint32_t)json_integer_value(json_array_get(ids, i));
	statistics->held = json_is_true(json_object_get(order, "hold"));
	free(statistics->next.list);
	statistics->next = programs;
	statistics->ordered = !is_same(&programs, &statistics->programs);
	if (statistics->ordered && !statistics->sampling) {
		take_programs(statistics, &statistics->next);
		statistics->ordered = false;
	}
	if (!statistics->held) {
		if (!statistics->sampling)
			statistics_off(statistics);
		return 0;
	}
	if (!statistics_on(statistics))
		message_send(json_pack("{s:s}", "type", "on"));
	return statistics->fd < 0 ? statistics->fd : 0;
}

/* Milliseconds until the next edge of a window, rounded up; -1 when nothing is sampled. */
static int wait_time(const struct statistics *statistics)
{
	uint64_t now = clock_monotonic();

	if (statistics->programs.count == 0)
		return -1;
	return statistics->due <= now ? 0 : (int)((statistics->due - now + 999999) / 1000000);
}

static int serve(struct statistics *statistics, struct control *control)
{
	struct pollfd input = { .fd = CONTROL_FD, .events = POLLIN };

	for (;;) {
		json_t *order;
		bool bad = false;
		int error = 0;

		if (poll(&input, 1, wait_time(statistics)) > 0)
			error = control_read(control);
		if (error || control->ended)
			return error;
		while (!error && (order = control_next(control, &bad)) != NULL) {
			error = take_order(statistics, order);
			json_decref(order);
		}
		if (!error && !bad && statistics->programs.count && clock_monotonic() >= statistics->due) {
			if (statistics->sampling)
				sample_end(statistics);
			else
				error = sample_begin(statistics);
		}
		if (error || bad)
			return bad ? -EINVAL : error;
	}
}

int statistics_main(void)
{
	struct statistics statistics = { .fd = -1 };
	struct control control = { 0 };
	struct failure failure;
	pid_t parent = getppid();
	int error;

	signal(SIGPIPE, SIG_IGN);
	confine_start();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* Turning statistics on, and looking at another process's programs, takes CAP_SYS_ADMIN; it opens no file. */
	landlock_fence(NULL, 0);
	error = capabilities_set(CAPABILITY(CAP_SYS_ADMIN), CAPABILITY(CAP_SYS_ADMIN));
	if (!error && parent_bind(parent))
		return 0;
	if (!error)
		error = serve(&statistics, &control);
	if (error) {
		fail(&failure, "stream", -error, NULL, "counting what programs take: %s", strerror(-error));
		message_failed(&failure);
	}
	statistics_off(&statistics);
	free(statistics.programs.list);
	free(statistics.next.list);
	control_free(&control);
	return error ? 1 : 0;
}
