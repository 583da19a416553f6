#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "fields.h"

int control_read(struct control *control)
{
	ssize_t got;

	if (control->used == control->room) {
		size_t room = control->room ? control->room * 2 : 64 * KIB;
		char *grown;

		if (control->room >= LINE_MAX_BYTES)
			return -E2BIG;
		grown = realloc(control->buffer, room);
		if (!grown)
			return -ENOMEM;
		control->buffer = grown;
		control->room = room;
	}
	got = read(CONTROL_FD, control->buffer + control->used, control->room - control->used);
	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	if (got == 0)
		control->ended = true;
	control->used += (size_t)got;
	return 0;
}

json_t *control_next(struct control *control, bool *bad)
{
	char *end = control->used ? memchr(control->buffer, '\n', control->used) : NULL;
	size_t length;
	json_t *json;

	*bad = false;
	if (!end)
		return NULL;
	length = (size_t)(end - control->buffer);
	json = json_loadb(control->buffer, length, JSON_REJECT_DUPLICATES, NULL);
	*bad = !json;
	control->used -= length + 1;
	memmove(control->buffer, end + 1, control->used);
	return json;
}

/* A field of lower-case hex as bytes that are malloc'ed; NULL where it is none. */
static uint8_t *bytes_of(json_t *json, const char *field, size_t *length)
{
	const char *hex = json_string_value(json_object_get(json, field));

	return hex ? hex_decode(hex, length) : NULL;
}

static int entry_parse(json_t *json, struct command *command, char *error, size_t error_size)
{
	command->key = bytes_of(json, "key", &command->key_length);
	command->bytes = bytes_of(json, "value", &command->length);
	if (command->key && command->bytes)
		return 0;
	snprintf(error, error_size, "%s: expected lower-case hex", command->key ? "value" : "key");
	command_free(command);
	return -1;
}

int command_parse(json_t *json, struct command *command, char *error, size_t error_size)
{
	const char *type = json_string_value(json_object_get(json, "type"));
	json_t *source = json_object_get(json, "source"), *value;

	memset(command, 0, sizeof(*command));
	if (type && !strcmp(type, "stop")) {
		command->type = COMMAND_STOP;
		return 0;
	}
	if (!type || (strcmp(type, "interval") && strcmp(type, "write") && strcmp(type, "put"))) {
		snprintf(error, error_size, "type: expected stop, interval, write or put");
		return -1;
	}
	if (!json_is_integer(source) || json_integer_value(source) < 0 || json_integer_value(source) > UINT16_MAX) {
		snprintf(error, error_size, "source: expected the id of a source");
		return -1;
	}
	command->source = (uint16_t)json_integer_value(source);
	if (!strcmp(type, "interval")) {
		command->type = COMMAND_INTERVAL;
		value = json_object_get(json, "interval");
		if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > UINT32_MAX) {
			snprintf(error, error_size, "interval: expected milliseconds");
			return -1;
		}
		command->interval = (uint32_t)json_integer_value(value);
		return 0;
	}
	if (!strcmp(type, "put")) {
		command->type = COMMAND_PUT;
		return entry_parse(json, command, error, error_size);
	}
	command->type = COMMAND_WRITE;
	value = json_object_get(json, "offset");
	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > UINT32_MAX) {
		snprintf(error, error_size, "offset: expected a byte offset");
		return -1;
	}
	command->offset = (uint32_t)json_integer_value(value);
	command->bytes = bytes_of(json, "bytes", &command->length);
	if (!command->bytes) {
		snprintf(error, error_size, "bytes: expected lower-case hex");
		return -1;
	}
	return 0;
}

void command_free(struct command *command)
{
	free(command->bytes);
	free(command->key);
	command->bytes = command->key = NULL;
}

void control_free(struct control *control)
{
	free(control->buffer);
	control->buffer = NULL;
	control->used = control->room = 0;
}
