#include "golden.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"
#include "frame.h"

json_t *golden_load(const char *path)
{
	json_error_t error;
	json_t *json = json_load_file(path, 0, &error), *frames;

	if (!json) {
		fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
		return NULL;
	}
	frames = json_incref(json_object_get(json, "frames"));
	json_decref(json);
	return frames;
}

static uint64_t number(json_t *entry, const char *key)
{
	json_t *value = json_object_get(entry, key);

	return json_is_string(value) ? strtoull(json_string_value(value), NULL, 10) : (uint64_t)json_integer_value(value);
}

int golden_write(json_t *entry, const char *path)
{
	struct frame_output output = { .stream = (uint32_t)number(entry, "stream") };
	struct frame_header header = {
		.kind = (uint8_t)number(entry, "kind"),
		.flags = (uint8_t)number(entry, "flags"),
		.source = (uint16_t)number(entry, "source"),
		.count = (uint32_t)number(entry, "count"),
		.aux = (uint32_t)number(entry, "aux"),
		.seq = number(entry, "seq"),
		.lost = number(entry, "lost"),
		.time_ns = number(entry, "time_ns"),
	};
	struct iovec pieces[2] = { 0 };
	int result = -1;
	size_t length;
	uint8_t *payload = hex_decode(json_string_value(json_object_get(entry, "payload")), &length);

	output.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (!payload || output.fd < 0)
		goto cleanup;
	/* In two pieces, as a payload may come. */
	pieces[0] = (struct iovec){ .iov_base = payload, .iov_len = length / 2 };
	pieces[1] = (struct iovec){ .iov_base = payload + length / 2, .iov_len = length - length / 2 };
	result = frame_write(&output, &header, pieces, 2);
cleanup:
	if (output.fd >= 0)
		close(output.fd);
	free(payload);
	return result;
}

uint8_t *golden_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(1 << 20);

	if (!file || !bytes) {
		perror(path);
		free(bytes);
		if (file)
			fclose(file);
		return NULL;
	}
	*size = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

static json_t *globs_json(const struct globs *globs)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < globs->count; i++)
		json_array_append_new(array, json_string(globs->patterns[i]));
	return array;
}

static json_t *attach_json(const struct attach_spec *attach)
{
	static const char *const modes[] = { "default", "generic", "native" };

	switch (attach->type) {
	case ATTACH_AUTO:
		return json_pack("{s:s}", "type", "auto");
	case ATTACH_NONE:
		return json_pack("{s:s}", "type", "none");
	case ATTACH_OFF:
		return json_pack("{s:s}", "type", "off");
	case ATTACH_TRACEPOINT:
		return json_pack("{s:s, s:s, s:s}", "type", "tracepoint", "category", attach->category, "name", attach->name);
	case ATTACH_RAW_TRACEPOINT:
		return json_pack("{s:s, s:s}", "type", "raw_tracepoint", "name", attach->name);
	case ATTACH_TRACING:
		return json_pack("{s:s, s:s}", "type", "tracing", "function", attach->function);
	case ATTACH_KPROBE:
		return json_pack("{s:s, s:s, s:I, s:b}", "type", "kprobe", "function", attach->function, "offset",
				 (json_int_t)attach->offset, "return", attach->is_return);
	case ATTACH_KPROBE_MULTI:
		return json_pack("{s:s, s:s, s:b}", "type", "kprobe_multi", "pattern", attach->pattern, "return",
				 attach->is_return);
	case ATTACH_KSYSCALL:
		return json_pack("{s:s, s:s, s:b}", "type", "ksyscall", "syscall", attach->syscall, "return",
				 attach->is_return);
	case ATTACH_UPROBE:
		return json_pack("{s:s, s:s, s:s, s:I, s:b, s:i}", "type", "uprobe", "path", attach->path, "function",
				 attach->function, "offset", (json_int_t)attach->offset, "return", attach->is_return,
				 "pid", attach->pid);
	case ATTACH_USDT:
		return json_pack("{s:s, s:s, s:s, s:s, s:i}", "type", "usdt", "path", attach->path, "provider",
				 attach->provider, "name", attach->name, "pid", attach->pid);
	case ATTACH_PERF_EVENT:
		return json_pack("{s:s, s:s, s:I, s:I, s:i}", "type", "perf_event", "event", attach->event, "frequency",
				 (json_int_t)attach->frequency, "period", (json_int_t)attach->period, "pid", attach->pid);
	case ATTACH_XDP:
		return json_pack("{s:s, s:s, s:s}", "type", "xdp", "interface", attach->interface, "mode",
				 modes[attach->mode]);
	case ATTACH_TC:
		return json_pack("{s:s, s:s, s:s}", "type", "tc", "interface", attach->interface, "direction",
				 attach->egress ? "egress" : "ingress");
	case ATTACH_CGROUP:
		return json_pack("{s:s, s:s}", "type", "cgroup", "path", attach->path);
	case ATTACH_SOCKET_FILTER:
		return json_pack("{s:s, s:s}", "type", "socket_filter", "interface", attach->interface);
	case ATTACH_ITER:
		return json_pack("{s:s, s:I}", "type", "iter", "interval", (json_int_t)attach->interval);
	}
	return NULL;
}

