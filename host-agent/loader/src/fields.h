/* Fields of the agent's JSON, each with its type; what is wrong is told with the field's name. */
#ifndef PROBEPAD_FIELDS_H
#define PROBEPAD_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "glob.h"

/* Where in the JSON the parser is, so that an error can name its field. */
struct cursor {
	char path[256];
	char *error;
	size_t error_size;
};

/* Writes "path.key: …" to the cursor's error; returns -1. The others return 0, or -1 after such an error. */
int field_bad(struct cursor *at, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

int field_string(struct cursor *at, json_t *object, const char *key, const char **out);
int field_integer(struct cursor *at, json_t *object, const char *key, int64_t min, int64_t max, int64_t *out);
int field_u32(struct cursor *at, json_t *object, const char *key, uint32_t *out);
int field_u64(struct cursor *at, json_t *object, const char *key, uint64_t *out);
int field_boolean(struct cursor *at, json_t *object, const char *key, bool *out);
/* An index into `words`, which ends with NULL. */
int field_word(struct cursor *at, json_t *object, const char *key, const char *const *words, int *out);
int field_array(struct cursor *at, json_t *object, const char *key, size_t max, json_t **out);
int field_globs(struct cursor *at, json_t *object, const char *key, struct globs *out);

/* Bytes of lower-case hex. Returns a malloc'ed array (never NULL on success), or NULL when it is no hex. */
uint8_t *hex_decode(const char *text, size_t *length);

#endif
