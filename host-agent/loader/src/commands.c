/* What the agent may say while a run flows. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "stream.h"

static struct source *find_source(struct stream *stream, uint16_t id)
{
	size_t i;

	for (i = 0; i < stream->source_count; i++)
		if (stream->sources[i].id == id)
			return &stream->sources[i];
	return NULL;
}

static void write_global(struct stream *stream, const struct source *source, const struct command *command)
{
	struct section *section = source->kind == SOURCE_GLOBALS ? section_find(stream->run, source->name) : NULL;
	int error = section ? section_write(section, command->offset, command->bytes, command->length) : -EINVAL;

	if (error)
		message_remark("writing %zu bytes at offset %u of %s: %s", command->length, command->offset, source->name,
			       strerror(-error));
}

/* Whether a value is as many bytes as the map's definition says: not one for each CPU, and no descriptor. */
static bool has_plain_values(const struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
		return true;
	default:
		return false;
	}
}

/* An entry for a map that the programs add none to. Sizes are checked here too: the kernel reads as many bytes as the map has. */
static void put_entry(struct stream *stream, const struct source *source, const struct command *command)
{
	struct bpf_map *map = source->kind == SOURCE_MAP ? bpf_object__find_map_by_name(stream->run->object, source->name) :
							   NULL;
	int error = -EINVAL;

	if (map && has_plain_values(map) && bpf_map__key_size(map) == command->key_length &&
	    bpf_map__value_size(map) == command->length)
		error = bpf_map_update_elem(bpf_map__fd(map), command->key, command->bytes, BPF_ANY) ? -errno : 0;
	if (error)
		message_remark("putting an entry into %s: %s", source->name, strerror(-error));
}

static void obey(struct stream *stream, json_t *json)
{
	struct command command;
	struct source *source;
	char error[128];

	if (command_parse(json, &command, error, sizeof(error))) {
		message_remark("a command was not understood: %s", error);
		return;
	}
	if (command.type == COMMAND_STOP) {
		stream_stop(stream, STREAM_STOPPED);
		return;
	}
	source = find_source(stream, command.source);
	if (!source) {
		message_remark("a command names source %u, which this run does not have", command.source);
	} else if (command.type == COMMAND_INTERVAL) {
		source->interval = command.interval * 1000000ull;
		source->due = clock_monotonic() + source->interval;
	} else if (command.type == COMMAND_PUT) {
		put_entry(stream, source, &command);
	} else {
		write_global(stream, source, &command);
	}
	command_free(&command);
}

void stream_control(struct stream *stream)
{
	int error = control_read(stream->control);
	json_t *json;
	bool bad;

	if (error && error != -EAGAIN) {
		stream_stop(stream, STREAM_AGENT_GONE);
		return;
	}
	do {
		json = control_next(stream->control, &bad);
		if (bad)
			message_remark("a command was not understood: it is no JSON");
		if (json)
			obey(stream, json);
		json_decref(json);
	} while (json || bad);
	if (stream->control->ended)
		stream_stop(stream, STREAM_AGENT_GONE);
}
