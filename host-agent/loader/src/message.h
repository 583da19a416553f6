/* JSON lines to the agent on fd 1: LoaderMessageSchema in protocol/src/loader.ts. */
#ifndef PROBEPAD_MESSAGE_H
#define PROBEPAD_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

/* Writes one line and gives the reference up. Nothing can be done when the agent is gone: EOF on fd 0 ends the run. */
void message_send(json_t *message);

/* A JSON string of any bytes: what is no UTF-8 becomes U+FFFD. */
json_t *message_text(const char *text, size_t length);

void message_remark(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* While hushed, remarks are dropped: for doing again what has been remarked on. */
void message_hush(bool hush);
void message_failed(const struct failure *failure);
void message_program(const char *name, const char *state, const char *target, int error, const char *detail);
/* The end of the verifier's text; the whole goes as frames. */
void message_verifier_log(const char *program, const char *end);

#endif
