/* JSON lines from the agent on fd 0: the spec, then LoaderCommandSchema of protocol/src/loader.ts. */
#ifndef PROBEPAD_CONTROL_H
#define PROBEPAD_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_FD 0

struct control {
	char *buffer; /* grows to LINE_MAX_BYTES */
	size_t used, room;
	bool ended; /* EOF: the agent is gone */
};

enum command_type { COMMAND_STOP, COMMAND_INTERVAL, COMMAND_WRITE, COMMAND_PUT };

struct command {
	enum command_type type;
	uint16_t source;
	uint32_t interval; /* milliseconds */
	uint32_t offset;
	uint8_t *bytes; /* malloc'ed, as the next; freed by command_free */
	size_t length;
	uint8_t *key; /* of an entry that is put into a map, with `bytes` as its value */
	size_t key_length;
};

/* Reads what is there into the buffer, waiting when the fd is blocking. Returns 0 or -errno (-EAGAIN, -E2BIG, -ENOMEM). */
int control_read(struct control *control);

/* The next whole line as JSON, or NULL. `*bad` is set when a line was no JSON. */
json_t *control_next(struct control *control, bool *bad);

/* Returns 0, or -1 when it is no command; `error` tells why. */
int command_parse(json_t *json, struct command *command, char *error, size_t error_size);

void command_free(struct command *command);

void control_free(struct control *control);

#endif
