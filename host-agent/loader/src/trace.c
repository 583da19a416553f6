#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"

/* Types of struct ring_buffer_event; up to DATA_MAX the type is the length in words. */
#define EVENT_DATA_MAX 28
#define EVENT_PADDING 29
#define EVENT_EXTEND 30
#define EVENT_STAMP 31
/* Flags in a page's commit word (linux/kernel/trace/ring_buffer.c, RB_MISSED_EVENTS, RB_MISSED_STORED). */
#define COMMIT_LENGTH 0x0fffffffu
/* An absolute time holds 59 bits; the page's time has the others. */
#define STAMP_BITS 59

static uint16_t read_u16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t read_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t read_u64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Reads a bpf_trace_printk record: false when it is another or is not whole. */
static bool read_line(const struct trace_format *format, const uint8_t *record, uint32_t length, struct trace_line *line)
{
	uint32_t location, offset, size;
	const char *end;

	if (length < format->string_offset + 4 || length < 8 || read_u16(record) != format->event_id)
		return false;
	line->pid = read_u32(record + 4);
	/* __data_loc: offset in the lower half, length in the upper. */
	location = read_u32(record + format->string_offset);
	offset = location & 0xffff;
	size = location >> 16;
	if (offset > length || size > length - offset)
		return false;
	line->text = (const char *)record + offset;
	end = memchr(line->text, '\0', size);
	line->length = end ? (uint32_t)(end - line->text) : size;
	return true;
}

int trace_page_lines(const struct trace_format *format, const uint8_t *page, size_t size,
		     int (*each)(const struct trace_line *line, void *context), void *context)
{
	const uint8_t *at, *end;
	struct trace_line line;
	uint64_t time;
	int result;

	if (size < format->data_offset || format->data_offset < 12)
		return 0;
	time = read_u64(page);
	at = page + format->data_offset;
	end = at + (read_u32(page + format->commit_offset) & COMMIT_LENGTH);
	if (end > page + size)
		end = page + size;
	while (end - at >= 8) {
		uint32_t word = read_u32(at), type = word & 31, delta = word >> 5, length;

		at += 4;
		switch (type) {
		case EVENT_EXTEND:
			time += ((uint64_t)read_u32(at) << 27) + delta;
			at += 4;
			continue;
		case EVENT_STAMP:
			time = (time >> STAMP_BITS << STAMP_BITS) | (((uint64_t)read_u32(at) << 27) + delta);
			at += 4;
			continue;
		case EVENT_PADDING:
			if (!delta)
				return 0; /* the rest of the page is empty */
			time += delta;
			length = read_u32(at);
			break;
		case 0:
			time += delta;
			/* The length word counts itself. */
			length = read_u32(at);
			if (length < 4 || length - 4 > (size_t)(end - at - 4))
				return 0;
			at += 4;
			length -= 4;
			break;
		default:
			time += delta;
			length = type * 4;
			break;
		}
		if (length > (size_t)(end - at))
			return 0;
		line.time_ns = time;
		if (type <= EVENT_DATA_MAX && read_line(format, at, length, &line)) {
			result = each(&line, context);
			if (result)
				return result;
		}
		at += (length + 3) & ~3u;
	}
	return 0;
}

int trace_open(struct trace *trace, struct source *source, struct trace_instance *instance)
{
	trace->source = source;
	trace->instance = instance;
	trace->page = malloc(instance->format.page_size ? instance->format.page_size : 1);
	trace->payload = malloc(FRAME_PAYLOAD_MAX);
	return trace->page && trace->payload ? 0 : -ENOMEM;
}

void trace_close(struct trace *trace)
{
	free(trace->page);
	free(trace->payload);
}

static int flush(struct run *run, struct trace *trace)
{
	int error;

	if (!trace->records)
		return 0;
	error = source_send(run, trace->source, FRAME_TRACE, trace->payload, trace->used, trace->records);
	if (error)
		trace->source->dropped += trace->records;
	trace->used = trace->records = 0;
	return error;
}

bool trace_saved_name(const char *saved, uint32_t pid, char comm[16])
{
	const char *line, *next;
	unsigned int found = 0;

	memset(comm, 0, 16);
	for (line = saved; *line; line = next) {
		const char *end = strchr(line, '\n'), *space;
		char *number_end;
		size_t length;

		next = end ? end + 1 : line + strlen(line);
		if (!end)
			end = next;
		space = memchr(line, ' ', (size_t)(end - line));
		if (!space || *line < '0' || *line > '9' || strtoul(line, &number_end, 10) != pid ||
		    number_end != space)
			continue;
		found++;
		length = (size_t)(end - space - 1);
		memset(comm, 0, 16);
		memcpy(comm, space + 1, length < 15 ? length : 15);
	}
	if (found == 1)
		return true;
	memset(comm, 0, 16);
	return false;
}

static void read_saved(struct trace *trace)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = pread(trace->instance->names, trace->saved + length, sizeof(trace->saved) - 1 - length,
			    (off_t)length);
		if (got > 0)
			length += (size_t)got;
	} while (got > 0 && length < sizeof(trace->saved) - 1);
	trace->saved[length] = '\0';
	trace->saved_read = true;
}

