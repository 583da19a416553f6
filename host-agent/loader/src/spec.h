/* The loader's spec: C form of LoaderSpecSchema in protocol/src/loader.ts. */
#ifndef PROBEPAD_SPEC_H
#define PROBEPAD_SPEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "glob.h"

enum attach_type {
	ATTACH_AUTO,
	ATTACH_NONE,
	ATTACH_OFF,
	ATTACH_TRACEPOINT,
	ATTACH_RAW_TRACEPOINT,
	ATTACH_TRACING,
	ATTACH_KPROBE,
	ATTACH_KPROBE_MULTI,
	ATTACH_KSYSCALL,
	ATTACH_UPROBE,
	ATTACH_USDT,
	ATTACH_PERF_EVENT,
	ATTACH_XDP,
	ATTACH_TC,
	ATTACH_CGROUP,
	ATTACH_SOCKET_FILTER,
	ATTACH_ITER,
};

enum xdp_mode { XDP_MODE_DEFAULT, XDP_MODE_GENERIC, XDP_MODE_NATIVE };

/* Strings are borrowed from the spec's JSON. Which fields count follows from the type. */
struct attach_spec {
	enum attach_type type;
	const char *category, *name, *function, *pattern, *syscall, *path, *provider, *event, *interface;
	uint64_t offset;
	uint64_t period;
	uint32_t frequency;
	uint32_t interval; /* milliseconds */
	int pid;
	bool is_return;
	bool egress;
	enum xdp_mode mode;
};

enum source_kind { SOURCE_RINGBUF, SOURCE_PERF, SOURCE_MAP, SOURCE_GLOBALS, SOURCE_TRACE, SOURCE_TEXT, SOURCE_RECORDS };

struct source_spec {
	uint16_t id;
	enum source_kind kind;
	const char *name;
	uint32_t interval; /* milliseconds */
	uint32_t record_size; /* bytes of each record that an iterator writes; 0: text */
};

struct program_spec {
	const char *name;
	struct attach_spec attach;
};

struct map_spec {
	const char *name;
	uint32_t max_entries, value_size;
};

struct param_spec {
	const char *section;
	uint32_t offset;
	uint8_t *bytes;
	size_t length;
};

struct lost_site {
	const char *section;
	uint32_t offset;
	uint16_t source;
};

struct policy {
	struct globs program_types, helpers_denied, kfuncs_allowed;
	struct globs targets_allowed, targets_denied, interfaces_allowed, cgroups_allowed;
};

struct spec {
	json_t *json; /* owns every string below */
	uint32_t stream, object_size, counts_interval;
	struct param_spec *params;
	struct map_spec *maps;
	struct program_spec *programs;
	struct source_spec *sources;
	struct lost_site *lost_sites;
	size_t param_count, map_count, program_count, source_count, lost_site_count;
	struct policy policy;
};

/*
 * Reads a spec. On success the spec owns a reference to `json` and spec_free() gives all back.
 * On failure returns -1 and `error` names the field: "programs[2].attach.frequency: expected …".
 */
int spec_parse(json_t *json, struct spec *spec, char *error, size_t error_size);
void spec_free(struct spec *spec);

/* The spec of the source with that id, or NULL. */
const struct source_spec *spec_source(const struct spec *spec, uint32_t id);

#endif
