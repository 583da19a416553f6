/*
 * What every process maps, and what it is called, as the kernel itself records it for perf(1): addresses in a process that has exited
 * can be named only by who noted its mappings while it lived. The event that carries the records is a dummy and measures nothing.
 * Source: perf_event_open(2), PERF_RECORD_MMAP2, _COMM, _FORK, _EXIT.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "confine.h"
#include "message.h"
#include "modes.h"
#include "privilege.h"

#define CPUS_MAX 1024
/* A buffer is looked at when it is half full, and this often anyway, milliseconds. */
#define LOOK_INTERVAL 100
/* Of one CPU so many are told before the others have their turn, and before the agent's end is seen. */
#define RECORDS_PER_LOOK 512

struct buffer {
	int fd;
	struct perf_event_mmap_page *control;
	size_t size; /* of the data behind the control page, a power of two */
};

struct watch {
	struct buffer buffers[CPUS_MAX];
	struct pollfd polled[CPUS_MAX + 1]; /* fd 0 first */
	size_t count;
};

/* As they lie in the buffer. With PERF_SAMPLE_TIME and sample_id_all each ends in a u64 of time. */
struct mmap2_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t address, length, offset;
	uint32_t major, minor;
	uint64_t inode, generation;
	uint32_t protection, flags;
	char path[];
};

struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	char comm[];
};

struct task_record {
	struct perf_event_header header;
	uint32_t pid, parent, tid, parent_tid;
	uint64_t time;
};

struct lost_record {
	struct perf_event_header header;
	uint64_t id, lost;
};

static int open_buffer(struct buffer *buffer, int cpu, size_t pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
		/* Records of several CPUs are put in order by their times. */
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1,
		.wakeup_watermark = (uint32_t)(pages * page / 2),
	};
	long fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	void *mapped;

	if (fd < 0)
		return -errno;
	mapped = mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	if (mapped == MAP_FAILED) {
		int error = -errno;

		close((int)fd);
		return error;
	}
	buffer->fd = (int)fd;
	buffer->control = mapped;
	buffer->size = pages * page;
	return 0;
}

static void close_buffers(struct watch *watch)
{
	size_t i;

	for (i = 0; i < watch->count; i++) {
		munmap(watch->buffers[i].control, watch->buffers[i].size + (size_t)sysconf(_SC_PAGESIZE));
		close(watch->buffers[i].fd);
	}
	watch->count = 0;
}

static int open_buffers(struct watch *watch, size_t pages)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int cpu, error;

	for (cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++) {
		error = open_buffer(&watch->buffers[watch->count], cpu, pages);
		if (error == -ENODEV)
			continue; /* this CPU is offline */
		if (error) {
			close_buffers(watch);
			return error;
		}
		watch->polled[++watch->count] = (struct pollfd){ .fd = watch->buffers[watch->count - 1].fd, .events = POLLIN };
	}
	return watch->count ? 0 : -ENODEV;
}

static uint64_t time_of(const struct perf_event_header *record)
{
	uint64_t time;

	memcpy(&time, (const char *)record + record->size - sizeof(time), sizeof(time));
	return time;
}

static json_t *hexadecimal(uint64_t value)
{
	char text[20];

	snprintf(text, sizeof(text), "%" PRIx64, value);
	return json_string(text);
}

static void tell_mapping(const struct mmap2_record *record)
{
	size_t room = record->header.size - sizeof(*record) - sizeof(uint64_t);

	message_send(json_pack("{s:s, s:I, s:i, s:o, s:o, s:o, s:i, s:i, s:o, s:o}", "type", "map", "time",
			       (json_int_t)time_of(&record->header), "pid", (int)record->pid, "start",
			       hexadecimal(record->address), "end", hexadecimal(record->address + record->length), "offset",
			       hexadecimal(record->offset), "major", (int)record->major, "minor", (int)record->minor, "inode",
			       hexadecimal(record->inode), "path",
			       message_text(record->path, strnlen(record->path, room))));
}

static void tell_name(const struct comm_record *record)
{
	size_t room = record->header.size - sizeof(*record) - sizeof(uint64_t);

	message_send(json_pack("{s:s, s:I, s:i, s:o, s:b}", "type", "name", "time", (json_int_t)time_of(&record->header),
			       "pid", (int)record->pid, "name", message_text(record->comm, strnlen(record->comm, room)),
			       "exec", (record->header.misc & PERF_RECORD_MISC_COMM_EXEC) != 0));
}