static json_t *params_json(const struct spec *spec)
{
	json_t *array = json_array();
	size_t i, j;

	for (i = 0; i < spec->param_count; i++) {
		const struct param_spec *param = &spec->params[i];
		char *hex = calloc(2, param->length + 1);

		for (j = 0; j < param->length; j++)
			sprintf(hex + 2 * j, "%02x", param->bytes[j]);
		json_array_append_new(array, json_pack("{s:s, s:I, s:s}", "section", param->section, "offset",
						       (json_int_t)param->offset, "bytes", hex));
		free(hex);
	}
	return array;
}

json_t *golden_setup_json(const struct setup *setup)
{
	return json_pack("{s:i, s:s, s:s, s:b, s:I, s:I, s:I}", "version", ORDERS_VERSION, "run", setup->run, "trace_tag",
			 setup->trace_tag, "trace", setup->trace, "memory_bytes", (json_int_t)setup->memory_bytes, "uid",
			 (json_int_t)setup->uid, "gid", (json_int_t)setup->gid);
}

static json_t *source_json(const struct source_spec *source)
{
	static const char *const kinds[] = { "ringbuf", "perf", "map", "globals", "trace", "text", "records" };
	json_t *json = json_pack("{s:i, s:s, s:s, s:I}", "id", source->id, "kind", kinds[source->kind], "name", source->name,
				 "interval", (json_int_t)source->interval);

	if (source->kind == SOURCE_RECORDS)
		json_object_set_new(json, "record_size", json_integer(source->record_size));
	return json;
}

json_t *golden_spec_json(const struct spec *spec)
{
	json_t *maps = json_array(), *programs = json_array(), *sources = json_array(), *lost = json_array();
	const struct policy *policy = &spec->policy;
	size_t i;

	for (i = 0; i < spec->map_count; i++)
		json_array_append_new(maps, json_pack("{s:s, s:I, s:I}", "name", spec->maps[i].name, "max_entries",
						      (json_int_t)spec->maps[i].max_entries, "value_size",
						      (json_int_t)spec->maps[i].value_size));
	for (i = 0; i < spec->program_count; i++)
		json_array_append_new(programs, json_pack("{s:s, s:o}", "name", spec->programs[i].name, "attach",
							  attach_json(&spec->programs[i].attach)));
	for (i = 0; i < spec->source_count; i++)
		json_array_append_new(sources, source_json(&spec->sources[i]));
	for (i = 0; i < spec->lost_site_count; i++)
		json_array_append_new(lost, json_pack("{s:s, s:I, s:i}", "section", spec->lost_sites[i].section, "offset",
						      (json_int_t)spec->lost_sites[i].offset, "source",
						      spec->lost_sites[i].source));
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o}, s:o, s:o, s:I}",
			 "stream", (json_int_t)spec->stream, "object_size", (json_int_t)spec->object_size, "params",
			 params_json(spec), "maps", maps, "programs", programs, "policy", "program_types",
			 globs_json(&policy->program_types), "helpers_denied", globs_json(&policy->helpers_denied),
			 "kfuncs_allowed", globs_json(&policy->kfuncs_allowed), "targets_allowed",
			 globs_json(&policy->targets_allowed), "targets_denied", globs_json(&policy->targets_denied),
			 "interfaces_allowed", globs_json(&policy->interfaces_allowed), "cgroups_allowed",
			 globs_json(&policy->cgroups_allowed), "sources", sources, "lost_sites", lost,
			 "counts_interval", (json_int_t)spec->counts_interval);
}
