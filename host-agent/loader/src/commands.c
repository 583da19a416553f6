/* What the agent may say while a run flows. */
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
	} else {
		write_global(stream, source, &command);
	}
	free(command.bytes);
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
