#include "spec.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "fields.h"
#include "target_name.h"

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
		return field_bad(at, "", "expected an object");
	if (field_word(at, json, "type", attach_words, &word))
		return -1;
	out->type = (enum attach_type)word;
	out->pid = -1;
	switch (out->type) {
	case ATTACH_AUTO:
	case ATTACH_NONE:
	case ATTACH_OFF:
		return 0;
	case ATTACH_TRACEPOINT:
		return field_string(at, json, "category", &out->category) || field_string(at, json, "name", &out->name) ? -1
														    : 0;
	case ATTACH_RAW_TRACEPOINT:
		return field_string(at, json, "name", &out->name);
	case ATTACH_TRACING:
		return field_string(at, json, "function", &out->function);
	case ATTACH_KPROBE:
		if (field_string(at, json, "function", &out->function) || field_u64(at, json, "offset", &out->offset))
			return -1;
		return field_boolean(at, json, "return", &out->is_return);
	case ATTACH_KPROBE_MULTI:
		if (field_string(at, json, "pattern", &out->pattern))
			return -1;
		return field_boolean(at, json, "return", &out->is_return);
	case ATTACH_KSYSCALL:
		if (field_string(at, json, "syscall", &out->syscall))
			return -1;
		return field_boolean(at, json, "return", &out->is_return);
	case ATTACH_UPROBE:
		if (field_string(at, json, "path", &out->path) || field_string(at, json, "function", &out->function) ||
		    field_u64(at, json, "offset", &out->offset) || field_boolean(at, json, "return", &out->is_return) ||
		    field_integer(at, json, "pid", -1, INT_MAX, &pid))
			return -1;
		out->pid = (int)pid;
		return 0;
	case ATTACH_USDT:
		if (field_string(at, json, "path", &out->path) || field_string(at, json, "provider", &out->provider) ||
		    field_string(at, json, "name", &out->name) || field_integer(at, json, "pid", -1, INT_MAX, &pid))
			return -1;
		out->pid = (int)pid;
		return 0;
	case ATTACH_PERF_EVENT:
		if (field_string(at, json, "event", &out->event) || field_u32(at, json, "frequency", &out->frequency) ||
		    field_u64(at, json, "period", &out->period) || field_integer(at, json, "pid", -1, INT_MAX, &pid))
			return -1;
		out->pid = (int)pid;
		return 0;
	case ATTACH_XDP:
		if (field_string(at, json, "interface", &out->interface) || field_word(at, json, "mode", modes, &word))
			return -1;
		out->mode = (enum xdp_mode)word;
		return 0;
	case ATTACH_TC:
		if (field_string(at, json, "interface", &out->interface) ||
		    field_word(at, json, "direction", directions, &word))
			return -1;
		out->egress = word == 1;
		return 0;
	case ATTACH_CGROUP:
		return field_string(at, json, "path", &out->path);
	case ATTACH_SOCKET_FILTER:
		return field_string(at, json, "interface", &out->interface);
	case ATTACH_ITER:
		return field_u32(at, json, "interval", &out->interval);
	}
	return field_bad(at, "type", "is unknown");
}

static int parse_param(struct cursor *at, json_t *json, void *entry)
{
	struct param_spec *out = entry;
	const char *hex = NULL;

	if (field_string(at, json, "section", &out->section) || field_u32(at, json, "offset", &out->offset) ||
	    field_string(at, json, "bytes", &hex))
		return -1;
	out->bytes = hex_decode(hex, &out->length);
	return out->bytes ? 0 : field_bad(at, "bytes", "expected lower-case hex");
}

static int parse_map(struct cursor *at, json_t *json, void *entry)
{
	struct map_spec *out = entry;

	if (field_string(at, json, "name", &out->name) || field_u32(at, json, "max_entries", &out->max_entries))
		return -1;
	return field_u32(at, json, "value_size", &out->value_size);
}

