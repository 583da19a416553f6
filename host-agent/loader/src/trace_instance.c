#include "trace_instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "hook.h"
#include "bounds.h"

#define EVENT "events/bpf_trace/bpf_trace_printk"

/* Offset of a field in a `format` or `header_page` file: "field:… NAME;\toffset:N;". */
static int field_offset(const char *text, const char *name, uint32_t *offset)
{
	char wanted[64];
	const char *at;

	snprintf(wanted, sizeof(wanted), " %s;", name);
	at = strstr(text, wanted);
	if (!at || sscanf(at + strlen(wanted), " offset:%u;", offset) != 1)
		return -EPROTO;
	return 0;
}

static int read_format(struct trace_instance *instance, const char *tracefs)
{
	char path[400], text[4096];
	uint32_t data_size;
	const char *size;

	snprintf(path, sizeof(path), "%s/" EVENT "/format", tracefs);
	if (file_read(path, text, sizeof(text)) < 0 || field_offset(text, "bpf_string", &instance->format.string_offset))
		return -EPROTO;
	snprintf(path, sizeof(path), "%s/" EVENT "/id", tracefs);
	if (file_read(path, text, sizeof(text)) < 0 || sscanf(text, "%u", &instance->format.event_id) != 1)
		return -EPROTO;
	snprintf(path, sizeof(path), "%s/events/header_page", tracefs);
	if (file_read(path, text, sizeof(text)) < 0 || field_offset(text, "commit", &instance->format.commit_offset) ||
	    field_offset(text, "data", &instance->format.data_offset))
		return -EPROTO;
	size = strstr(text, " data;");
	size = size ? strstr(size, "size:") : NULL;
	if (!size || sscanf(size, "size:%u", &data_size) != 1)
		return -EPROTO;
	instance->format.page_size = instance->format.data_offset + data_size;
	return 0;
}

static int set(const struct trace_instance *instance, const char *file, const char *text)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", instance->path, file);
	return file_write(path, text);
}

static int open_cpus(struct trace_instance *instance)
{
	long possible = sysconf(_SC_NPROCESSORS_CONF), cpu;
	char path[400];

	instance->cpus = calloc((size_t)(possible > 0 ? possible : 1), sizeof(*instance->cpus));
	if (!instance->cpus)
		return -ENOMEM;
	for (cpu = 0; cpu < possible; cpu++) {
		struct trace_cpu *entry = &instance->cpus[instance->cpu_count];

		snprintf(path, sizeof(path), "%s/per_cpu/cpu%ld/trace_pipe_raw", instance->path, cpu);
		entry->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (entry->pipe < 0)
			continue; /* a CPU that is offline has none */
		snprintf(path, sizeof(path), "%s/per_cpu/cpu%ld/stats", instance->path, cpu);
		entry->stats = open(path, O_RDONLY | O_CLOEXEC);
		entry->cpu = (uint32_t)cpu;
		instance->cpu_count++;
	}
	snprintf(path, sizeof(path), "%s/saved_cmdlines", instance->path);
	instance->names = open(path, O_RDONLY | O_CLOEXEC);
	return instance->cpu_count ? 0 : -ENODEV;
}

/* Sizes the ring on machines of many CPUs. Elsewhere the default is good, and a change costs 15 ms of every start. */
static int set_buffer_size(struct trace_instance *instance)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	uint32_t each = TRACE_BUFFER_KIB / (uint32_t)(cpus > 0 ? cpus : 1);
	char text[16];

	instance->ring_kib = TRACE_BUFFER_CPU_KIB_MAX;
	if (each >= TRACE_BUFFER_CPU_KIB_MAX)
		return 0;
	instance->ring_kib = each < TRACE_BUFFER_CPU_KIB_MIN ? TRACE_BUFFER_CPU_KIB_MIN : each;
	snprintf(text, sizeof(text), "%u", instance->ring_kib);
	return set(instance, "buffer_size_kb", text);
}

void trace_instance_path(const char *run, char *path, size_t size)
{
	const char *tracefs = tracefs_path();

	path[0] = '\0';
	if (tracefs)
		snprintf(path, size, "%s/instances/" CGROUP_PREFIX "%s", tracefs, run);
}

int trace_instance_make(struct trace_instance *instance, const char *run, const char *tag, char *why, size_t why_size)
{
	const char *tracefs = tracefs_path();
	char text[128];
	int error;

	instance->lock = -1;
	instance->names = -1;
	instance->path[0] = '\0';
	snprintf(why, why_size, "finding tracefs");
	if (!tracefs)
		return -ENOENT;
	snprintf(why, why_size, "reading the format of trace records");
	error = read_format(instance, tracefs);
	if (error)
		return error;
	trace_instance_path(run, instance->path, sizeof(instance->path));
	snprintf(why, why_size, "making %s", instance->path);
	instance->lock = directory_make_locked(instance->path);
	if (instance->lock < 0) {
		error = instance->lock;
		instance->lock = -1;
		instance->path[0] = '\0';
		return error;
	}
	snprintf(why, why_size, "setting the tracing instance up");
	/* bpf_ktime_get_ns() and the frames have this clock. */
	error = set(instance, "trace_clock", "mono");
	if (!error)
		error = set_buffer_size(instance);
	/* Wake a reader at the first line, not when a half of the ring is full; older kernels do so anyway. */
	set(instance, "buffer_percent", "0");
	snprintf(text, sizeof(text), "bpf_string ~ \"%s*\"", tag);
	if (!error)
		error = set(instance, EVENT "/filter", text);
	if (!error)
		error = open_cpus(instance);
	if (!error)
		error = set(instance, EVENT "/enable", "1");
	if (error) {
		char path[sizeof(instance->path)];

		memcpy(path, instance->path, sizeof(path));
		trace_instance_close(instance);
		trace_instance_remove(path);
	}
	return error;
}

void trace_instance_close(struct trace_instance *instance)
{
	size_t i;

	for (i = 0; i < instance->cpu_count; i++) {
		close(instance->cpus[i].pipe);
		if (instance->cpus[i].stats >= 0)
			close(instance->cpus[i].stats);
	}
	free(instance->cpus);
	instance->cpus = NULL;
	instance->cpu_count = 0;
	if (instance->names >= 0)
		close(instance->names);
	if (instance->lock >= 0)
		close(instance->lock);
	instance->names = instance->lock = -1;
	instance->path[0] = '\0';
}

int trace_instance_remove(const char *path)
{
	return path[0] && rmdir(path) && errno != ENOENT ? -errno : 0;
}
