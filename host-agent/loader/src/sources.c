/* The sources of a run, each by its kind. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "confine.h"
#include "stream.h"

static struct bpf_map *map_of(struct run *run, const char *name)
{
	return bpf_object__find_map_by_name(run->object, name);
}

/* bpf_map__max_entries() may differ from what libbpf rounded a ring up to. */
static uint32_t map_entries(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.max_entries;
}

static int open_map_source(struct stream *stream, struct source *source, struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);
	struct ring *ring;
	int error;

	switch (source->kind) {
	case SOURCE_RINGBUF:
		if (type != BPF_MAP_TYPE_RINGBUF)
			return -EINVAL;
		ring = &stream->rings[stream->ring_count];
		error = ring_open(ring, source, bpf_map__fd(map), map_entries(bpf_map__fd(map)));
		if (error)
			return error;
		return stream_watch(stream, EPOLL_CTL_ADD, ring->fd, EPOLL_RING + stream->ring_count++, true);
	case SOURCE_PERF:
		if (type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			return -EINVAL;
		return perf_open(&stream->perfs[stream->perf_count++], source, bpf_map__fd(map),
				 map_entries(bpf_map__fd(map)));
	default:
		if (type == BPF_MAP_TYPE_STACK_TRACE)
			return stack_map_open(&stream->stack_maps[stream->stack_map_count++], source, map);
		return snapshot_open(&stream->snapshots[stream->snapshot_count++], source, map);
	}
}

static int open_trace_source(struct stream *stream, struct source *source)
{
	struct trace_instance *instance = &stream->run->trace;
	size_t i;
	int error;

	/* Without an instance the user was told so already. */
	if (!instance->path[0] || stream->tracing)
		return 0;
	error = trace_open(&stream->trace, source, instance);
	stream->tracing = !error;
	for (i = 0; i < instance->cpu_count && !error; i++)
		error = stream_watch(stream, EPOLL_CTL_ADD, instance->cpus[i].pipe, EPOLL_TRACE, true);
	return error;
}

static int open_source(struct stream *stream, struct source *source, const struct source_spec *spec)
{
	struct run *run = stream->run;
	struct bpf_map *map;
	struct section *section;
	struct program *program;

	switch (source->kind) {
	case SOURCE_TRACE:
		return open_trace_source(stream, source);
	case SOURCE_GLOBALS:
		section = section_find(run, source->name);
		if (!section)
			return -ENOENT;
		return globals_open(&stream->globals[stream->globals_count++], source, section);
	case SOURCE_TEXT:
	case SOURCE_RECORDS:
		program = run_program(run, source->name);
		if (!program)
			return -ENOENT;
		if (program->attach.type == ATTACH_ITER)
			source->interval = program->attach.interval * 1000000ull;
		return iterator_open(&stream->iterators[stream->iterator_count++], source, program,
				     spec->record_size);
	default:
		map = map_of(run, source->name);
		return map ? open_map_source(stream, source, map) : -ENOENT;
	}
}

static int make_room(struct stream *stream, size_t count)
{
	stream->sources = calloc(count, sizeof(*stream->sources));
	stream->rings = calloc(count, sizeof(*stream->rings));
	stream->perfs = calloc(count, sizeof(*stream->perfs));
	stream->snapshots = calloc(count, sizeof(*stream->snapshots));
	stream->stack_maps = calloc(count, sizeof(*stream->stack_maps));
	stream->globals = calloc(count, sizeof(*stream->globals));
	stream->iterators = calloc(count, sizeof(*stream->iterators));
	if (!stream->sources || !stream->rings || !stream->perfs || !stream->snapshots || !stream->stack_maps ||
	    !stream->globals || !stream->iterators)
		return -ENOMEM;
	return 0;
}

int sources_open(struct stream *stream)
{
	const struct spec *spec = &stream->run->spec;
	size_t i;
	int error;

	if (make_room(stream, spec->source_count + 1))
		return stream_fail(stream->run, ENOMEM, NULL, "opening sources");
	for (i = 0; i < spec->source_count; i++) {
		struct source *source = &stream->sources[stream->source_count++];

		source->id = spec->sources[i].id;
		source->kind = spec->sources[i].kind;
		source->name = spec->sources[i].name;
		source->interval = spec->sources[i].interval * 1000000ull;
		error = open_source(stream, source, &spec->sources[i]);
		if (error == -EACCES && source->kind == SOURCE_PERF && confine_admin(true)) {
			perf_close(&stream->perfs[--stream->perf_count]);
			error = open_source(stream, source, &spec->sources[i]);
			confine_admin(false);
		}
		if (error)
			return stream_fail(stream->run, -error, source->name, "opening a source");
	}
	return 0;
}

void sources_close(struct stream *stream)
{
	size_t i;

	for (i = 0; i < stream->ring_count; i++)
		ring_close(&stream->rings[i]);
	for (i = 0; i < stream->perf_count; i++)
		perf_close(&stream->perfs[i]);
	for (i = 0; i < stream->snapshot_count; i++)
		snapshot_close(&stream->snapshots[i]);
	for (i = 0; i < stream->stack_map_count; i++)
		stack_map_close(&stream->stack_maps[i]);
	for (i = 0; i < stream->globals_count; i++)
		globals_close(&stream->globals[i]);
	for (i = 0; i < stream->iterator_count; i++)
		iterator_close(&stream->iterators[i]);
	if (stream->tracing)
		trace_close(&stream->trace);
	free(stream->sources);
	free(stream->rings);
	free(stream->perfs);
	free(stream->snapshots);
	free(stream->stack_maps);
	free(stream->globals);
	free(stream->iterators);
}