/* Threads share what their process maps. */
static void tell(const struct perf_event_header *header)
{
	const struct mmap2_record *mapping = (const void *)header;
	const struct comm_record *name = (const void *)header;
	const struct task_record *task = (const void *)header;
	const struct lost_record *lost = (const void *)header;

	switch (header->type) {
	case PERF_RECORD_MMAP2:
		if (header->size > sizeof(*mapping) + sizeof(uint64_t))
			tell_mapping(mapping);
		break;
	case PERF_RECORD_COMM:
		if (header->size > sizeof(*name) + sizeof(uint64_t) && name->pid == name->tid)
			tell_name(name);
		break;
	case PERF_RECORD_FORK:
		if (header->size >= sizeof(*task) && task->pid == task->tid)
			message_send(json_pack("{s:s, s:I, s:i, s:i}", "type", "fork", "time", (json_int_t)task->time, "pid",
					       (int)task->pid, "parent", (int)task->parent));
		break;
	case PERF_RECORD_EXIT:
		if (header->size >= sizeof(*task) && task->pid == task->tid)
			message_send(json_pack("{s:s, s:I, s:i}", "type", "exit", "time", (json_int_t)task->time, "pid",
					       (int)task->pid));
		break;
	case PERF_RECORD_LOST:
		if (header->size >= sizeof(*lost))
			message_send(json_pack("{s:s, s:I}", "type", "lost", "count", (json_int_t)lost->lost));
		break;
	default:
		break;
	}
}

/* Copies a record out of the ring, across its end. */
static void copy_out(void *to, const uint8_t *data, size_t size, uint64_t from, size_t length)
{
	size_t at = from & (size - 1), first = size - at < length ? size - at : length;

	memcpy(to, data + at, first);
	memcpy((uint8_t *)to + first, data, length - first);
}

/* Tells RECORDS_PER_LOOK records at most. Returns whether there are more. */
static bool drain(const struct buffer *buffer)
{
	static _Alignas(8) uint8_t record[UINT16_MAX + 1];
	const uint8_t *data = (const uint8_t *)buffer->control + sysconf(_SC_PAGESIZE);
	uint64_t at = buffer->control->data_tail;
	uint64_t end = __atomic_load_n(&buffer->control->data_head, __ATOMIC_ACQUIRE);

	unsigned int told;

	for (told = 0; at < end && told < RECORDS_PER_LOOK; told++) {
		struct perf_event_header header;

		copy_out(&header, data, buffer->size, at, sizeof(header));
		if (header.size < sizeof(header)) {
			at = end;
			break;
		}
		copy_out(record, data, buffer->size, at, header.size);
		tell((const void *)record);
		at += header.size;
	}
	/* What was told makes room, whatever is left. */
	__atomic_store_n(&buffer->control->data_tail, at, __ATOMIC_RELEASE);
	return at < end;
}

int processes_main(void)
{
	static struct watch watch;
	struct failure failure;
	size_t pages, i;
	bool more = false;
	int error = 0;

	signal(SIGPIPE, SIG_IGN);
	if (parent_bind(getppid()))
		return 1;
	confine_start();
	/* EPERM: more than perf_event_mlock_kb allows. */
	for (pages = PERF_PAGES_MAX; pages >= PERF_PAGES_MIN; pages /= 2) {
		error = open_buffers(&watch, pages);
		if (error != -EPERM && error != -ENOMEM)
			break;
	}
	/* The records come by memory: no file is opened from here on. */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	landlock_fence(NULL, 0);
	capabilities_set(0, 0);
	if (error) {
		fail(&failure, "stream", -error, NULL, "watching processes: %s", strerror(-error));
		message_failed(&failure);
		return 1;
	}
	message_send(json_pack("{s:s}", "type", "watching"));
	watch.polled[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	while (!watch.polled[0].revents) {
		poll(watch.polled, watch.count + 1, more ? 0 : LOOK_INTERVAL);
		more = false;
		for (i = 0; i < watch.count; i++)
			more |= drain(&watch.buffers[i]);
	}
	close_buffers(&watch);
	return 0;
}
