#include "fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int field_bad(struct cursor *at, const char *key, const char *format, ...)
{
	char what[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	snprintf(at->error, at->error_size, "%s%s%s: %s", at->path, at->path[0] && key[0] ? "." : "", key, what);
	return -1;
}

int field_string(struct cursor *at, json_t *object, const char *key, const char **out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return field_bad(at, key, "expected a string");
	*out = json_string_value(value);
	return 0;
}

int field_integer(struct cursor *at, json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return field_bad(at, key, "expected an integer");
	*out = json_integer_value(value);
	if (*out < min || *out > max)
		return field_bad(at, key, "expected an integer from %lld to %lld, not %lld", (long long)min,
				(long long)max, (long long)*out);
	return 0;
}

int field_u32(struct cursor *at, json_t *object, const char *key, uint32_t *out)
{
	int64_t value = 0;

	if (field_integer(at, object, key, 0, UINT32_MAX, &value))
		return -1;
	*out = (uint32_t)value;
	return 0;
}

int field_u64(struct cursor *at, json_t *object, const char *key, uint64_t *out)
{
	int64_t value = 0;

	if (field_integer(at, object, key, 0, INT64_MAX, &value))
		return -1;
	*out = (uint64_t)value;
	return 0;
}

int field_boolean(struct cursor *at, json_t *object, const char *key, bool *out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value))
		return field_bad(at, key, "expected true or false");
	*out = json_is_true(value);
	return 0;
}

int field_word(struct cursor *at, json_t *object, const char *key, const char *const *words, int *out)
{
	const char *text = NULL;
	int i;

	if (field_string(at, object, key, &text))
		return -1;
	for (i = 0; words[i]; i++) {
		if (!strcmp(words[i], text)) {
			*out = i;
			return 0;
		}
	}
	return field_bad(at, key, "'%.64s' is unknown", text);
}

int field_array(struct cursor *at, json_t *object, const char *key, size_t max, json_t **out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_array(value))
		return field_bad(at, key, "expected an array");
	if (json_array_size(value) > max)
		return field_bad(at, key, "more than %zu entries", max);
	*out = value;
	return 0;
}

int field_globs(struct cursor *at, json_t *object, const char *key, struct globs *out)
{
	json_t *array;
	size_t i;

	if (field_array(at, object, key, 65536, &array))
		return -1;
	out->patterns = calloc(json_array_size(array) + 1, sizeof(*out->patterns));
	if (!out->patterns)
		return field_bad(at, key, "out of memory");
	for (i = 0; i < json_array_size(array); i++) {
		json_t *value = json_array_get(array, i);

		if (!json_is_string(value))
			return field_bad(at, key, "entry %zu: expected a string", i);
		out->patterns[out->count++] = json_string_value(value);
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

uint8_t *hex_decode(const char *text, size_t *length)
{
	size_t digits = strlen(text), i;
	uint8_t *bytes;

	if (digits % 2)
		return NULL;
	bytes = malloc(digits / 2 + 1);
	if (!bytes)
		return NULL;
	for (i = 0; i < digits; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0) {
			free(bytes);
			return NULL;
		}
		bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	*length = digits / 2;
	return bytes;
}
