#include "setup.h"

#include <string.h>

#include "fields.h"

static int check_run_name(struct cursor *at, const char *run)
{
	size_t length = strlen(run);

	if (length < 1 || length > 32 || strspn(run, "abcdefghijklmnopqrstuvwxyz0123456789") != length)
		return field_bad(at, "run", "expected 1 to 32 of a-z and 0-9");
	return 0;
}

static int check_trace_tag(struct cursor *at, const char *tag)
{
	const char *c;

	if (strlen(tag) != TRACE_TAG_LENGTH)
		return field_bad(at, "trace_tag", "expected %zu characters", TRACE_TAG_LENGTH);
	/* It goes between quotes into a filter that is a glob, and into a printk format. */
	for (c = tag; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("%*?[]\"\\", *c))
			return field_bad(at, "trace_tag", "holds a character that a filter or a format would read");
	return 0;
}

int setup_parse(json_t *json, struct setup *out, char *error, size_t error_size)
{
	struct cursor at = { .error = error, .error_size = error_size };
	int64_t version;

	memset(out, 0, sizeof(*out));
	out->json = json_incref(json);
	if (!json_is_object(json))
		field_bad(&at, "setup", "expected an object");
	else if (!field_integer(&at, json, "version", ORDERS_VERSION, ORDERS_VERSION, &version) &&
		 !field_string(&at, json, "run", &out->run) && !check_run_name(&at, out->run) &&
		 !field_string(&at, json, "trace_tag", &out->trace_tag) && !check_trace_tag(&at, out->trace_tag) &&
		 !field_boolean(&at, json, "trace", &out->trace) &&
		 !field_u64(&at, json, "memory_bytes", &out->memory_bytes) && !field_u32(&at, json, "uid", &out->uid) &&
		 !field_u32(&at, json, "gid", &out->gid))
		return 0;
	setup_free(out);
	return -1;
}

void setup_free(struct setup *setup)
{
	json_decref(setup->json);
	memset(setup, 0, sizeof(*setup));
}
