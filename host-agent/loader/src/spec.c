#include "spec.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"

/* Where in the JSON the parser is, so that an error can name its field. */
struct cursor {
	char path[256];
	char *error;
	size_t error_size;
};

static int complain(struct cursor *at, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int complain(struct cursor *at, const char *key, const char *format, ...)
{
	char what[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	snprintf(at->error, at->error_size, "%s%s%s: %s", at->path, at->path[0] && key[0] ? "." : "", key, what);
	return -1;
}

static int get_string(struct cursor *at, json_t *object, const char *key, const char **out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return complain(at, key, "expected a string");
	*out = json_string_value(value);
	return 0;
}

static int get_integer(struct cursor *at, json_t *object, const char *key, int64_t min, int64_t max, int64_t *out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return complain(at, key, "expected an integer");
	*out = json_integer_value(value);
	if (*out < min || *out > max)
		return complain(at, key, "expected an integer from %lld to %lld, not %lld", (long long)min,
				(long long)max, (long long)*out);
	return 0;
}

static int get_u32(struct cursor *at, json_t *object, const char *key, uint32_t *out)
{
	int64_t value = 0;

	if (get_integer(at, object, key, 0, UINT32_MAX, &value))
		return -1;
	*out = (uint32_t)value;
	return 0;
}

static int get_u64(struct cursor *at, json_t *object, const char *key, uint64_t *out)
{
	int64_t value = 0;

	if (get_integer(at, object, key, 0, INT64_MAX, &value))
		return -1;
	*out = (uint64_t)value;
	return 0;
}

static int get_boolean(struct cursor *at, json_t *object, const char *key, bool *out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_boolean(value))
		return complain(at, key, "expected true or false");
	*out = json_is_true(value);
	return 0;
}

/* An index into `words`, which ends with NULL. */
static int get_word(struct cursor *at, json_t *object, const char *key, const char *const *words, int *out)
{
	const char *text = NULL;
	int i;

	if (get_string(at, object, key, &text))
		return -1;
	for (i = 0; words[i]; i++) {
		if (!strcmp(words[i], text)) {
			*out = i;
			return 0;
		}
	}
	return complain(at, key, "'%.64s' is unknown", text);
}

static int get_array(struct cursor *at, json_t *object, const char *key, size_t max, json_t **out)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_array(value))
		return complain(at, key, "expected an array");
	if (json_array_size(value) > max)
		return complain(at, key, "more than %zu entries", max);
	*out = value;
	return 0;
}