static int parse_program(struct cursor *at, json_t *json, void *entry)
{
	struct program_spec *out = entry;

	if (field_string(at, json, "name", &out->name))
		return -1;
	strncat(at->path, ".attach", sizeof(at->path) - strlen(at->path) - 1);
	if (parse_attach(at, json_object_get(json, "attach"), &out->attach))
		return -1;
	return target_name_sound(&out->attach) ? 0 : field_bad(at, "", "holds a name that no target has");
}

static int parse_source(struct cursor *at, json_t *json, void *entry)
{
	/* In the order of enum source_kind. */
	static const char *const kinds[] = { "ringbuf", "perf", "map", "globals", "trace", "text", "records", NULL };
	struct source_spec *out = entry;
	int64_t id, size;
	int kind;

	if (field_integer(at, json, "id", 0, UINT16_MAX, &id) || field_word(at, json, "kind", kinds, &kind) ||
	    field_string(at, json, "name", &out->name))
		return -1;
	out->id = (uint16_t)id;
	out->kind = (enum source_kind)kind;
	if (out->kind == SOURCE_RECORDS) {
		if (field_integer(at, json, "record_size", 1, ITERATOR_RECORD_MAX, &size))
			return -1;
		out->record_size = (uint32_t)size;
	}
	return field_u32(at, json, "interval", &out->interval);
}

static int parse_lost_site(struct cursor *at, json_t *json, void *entry)
{
	struct lost_site *out = entry;
	int64_t source;

	if (field_string(at, json, "section", &out->section) || field_u32(at, json, "offset", &out->offset) ||
	    field_integer(at, json, "source", 0, UINT16_MAX, &source))
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

	if (field_array(at, json, key, max, &array))
		return -1;
	*entries = calloc(json_array_size(array) + 1, entry_size);
	if (!*entries)
		return field_bad(at, key, "out of memory");
	for (i = 0; i < json_array_size(array); i++) {
		json_t *item = json_array_get(array, i);

		snprintf(at->path, sizeof(at->path), "%s[%zu]", key, i);
		if (!json_is_object(item))
			return field_bad(at, "", "expected an object");
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
		return field_bad(at, "", "expected an object");
	if (field_globs(at, json, "program_types", &out->program_types) ||
	    field_globs(at, json, "helpers_denied", &out->helpers_denied) ||
	    field_globs(at, json, "kfuncs_allowed", &out->kfuncs_allowed) ||
	    field_globs(at, json, "targets_allowed", &out->targets_allowed) ||
	    field_globs(at, json, "targets_denied", &out->targets_denied) ||
	    field_globs(at, json, "interfaces_allowed", &out->interfaces_allowed) ||
	    field_globs(at, json, "cgroups_allowed", &out->cgroups_allowed))
		return -1;
	at->path[0] = '\0';
	return 0;
}

static int check_sources(struct cursor *at, const struct spec *spec)
{
	size_t i, j;

	for (i = 0; i < spec->source_count; i++) {
		for (j = 0; j < i; j++) {
			if (spec->sources[i].id == spec->sources[j].id) {
				snprintf(at->path, sizeof(at->path), "sources[%zu]", i);
				return field_bad(at, "id", "%u is there twice", spec->sources[i].id);
			}
		}
	}
	for (i = 0; i < spec->lost_site_count; i++) {
		if (!spec_source(spec, spec->lost_sites[i].source)) {
			snprintf(at->path, sizeof(at->path), "lost_sites[%zu]", i);
			return field_bad(at, "source", "%u is no source", spec->lost_sites[i].source);
		}
	}
	return 0;
}

int spec_parse(json_t *json, struct spec *spec, char *error, size_t error_size)
{
	struct cursor at = { .error = error, .error_size = error_size };
	int64_t object_size = 0;

	memset(spec, 0, sizeof(*spec));
	spec->json = json_incref(json);
	if (!json_is_object(json)) {
		field_bad(&at, "spec", "expected an object");
		goto bad;
	}
	if (field_u32(&at, json, "stream", &spec->stream) ||
	    field_integer(&at, json, "object_size", 1, OBJECT_MAX, &object_size) ||
	    field_u32(&at, json, "counts_interval", &spec->counts_interval))
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
	free(spec->policy.cgroups_allowed.patterns);
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
