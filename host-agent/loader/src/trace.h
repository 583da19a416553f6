/*
 * bpf_printk lines of this run, from the instance's binary pages: a task name that holds a newline cannot forge a line
 * there. Documentation/trace/ring-buffer-design.rst; linux/include/linux/ring_buffer.h, struct ring_buffer_event.
 */
#ifndef PROBEPAD_TRACE_H
#define PROBEPAD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source.h"

#define TRACE_COMM_CACHE 256
#define TRACE_SAVED_MAX 16384

struct trace {
	struct source *source;
	struct trace_instance *instance;
	uint8_t *page, *payload;
	uint32_t used, records;
	bool active;	  /* read on the timer; else asleep on epoll */
	uint64_t dropped; /* as the kernel counted last */
	/* Names of tasks, for one drain only: a task may change its name. */
	struct {
		uint32_t pid;
		char comm[16];
	} names[TRACE_COMM_CACHE];
	char saved[TRACE_SAVED_MAX]; /* the instance's saved_cmdlines, read when first needed in a drain */
	bool saved_read;
};

/* One line of a page. */
struct trace_line {
	uint64_t time_ns;
	uint32_t pid;
	const char *text; /* tag included, no terminating NUL */
	uint32_t length;
};

/*
 * Calls `each` for every line of a page. Stops at whatever does not look like a page.
 * Returns 0 or what `each` returned.
 */
int trace_page_lines(const struct trace_format *format, const uint8_t *page, size_t size,
		     int (*each)(const struct trace_line *line, void *context), void *context);

/*
 * The name that saved_cmdlines has for a task: lines "PID NAME". A name may hold a newline and so feign a line; when two lines
 * claim the task, neither is believed. `comm` gets at most 15 characters and zeros. Returns whether there is one.
 */
bool trace_saved_name(const char *saved, uint32_t pid, char comm[16]);

int trace_open(struct trace *trace, struct source *source, struct trace_instance *instance);
void trace_close(struct trace *trace);
/* Sends what is there. Returns lines taken, or -1 when the output is broken; what is there is counted as lost then. No allocation. */
int64_t trace_drain(struct run *run, struct trace *trace);

#endif