/* The task's name. Read whole from its own file, where it can't be taken for anything else, as long as it lives. */
static const char *task_name(struct trace *trace, uint32_t pid)
{
	char *comm = trace->names[pid % TRACE_COMM_CACHE].comm, path[32], text[32];
	ssize_t length;
	int fd;

	if (trace->names[pid % TRACE_COMM_CACHE].pid == pid)
		return comm;
	trace->names[pid % TRACE_COMM_CACHE].pid = pid;
	memset(comm, 0, 16);
	if (!pid) {
		memcpy(comm, "swapper", 7);
		return comm;
	}
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (!trace->saved_read && trace->instance->names >= 0)
			read_saved(trace);
		trace_saved_name(trace->saved, pid, comm);
		return comm;
	}
	length = read(fd, text, sizeof(text));
	close(fd);
	/* A newline of the kernel's ends it; others are the task's. */
	if (length > 0 && text[length - 1] == '\n')
		length--;
	if (length > 0)
		memcpy(comm, text, length < 15 ? (size_t)length : 15);
	return comm;
}

struct cpu_drain {
	struct run *run;
	struct trace *trace;
	uint32_t cpu;
	int64_t lines;
};

/* A line that cannot go any more is counted. */
static int take_line(const struct trace_line *line, void *context)
{
	struct cpu_drain *drain = context;
	struct trace *trace = drain->trace;
	const char *text = line->text;
	uint32_t length = line->length, step;
	struct record_header record = { .aux = drain->cpu };
	struct trace_record head = { .time_ns = line->time_ns, .pid = line->pid };

	/* The filter lets only our lines in; the tag is not the user's. */
	if (length >= TRACE_TAG_LENGTH && !memcmp(text, drain->run->setup.trace_tag, TRACE_TAG_LENGTH)) {
		text += TRACE_TAG_LENGTH;
		length -= (uint32_t)TRACE_TAG_LENGTH;
	}
	if (length && text[length - 1] == '\n')
		length--;
	record.length = (uint32_t)sizeof(head) + length;
	step = pad8(record.length + (uint32_t)sizeof(record));
	if (trace->used + step > FRAME_PAYLOAD_MAX)
		flush(drain->run, trace);
	drain->lines++;
	if (drain->run->output.broken) {
		trace->source->dropped++;
		return 0;
	}
	memcpy(head.comm, task_name(trace, line->pid), sizeof(head.comm));
	memset(trace->payload + trace->used + step - 8, 0, 8);
	memcpy(trace->payload + trace->used, &record, sizeof(record));
	memcpy(trace->payload + trace->used + sizeof(record), &head, sizeof(head));
	memcpy(trace->payload + trace->used + sizeof(record) + sizeof(head), text, length);
	trace->used += step;
	trace->records++;
	return 0;
}

/* What the kernel says it overwrote or dropped, over all CPUs: lines "overrun: N", "commit overrun: N", "dropped events: N". */
static void count_dropped(struct trace *trace)
{
	static const char *const lines[] = { "\noverrun: ", "\ncommit overrun: ", "\ndropped events: " };
	uint64_t dropped = 0;
	size_t i, j;

	for (i = 0; i < trace->instance->cpu_count; i++) {
		char text[512] = "\n";
		ssize_t length = pread(trace->instance->cpus[i].stats, text + 1, sizeof(text) - 2, 0);

		if (length <= 0)
			return;
		text[length + 1] = '\0';
		for (j = 0; j < 3; j++) {
			const char *at = strstr(text, lines[j]);

			if (at)
				dropped += strtoull(at + strlen(lines[j]), NULL, 10);
		}
	}
	trace->source->dropped += dropped - trace->dropped;
	trace->dropped = dropped;
}

/* No more than the ring holds: a CPU that prints faster than the agent takes would keep us from all else. */
static void drain_cpu(struct cpu_drain *drain, const struct trace_cpu *cpu)
{
	const struct trace_instance *instance = drain->trace->instance;
	const struct trace_format *format = &instance->format;
	uint8_t *page = drain->trace->page;
	/* The kernel counts what pages hold without their headers, and rounds up; one page more is the reader's. */
	uint32_t left = instance->ring_kib * KIB / (format->page_size - format->data_offset) + 2;
	ssize_t got;

	drain->cpu = cpu->cpu;
	while (left-- && (got = read(cpu->pipe, page, format->page_size)) > 0)
		trace_page_lines(format, page, (size_t)got, take_line, drain);
}

int64_t trace_drain(struct run *run, struct trace *trace)
{
	struct cpu_drain drain = { .run = run, .trace = trace };
	size_t i;

	memset(trace->names, 0xff, sizeof(trace->names));
	trace->saved_read = false;
	for (i = 0; i < trace->instance->cpu_count; i++)
		drain_cpu(&drain, &trace->instance->cpus[i]);
	if (drain.lines)
		count_dropped(trace);
	return flush(run, trace) || run->output.broken ? -1 : drain.lines;
}
