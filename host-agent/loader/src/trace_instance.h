/*
 * A tracing instance of the run's own. It gets a copy of every bpf_printk line that begins with the run's tag, and takes
 * nothing from other readers. Documentation/trace/ftrace.rst, "Instances".
 */
#ifndef PROBEPAD_TRACE_INSTANCE_H
#define PROBEPAD_TRACE_INSTANCE_H

#include <stddef.h>
#include <stdint.h>

struct trace_format {
	uint32_t event_id;
	uint32_t string_offset; /* of the __data_loc word of bpf_string in the record */
	uint32_t commit_offset, data_offset; /* in a page */
	uint32_t page_size;		     /* of the trace ring, header included */
};

struct trace_cpu {
	uint32_t cpu;
	int pipe;  /* trace_pipe_raw, non-blocking */
	int stats; /* what was overwritten or dropped */
};

struct trace_instance {
	char path[256]; /* empty when there is none */
	int lock;	/* fd, or -1 */
	struct trace_format format;
	struct trace_cpu *cpus;
	size_t cpu_count;
	uint32_t ring_kib; /* of each CPU */
	int names; /* saved_cmdlines: names of tasks that may have ended, or -1 */
};

/* Where the instance of that run is or would be; empty without tracefs. */
void trace_instance_path(const char *run, char *path, size_t size);

/* Makes `probepad-<run>` filtered by `tag` and opens it. Returns 0, or -errno with `why` telling the step. */
int trace_instance_make(struct trace_instance *instance, const char *run, const char *tag, char *why, size_t why_size);

/* Closes the files; the janitor removes the instance. */
void trace_instance_close(struct trace_instance *instance);

/* Removes an instance's directory. Returns 0, -EBUSY while files of it are open, or -errno. */
int trace_instance_remove(const char *path);

#endif