static int get_globs(struct cursor *at, json_t *object, const char *key, struct globs *out)
{
	json_t *array;
	size_t i;

	if (get_array(at, object, key, 65536, &array))
		return -1;
	out->patterns = calloc(json_array_size(array) + 1, sizeof(*out->patterns));
	if (!out->patterns)
		return complain(at, key, "out of memory");
	for (i = 0; i < json_array_size(array); i++) {
		json_t *value = json_array_get(array, i);

		if (!json_is_string(value))
			return complain(at, key, "entry %zu: expected a string", i);
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

/* In the order of enum attach_type. */
static const char *const attach_words[] = {
	"auto",	    "none", "off",	  "tracepoint", "raw_tracepoint", "tracing", "kprobe",	      "kprobe_multi", "ksyscall",
	"uprobe",   "usdt", "perf_event", "xdp",	"tc",		  "cgroup",  "socket_filter", "iter",	      NULL,
};

static int parse_attach(struct cursor *at, json_t *json, struct attach_spec *out)
{
	static const char *const modes[] = { "default", "generic", "native", NULL };
	static const char *const directions[] = { "ingress", "egress", NULL };
	int64_t pid = -1;
	int word;

	if (!json_is_object(json))
		return complain(at, "", "expected an object");
	if (get_word(at, json, "type", attach_words, &word))
		return -1;
	out->type = (enum attach_type)word;
	out->pid = -1;
	switch (out->type) {
	case ATTACH_AUTO:
	case ATTACH_NONE:
	case ATTACH_OFF:
		return 0;
	case ATTACH_TRACEPOINT:
		return get_string(at, json, "category", &out->category) || get_string(at, json, "name", &out->name) ? -1
														    : 0;
	case ATTACH_RAW_TRACEPOINT:
		return get_string(at, json, "name", &out->name);
	case ATTACH_TRACING:
		return get_string(at, json, "function", &out->function);
	case ATTACH_KPROBE:
		if (get_string(at, json, "function", &out->function) || get_u64(at, json, "offset", &out->offset))
			return -1;
		return get_boolean(at, json, "return", &out->is_return);
	case ATTACH_KPROBE_MULTI:
		if (get_string(at, json, "pattern", &out->pattern))
			return -1;
		return get_boolean(at, json, "return", &out->is_return);
	case ATTACH_KSYSCALL:
		if (get_string(at, json, "syscall", &out->syscall))
			return -1;
		return get_boolean(at, json, "return", &out->is_return);
	case ATTACH_UPROBE:
		if (get_string(at, json, "path", &out->path) || get_string(at, json, "function", &out->function) ||
		    get_u64(at, json, "offset", &out->offset) || get_boolean(at, json, "return", &out->is_return) ||
		    get_integer(at, json, "pid", -1, INT_MAX, &pid))
			return -1;
		out->pid = (int)pid;
		return 0;
	case ATTACH_USDT:
		if (get_string(at, json, "path", &out->path) || get_string(at, json, "provider", &out->provider) ||
		    get_string(at, json, "name", &out->name) || get_integer(at, json, "pid", -1, INT_MAX, &pid))
			return -1;
		out->pid = (int)pid;
		return 0;
	case ATTACH_PERF_EVENT:
		if (get_string(at, json, "event", &out->event) || get_u32(at, json, "frequency", &out->frequency) ||
		    get_u64(at, json, "period", &out->period) || get_integer(at, json, "pid", -1, INT_MAX, &pid))
			return -1;
		out->pid = (int)pid;
		return 0;
	case ATTACH_XDP:
		if (get_string(at, json, "interface", &out->interface) || get_word(at, json, "mode", modes, &word))
			return -1;
		out->mode = (enum xdp_mode)word;
		return 0;
	case ATTACH_TC:
		if (get_string(at, json, "interface", &out->interface) ||
		    get_word(at, json, "direction", directions, &word))
			return -1;
		out->egress = word == 1;
		return 0;
	case ATTACH_CGROUP:
		return get_string(at, json, "path", &out->path);
	case ATTACH_SOCKET_FILTER:
		return get_string(at, json, "interface", &out->interface);
	case ATTACH_ITER:
		return get_u32(at, json, "interval", &out->interval);
	}
	return complain(at, "type", "is unknown");
}

static int parse_param(struct cursor *at, json_t *json, void *entry)
{
	struct param_spec *out = entry;
	const char *hex = NULL;

	if (get_string(at, json, "section", &out->section) || get_u32(at, json, "offset", &out->offset) ||
	    get_string(at, json, "bytes", &hex))
		return -1;
	out->bytes = hex_decode(hex, &out->length);
	return out->bytes ? 0 : complain(at, "bytes", "expected lower-case hex");
}

static int parse_map(struct cursor *at, json_t *json, void *entry)
{
	struct map_spec *out = entry;

	if (get_string(at, json, "name", &out->name) || get_u32(at, json, "max_entries", &out->max_entries))
		return -1;
	return get_u32(at, json, "value_size", &out->value_size);
}

static int parse_program(struct cursor *at, json_t *json, void *entry)
{
	struct program_spec *out = entry;

	if (get_string(at, json, "name", &out->name))
		return -1;
	strncat(at->path, ".attach", sizeof(at->path) - strlen(at->path) - 1);
	return parse_attach(at, json_object_get(json, "attach"), &out->attach);
}

static int parse_source(struct cursor *at, json_t *json, void *entry)
{
	/* In the order of enum source_kind. */
	static const char *const kinds[] = { "ringbuf", "perf", "map", "globals", "trace", "text", NULL };
	struct source_spec *out = entry;
	int64_t id;
	int kind;

	if (get_integer(at, json, "id", 0, UINT16_MAX, &id) || get_word(at, json, "kind", kinds, &kind) ||
	    get_string(at, json, "name", &out->name))
		return -1;
	out->id = (uint16_t)id;
	out->kind = (enum source_kind)kind;
	return get_u32(at, json, "interval", &out->interval);
}

static int parse_lost_site(struct cursor *at, json_t *json, void *entry)
{
	struct lost_site *out = entry;
	int64_t source;

	if (get_string(at, json, "section", &out->section) || get_u32(at, json, "offset", &out->offset) ||
	    get_integer(at, json, "source", 0, UINT16_MAX, &source))
		return -1;
	out->source = (uint16_t)source;
	return 0;
}

/* Parses an array of objects into a calloc'ed array of `entry_size` entries. */
static int parse_list(struct cursor *at, json_t *json, const char *key, size_t max, size_t entry_size,
		      int (*parse)(struct cursor *, json_t *, void *), void **entries, size_t *count)
{
	json_t *array;
	size_t i;

	if (get_array(at, json, key, max, &array))
		return -1;
	*entries = calloc(json_array_size(array) + 1, entry_size);
	if (!*entries)
		return complain(at, key, "out of memory");
	for (i = 0; i < json_array_size(array); i++) {
		json_t *item = json_array_get(array, i);

		snprintf(at->path, sizeof(at->path), "%s[%zu]", key, i);
		if (!json_is_object(item))
			return complain(at, "", "expected an object");
		/* Counted before it is parsed, so that spec_free() sees what a failed parse left. */
		*count = i + 1;
		if (parse(at, item, (char *)*entries + i * entry_size))
			return -1;
	}
	at->path[0] = '\0';
	return 0;
}

static int parse_policy(struct cursor *at, json_t *json, struct policy *out)
{
	snprintf(at->path, sizeof(at->path), "policy");
	if (!json_is_object(json))
		return complain(at, "", "expected an object");
	if (get_globs(at, json, "program_types", &out->program_types) ||
	    get_globs(at, json, "helpers_denied", &out->helpers_denied) ||
	    get_globs(at, json, "kfuncs_allowed", &out->kfuncs_allowed) ||
	    get_globs(at, json, "targets_allowed", &out->targets_allowed) ||
	    get_globs(at, json, "targets_denied", &out->targets_denied) ||
	    get_globs(at, json, "interfaces_allowed", &out->interfaces_allowed))
		return -1;
	at->path[0] = '\0';
	return 0;
}

static int check_run_name(struct cursor *at, const char *run)
{
	size_t length = strlen(run);

	if (length < 1 || length > 32 || strspn(run, "abcdefghijklmnopqrstuvwxyz0123456789") != length)
		return complain(at, "run", "expected 1 to 32 of a-z and 0-9");
	return 0;
}

static int check_trace_tag(struct cursor *at, const char *tag)
{
	const char *c;

	if (strlen(tag) != TRACE_TAG_LENGTH)
		return complain(at, "trace_tag", "expected %zu characters", TRACE_TAG_LENGTH);
	/* It goes between quotes into a filter that is a glob, and into a printk format. */
	for (c = tag; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("%*?[]\"\\", *c))
			return complain(at, "trace_tag", "holds a character that a filter or a format would read");
	return 0;
}

static int check_sources(struct cursor *at, const struct spec *spec)
{
	size_t i, j;

	for (i = 0; i < spec->source_count; i++) {
		for (j = 0; j < i; j++) {
			if (spec->sources[i].id == spec->sources[j].id) {
				snprintf(at->path, sizeof(at->path), "sources[%zu]", i);
				return complain(at, "id", "%u is there twice", spec->sources[i].id);
			}
		}
	}
	for (i = 0; i < spec->lost_site_count; i++) {
		if (!spec_source(spec, spec->lost_sites[i].source)) {
			snprintf(at->path, sizeof(at->path), "lost_sites[%zu]", i);
			return complain(at, "source", "%u is no source", spec->lost_sites[i].source);
		}
	}
	return 0;
}

int spec_parse(json_t *json, struct spec *spec, char *error, size_t error_size)
{
	struct cursor at = { .error = error, .error_size = error_size };
	int64_t version, object_size = 0;

	memset(spec, 0, sizeof(*spec));
	spec->json = json_incref(json);
	if (!json_is_object(json)) {
		complain(&at, "spec", "expected an object");
		goto bad;
	}
	if (get_integer(&at, json, "version", SPEC_VERSION, SPEC_VERSION, &version) ||
	    get_string(&at, json, "run", &spec->run) || check_run_name(&at, spec->run) ||
	    get_u32(&at, json, "stream", &spec->stream) ||
	    get_integer(&at, json, "object_size", 1, OBJECT_MAX, &object_size) ||
	    get_string(&at, json, "trace_tag", &spec->trace_tag) || check_trace_tag(&at, spec->trace_tag) ||
	    get_u64(&at, json, "memory_bytes", &spec->memory_bytes) || get_u32(&at, json, "uid", &spec->uid) ||
	    get_u32(&at, json, "gid", &spec->gid) || get_u32(&at, json, "counts_interval", &spec->counts_interval))
		goto bad;
	spec->object_size = (uint32_t)object_size;
	if (parse_list(&at, json, "params", 4096, sizeof(*spec->params), parse_param, (void **)&spec->params,
		       &spec->param_count) ||
	    parse_list(&at, json, "maps", 1024, sizeof(*spec->maps), parse_map, (void **)&spec->maps, &spec->map_count) ||
	    parse_list(&at, json, "programs", PROGRAMS_MAX, sizeof(*spec->programs), parse_program,
		       (void **)&spec->programs, &spec->program_count) ||
	    parse_policy(&at, json_object_get(json, "policy"), &spec->policy) ||
	    parse_list(&at, json, "sources", SOURCES_MAX, sizeof(*spec->sources), parse_source, (void **)&spec->sources,
		       &spec->source_count) ||
	    parse_list(&at, json, "lost_sites", 4096, sizeof(*spec->lost_sites), parse_lost_site,
		       (void **)&spec->lost_sites, &spec->lost_site_count) ||
	    check_sources(&at, spec))
		goto bad;
	return 0;
bad:
	spec_free(spec);
	return -1;
}

void spec_free(struct spec *spec)
{
	size_t i;

	for (i = 0; i < spec->param_count; i++)
		free(spec->params[i].bytes);
	free(spec->params);
	free(spec->maps);
	free(spec->programs);
	free(spec->sources);
	free(spec->lost_sites);
	free(spec->policy.program_types.patterns);
	free(spec->policy.helpers_denied.patterns);
	free(spec->policy.kfuncs_allowed.patterns);
	free(spec->policy.targets_allowed.patterns);
	free(spec->policy.targets_denied.patterns);
	free(spec->policy.interfaces_allowed.patterns);
	json_decref(spec->json);
	memset(spec, 0, sizeof(*spec));
}

const struct source_spec *spec_source(const struct spec *spec, uint32_t id)
{
	size_t i;

	for (i = 0; i < spec->source_count; i++)
		if (spec->sources[i].id == id)
			return &spec->sources[i];
	return NULL;
}
