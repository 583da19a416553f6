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
	uint64_t before; /* run_time_ns when the window began */
};

struct statistics {
	int fd; /* -1 while they are off */
	bool held;
	struct sampled *programs;
	size_t count;
	bool sampling;
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
	for (i = 0; i < statistics->count; i++)
		statistics->programs[i].before = run_time(statistics->programs[i].id);
	statistics->began = clock_monotonic();
	statistics->due = statistics->began + SAMPLE_WINDOW_NS;
	statistics->sampling = true;
	return 0;
}

static void sample_end(struct statistics *statistics)
{
	uint64_t now = clock_monotonic();
	json_t *programs = json_array();
	size_t i;

	for (i = 0; i < statistics->count; i++) {
		const struct sampled *program = &statistics->programs[i];
		uint64_t after = run_time(program->id);

		json_array_append_new(programs,
				      json_pack("{s:I, s:I}", "id", (json_int_t)program->id, "run_time_ns",
						(json_int_t)(after > program->before ? after - program->before : 0)));
	}
	message_send(json_pack("{s:s, s:I, s:o}", "type", "sample", "window_ns",
			       (json_int_t)(now - statistics->began), "programs", programs));
	if (!statistics->held)
		statistics_off(statistics);
	statistics->sampling = false;
	statistics->due = statistics->began + SAMPLE_INTERVAL_NS;
}

/* An order replaces the one before. A window that has begun ends unsaid: it was of other programs. */
static int take_order(struct statistics *statistics, json_t *order)
{
	json_t *programs = json_object_get(order, "programs");
	size_t count = json_array_size(programs), i;
	struct sampled *list = count && count <= PROGRAMS_MAX ? calloc(count, sizeof(*list)) : NULL;

	if (!json_is_array(programs) || !json_is_boolean(json_object_get(order, "hold")) || (count && !list)) {
		free(list);
		return -EINVAL;
	}
	for (i = 0; i < count; i++)
		list[i].id = (uint32_t)json_integer_value(json_array_get(programs, i));
	free(statistics->programs);
	statistics->programs = list;
	statistics->count = count;
	statistics->held = json_is_true(json_object_get(order, "hold"));
	statistics->sampling = false;
	statistics->due = clock_monotonic();
	if (!statistics->held) {
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

	if (statistics->count == 0)
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
		if (!error && !bad && statistics->count && clock_monotonic() >= statistics->due) {
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
	free(statistics.programs);
	control_free(&control);
	return error ? 1 : 0;
}
