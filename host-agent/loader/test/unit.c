/* Unit tests of what needs no kernel. TAP (testanything.org) on stdout. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds.h"
#include "control.h"
#include "frame.h"
#include "glob.h"
#include "hook.h"
#include "message.h"
#include "prepare.h"
#include "privilege.h"
#include "ring.h"
#include "section_name.h"
#include "snapshot.h"
#include "fields.h"
#include "setup.h"
#include "spec.h"
#include "stream.h"
#include "target_name.h"
#include "target_path.h"
#include "trace.h"

static int number, failures;

static void check(int good, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void check(int good, const char *format, ...)
{
	va_list arguments;

	printf("%sok %d - ", good ? "" : "not ", ++number);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	failures += !good;
}

static void test_globs(void)
{
	static const struct {
		const char *pattern, *text;
		int match;
	} cases[] = {
		{ "*", "", 1 },		    { "*", "vfs_read", 1 },	    { "vfs_*", "vfs_read", 1 },
		{ "vfs_*", "vfs", 0 },	    { "*_read", "vfs_read", 1 },    { "*_read", "vfs_readv", 0 },
		{ "a*b*c", "axxbyyc", 1 },  { "a*b*c", "axxbyy", 0 },	    { "a*b*c", "abbbc", 1 },
		{ "", "", 1 },		    { "", "x", 0 },		    { "vfs_read", "vfs_read", 1 },
		{ "vfs_?", "vfs_x", 1 },    { "**", "anything", 1 },	    { "*aab", "aaaaaaaaaaaab", 1 },
		{ "[a]", "a", 0 },	    { "vfs_?", "vfs_", 0 },	    { "*?b", "aab", 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(wildcard_match(cases[i].pattern, cases[i].text) == cases[i].match, "'%s' %s '%s'", cases[i].pattern,
		      cases[i].match ? "matches" : "does not match", cases[i].text);
	check(!globs_match(&(struct globs){ 0 }, "anything"), "an empty list matches nothing");
	check(globs_match_all(&(struct globs){ (const char *[]){ "x", "*" }, 2 }), "a star matches all");
	check(!globs_match_all(&(struct globs){ (const char *[]){ "?", "v*", "" }, 3 }), "one character isn't all");
}

static void put_record(uint8_t *data, uint64_t size, uint64_t at, uint32_t word)
{
	memcpy(data + (at & (size - 1)), &word, sizeof(word));
	/* The second mapping of the same bytes. */
	memcpy(data + size + (at & (size - 1)), &word, sizeof(word));
}

static void test_ring_walk(void)
{
	enum { SIZE = 4096 };
	static _Alignas(8) uint8_t data[2 * SIZE];
	struct ring_chunk chunk;

	put_record(data, SIZE, 0, 48);
	put_record(data, SIZE, 56, 5);
	put_record(data, SIZE, 72, 16 | RECORD_DISCARDED);
	put_record(data, SIZE, 96, 8);
	ring_walk(data, SIZE - 1, 0, 112, UINT32_MAX, &chunk);
	check(chunk.bytes == 112 && chunk.records == 3 && !chunk.busy, "a walk takes all and does not count a discarded record");

	ring_walk(data, SIZE - 1, 0, 112, 72, &chunk);
	check(chunk.bytes == 72 && chunk.records == 2, "a walk stops at a record's end before the payload's cap");
	ring_walk(data, SIZE - 1, 0, 112, 40, &chunk);
	check(chunk.bytes == 0 && chunk.records == 0 && !chunk.busy, "a record over the cap is not taken");

	put_record(data, SIZE, 72, 16 | RECORD_BUSY);
	ring_walk(data, SIZE - 1, 0, 112, UINT32_MAX, &chunk);
	check(chunk.bytes == 72 && chunk.records == 2 && chunk.busy, "a walk stops at a record that is being written");

	put_record(data, SIZE, 4080, 100);
	put_record(data, SIZE, 4080 + 112, 8);
	ring_walk(data, SIZE - 1, 4080 + 3ull * SIZE, 4080 + 3ull * SIZE + 128, UINT32_MAX, &chunk);
	check(chunk.bytes == 128 && chunk.records == 2, "a record across the ring's end is whole");
	ring_walk(data, SIZE - 1, 8, 8, UINT32_MAX, &chunk);
	check(chunk.bytes == 0 && !chunk.busy, "an empty ring gives nothing");
}

static void test_ring_abandon(void)
{
	enum { SIZE = 4096 };
	static _Alignas(8) uint8_t data[2 * SIZE];
	uint64_t consumer = 0, producer = 96;
	struct source source = { .dropped = 7 };
	struct ring ring = {
		.source = &source, .size = SIZE, .consumer = &consumer, .producer = &producer, .data = data
	};

	put_record(data, SIZE, 0, 8);
	put_record(data, SIZE, 16, 24 | RECORD_BUSY);
	put_record(data, SIZE, 48, 8);
	put_record(data, SIZE, 64, 8 | RECORD_DISCARDED);
	put_record(data, SIZE, 80, 8);
	ring_abandon(&ring);
	check(source.dropped == 11 && ring_empty(&ring), "a record that is being written hides none of those behind it");
	ring_abandon(&ring);
	check(source.dropped == 11, "an empty ring has nothing to lose");
}

static void test_ring_interval(void)
{
	check(ring_interval(0, 1000000, 4096) == RING_INTERVAL_MAX, "no data: the longest interval");
	check(ring_interval(1 << 18, 1000000, 1 << 18) == 250000, "a full ring in 1 ms: a quarter of it next time");
	check(ring_interval(1 << 20, 1000000, 1 << 18) == RING_INTERVAL_MIN, "faster than can be: the shortest interval");
	check(ring_interval(64, 1000000, 1 << 24) == RING_INTERVAL_MAX, "a big ring: the longest interval");
}

static void test_tag(void)
{
	char text[] = "x" TRACE_TAG_PLACEHOLDER "a" TRACE_TAG_PLACEHOLDER;
	char cut[] = "~pp:TAGxxxx";

	check(tag_replace(text, sizeof(text), "~pp:0123456~") == 2, "both placeholders are found");
	check(!strcmp(text, "x~pp:0123456~a~pp:0123456~"), "and replaced in place");
	check(tag_replace(cut, sizeof(cut) - 1, "~pp:0123456~") == 0, "a cut placeholder is none");
	check(tag_replace(cut, 0, "~pp:0123456~") == 0, "nothing holds none");
}

static void test_shapes(void)
{
	char remark[256] = "";
	struct map_shape ring = { .type = BPF_MAP_TYPE_RINGBUF, .value_size = 40, .max_entries = 4096 };
	struct map_shape hash = { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8 };
	struct map_shape stacks = { .type = BPF_MAP_TYPE_STACK_TRACE, .key_size = 4 };
	struct map_shape perf = { .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .value_size = 40 };
	struct map_shape storage = { .type = BPF_MAP_TYPE_TASK_STORAGE, .key_size = 4, .value_size = 8 };

	map_shape_defaults(&ring, "events", 8, remark, sizeof(remark));
	check(!ring.key_size && !ring.value_size && ring.max_entries == 4096 && !remark[0],
	      "a ring buffer has no value size, silently");
	map_shape_defaults(&perf, "perf", 8, remark, sizeof(remark));
	check(perf.key_size == 4 && perf.value_size == 4 && perf.max_entries == 8 && !remark[0],
	      "a perf event array has one entry a CPU");
	map_shape_defaults(&storage, "storage", 8, remark, sizeof(remark));
	check(!storage.max_entries && !remark[0], "local storage keeps max_entries 0");
	map_shape_defaults(&hash, "hash", 8, remark, sizeof(remark));
	check(hash.max_entries == 10240 && strstr(remark, "hash"), "a hash without a size gets 10240 and a remark");
	map_shape_defaults(&stacks, "stacks", 8, remark, sizeof(remark));
	check(stacks.value_size == 1016 && stacks.max_entries == 10240, "a stack map holds 127 frames");
}

static void test_chunks(void)
{
	uint32_t n = snapshot_chunk(4, 8, FRAME_PAYLOAD_MAX);

	check(pad8(n * 4) + n * 8 <= FRAME_PAYLOAD_MAX && pad8((n + 2) * 4) + (n + 2) * 8 > FRAME_PAYLOAD_MAX,
	      "a chunk of small entries fills the payload and no more");
	n = snapshot_chunk(13, 17, FRAME_PAYLOAD_MAX);
	check(pad8(n * 13) + n * 17 <= FRAME_PAYLOAD_MAX, "a chunk of odd entries fits");
	check(snapshot_chunk(4, FRAME_PAYLOAD_MAX * 2, FRAME_PAYLOAD_MAX) == 1, "an entry over the cap is tried alone");
	check(snapshot_chunk(0, 8, FRAME_PAYLOAD_MAX) > 1000, "queues have no keys");
	check(snapshot_stride(BPF_MAP_TYPE_PERCPU_HASH, 4, 3) == 24, "per-CPU values are 8 bytes apart");
	check(snapshot_stride(BPF_MAP_TYPE_HASH, 5, 3) == 5, "others are as long as they are");
}

/* Writes a frame through a pipe that takes little at a time, and reads it back. */
static void test_frames(void)
{
	static uint8_t payload[200001], got[sizeof(payload) + 64];
	struct frame_header header = { .kind = FRAME_TEXT, .source = 258, .count = 3, .seq = 5, .time_ns = 77 };
	struct frame_output output = { .stream = 9 };
	struct iovec pieces[3];
	int pipes[2], i;
	size_t length = 0;
	ssize_t n;
	pid_t child;

	for (i = 0; i < (int)sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7);
	if (pipe(pipes))
		exit(1);
	child = fork();
	if (!child) {
		close(pipes[0]);
		output.fd = pipes[1];
		fcntl(output.fd, F_SETFL, O_NONBLOCK);
		pieces[0] = (struct iovec){ payload, 1 };
		pieces[1] = (struct iovec){ payload + 1, 0 };
		pieces[2] = (struct iovec){ payload + 1, sizeof(payload) - 1 };
		_exit(frame_write(&output, &header, pieces, 3) ? 1 : 0);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], got + length, sizeof(got) - length)) > 0)
		length += (size_t)n;
	waitpid(child, &i, 0);
	check(i == 0 && length == 48 + sizeof(payload), "a frame of several pieces comes through a full pipe whole");
	check(!memcmp(got, "PBF1", 4) && !memcmp(got + 48, payload, sizeof(payload)), "with magic and payload");
	memcpy(&header, got, sizeof(header));
	check(header.length == sizeof(payload) && header.stream == 9 && header.source == 258 && header.time_ns == 77,
	      "and the fields of its header");
	close(pipes[0]);

	signal(SIGPIPE, SIG_IGN);
	if (pipe(pipes))
		exit(1);
	close(pipes[0]);
	output.fd = pipes[1];
	check(frame_write(&output, &header, NULL, 0) == -1 && output.broken, "a reader that is gone breaks the output");
	check(frame_write(&output, &header, NULL, 0) == -1, "for good");
	close(pipes[1]);
}

static json_t *golden_json(const char *path)
{
	json_error_t error;
	json_t *json = json_load_file(path, 0, &error);

	if (!json) {
		printf("Bail out! %s: %s\n", path, error.text);
		exit(1);
	}
	return json;
}

static json_t *spec_json(void)
{
	return golden_json("test/golden/spec.json");
}

static int try_spec(json_t *json, char *error, size_t size)
{
	struct spec spec;
	int result = spec_parse(json, &spec, error, size);

	if (!result)
		spec_free(&spec);
	return result;
}

static int try_setup(json_t *json, char *error, size_t size)
{
	struct setup setup;
	int result = setup_parse(json, &setup, error, size);

	if (!result)
		setup_free(&setup);
	return result;
}

/* Every field of an object, one after the other, is taken away and replaced by something wrong. */
static void break_fields(int (*parse)(json_t *root, char *error, size_t size), json_t *root, json_t *object,
			 const char *where)
{
	const char *key;
	json_t *value, *copy = json_copy(object);

	json_object_foreach(copy, key, value) {
		json_t *wrong[2] = { NULL, json_is_boolean(value) ? json_string("x") : json_true() };
		int i;

		for (i = 0; i < 2; i++) {
			char error[512] = "";

			if (wrong[i])
				json_object_set_new(object, key, wrong[i]);
			else
				json_object_del(object, key);
			check(parse(root, error, sizeof(error)) == -1 && strstr(error, key) &&
				      !strncmp(error, where, strlen(where)),
			      "%s%s%s %s: \"%s\"", where, *where ? "." : "", key, i ? "of a wrong type" : "missing", error);
		}
		json_object_set(object, key, value);
	}
	json_decref(copy);
}

static void test_setups(void)
{
	static const struct {
		const char *key, *json, *expected;
	} values[] = {
		{ "run", "\"../x\"", "run: expected" },
		{ "run", "\"\"", "run: expected" },
		{ "version", "1", "version: expected" },
		{ "trace_tag", "\"short\"", "trace_tag: expected" },
		{ "trace_tag", "\"~pp:a*b*c*d~\"", "trace_tag: holds" },
		{ "trace_tag", "\"~pp:a\\\"b\\\"cde~\"", "trace_tag: holds" },
		{ "memory_bytes", "-1", "memory_bytes: expected" },
	};
	json_t *root = golden_json("test/golden/setup.json");
	char error[512];
	size_t i;

	check(try_setup(root, error, sizeof(error)) == 0, "the golden setup is read: %s", error);
	break_fields(try_setup, root, root, "");
	json_decref(root);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		root = golden_json("test/golden/setup.json");
		json_object_set_new(root, values[i].key, json_loads(values[i].json, JSON_DECODE_ANY, NULL));
		error[0] = '\0';
		check(try_setup(root, error, sizeof(error)) == -1 &&
			      !strncmp(error, values[i].expected, strlen(values[i].expected)),
		      "%s = %s: \"%s\"", values[i].key, values[i].json, error);
		json_decref(root);
	}
	root = json_loads("[]", 0, NULL);
	check(try_setup(root, error, sizeof(error)) == -1, "a list is no setup: \"%s\"", error);
	json_decref(root);
}

static void test_specs(void)
{
	static const struct {
		const char *path, *key, *json, *expected;
	} values[] = {
		{ "", "object_size", "0", "object_size: expected" },
		{ "", "object_size", "99999999", "object_size: expected" },
		{ "", "stream", "-1", "stream: expected" },
		{ "", "stream", "1.5", "stream: expected" },
		{ "sources", "id", "65536", "sources[0].id: expected" },
		{ "sources", "id", "1", "sources[1].id: 1 is there twice" },
		{ "sources", "kind", "\"ring\"", "sources[0].kind: 'ring' is unknown" },
		{ "lost_sites", "source", "77", "lost_sites[0].source: 77 is no source" },
		{ "params", "bytes", "\"0\"", "params[0].bytes: expected" },
		{ "params", "bytes", "\"FF\"", "params[0].bytes: expected" },
	};
	static const char *const lists[] = { "params", "maps", "sources", "lost_sites" };
	json_t *root = spec_json();
	char error[512], where[64];
	struct spec spec;
	size_t i;

	check(spec_parse(root, &spec, error, sizeof(error)) == 0 && spec.program_count == 17, "the golden spec is read: %s",
	      error);
	spec_free(&spec);
	break_fields(try_spec, root, root, "");
	break_fields(try_spec, root, json_object_get(root, "policy"), "policy");
	for (i = 0; i < 4; i++) {
		snprintf(where, sizeof(where), "%s[0]", lists[i]);
		break_fields(try_spec, root, json_array_get(json_object_get(root, lists[i]), 0), where);
	}
	for (i = 0; i < 17; i++) {
		json_t *program = json_array_get(json_object_get(root, "programs"), i);

		snprintf(where, sizeof(where), "programs[%zu]", i);
		break_fields(try_spec, root, program, where);
		snprintf(where, sizeof(where), "programs[%zu].attach", i);
		break_fields(try_spec, root, json_object_get(program, "attach"), where);
	}
	json_decref(root);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		json_t *object = root = spec_json();

		if (values[i].path[0])
			object = json_array_get(json_object_get(root, values[i].path), 0);
		json_object_set_new(object, values[i].key, json_loads(values[i].json, JSON_DECODE_ANY, NULL));
		error[0] = '\0';
		check(spec_parse(root, &spec, error, sizeof(error)) == -1 &&
			      !strncmp(error, values[i].expected, strlen(values[i].expected)),
		      "%s = %s: \"%s\"", values[i].key, values[i].json, error);
		json_decref(root);
	}
	root = json_loads("[]", 0, NULL);
	check(spec_parse(root, &spec, error, sizeof(error)) == -1, "a list is no spec: \"%s\"", error);
	json_decref(root);
}

static void test_commands(void)
{
	static const struct {
		const char *json;
		int good;
	} cases[] = {
		{ "{\"type\":\"stop\"}", 1 },
		{ "{\"type\":\"interval\",\"source\":1,\"interval\":100}", 1 },
		{ "{\"type\":\"write\",\"source\":1,\"offset\":8,\"bytes\":\"00ff\"}", 1 },
		{ "{\"type\":\"write\",\"source\":1,\"offset\":8,\"bytes\":\"0\"}", 0 },
		{ "{\"type\":\"write\",\"source\":-1,\"offset\":8,\"bytes\":\"00\"}", 0 },
		{ "{\"type\":\"interval\",\"source\":1}", 0 },
		{ "{\"type\":\"explode\"}", 0 },
		{ "{}", 0 },
		{ "[]", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *json = json_loads(cases[i].json, 0, NULL);
		struct command command;
		char error[128] = "";

		check((command_parse(json, &command, error, sizeof(error)) == 0) == cases[i].good, "command %s: %s",
		      cases[i].json, error);
		free(command.bytes);
		json_decref(json);
	}
}

static void test_hooks(void)
{
	static const struct {
		const char *section;
		enum attach_type type;
		enum hook_family family;
		const char *target;
	} cases[] = {
		{ "tracepoint/sched/sched_switch", ATTACH_TRACEPOINT, HOOK_TRACEPOINT, "sched/sched_switch" },
		{ "tp/sched/sched_switch", ATTACH_TRACEPOINT, HOOK_TRACEPOINT, "sched/sched_switch" },
		{ "raw_tp/sys_enter", ATTACH_RAW_TRACEPOINT, HOOK_RAW_TRACEPOINT, "sys_enter" },
		{ "tp_btf/sched_switch", ATTACH_TRACING, HOOK_TP_BTF, "sched_switch" },
		{ "fentry.s/vfs_read", ATTACH_TRACING, HOOK_FUNCTION, "vfs_read" },
		{ "lsm/file_open", ATTACH_TRACING, HOOK_LSM, "file_open" },
		{ "kprobe/vfs_read+0x10", ATTACH_KPROBE, HOOK_KPROBE, "vfs_read" },
		{ "kretprobe", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "kprobe.multi/tcp_*", ATTACH_KPROBE_MULTI, HOOK_KPROBE_MULTI, "tcp_*" },
		{ "uprobe//usr/bin/bash:readline", ATTACH_UPROBE, HOOK_UPROBE, "/usr/bin/bash" },
		{ "uretprobe.multi//usr/bin/bash:readline", ATTACH_UPROBE, HOOK_UPROBE, "/usr/bin/bash" },
		{ "uprobe.multi//usr/bin/bash:read*", ATTACH_UPROBE, HOOK_UPROBE, "/usr/bin/bash" },
		{ "usdt//lib/libc.so.6:libc:setjmp", ATTACH_USDT, HOOK_USDT, "/lib/libc.so.6" },
		{ "ksyscall/openat", ATTACH_KSYSCALL, HOOK_KSYSCALL, "openat" },
		{ "iter/task", ATTACH_ITER, HOOK_ITER, "task" },
		{ "perf_event", ATTACH_PERF_EVENT, HOOK_PERF_EVENT, "cpu-clock" },
		{ "xdp.frags", ATTACH_AUTO, HOOK_INTERFACE, "" },
		{ "tcx/ingress", ATTACH_AUTO, HOOK_INTERFACE, "" },
		{ "cgroup/connect4", ATTACH_AUTO, HOOK_CGROUP, "" },
		{ "lsm_cgroup/socket_bind", ATTACH_AUTO, HOOK_CGROUP, "" },
		{ "?kprobe/vfs_read", ATTACH_KPROBE, HOOK_KPROBE, "vfs_read" },
		{ "sk_lookup", ATTACH_AUTO, HOOK_OTHER, "sk_lookup" },
		{ "kprobe.session/vfs_*", ATTACH_AUTO, HOOK_OTHER, "kprobe.session/vfs_*" },
		/* What libbpf or the kernel would read differently from a policy is no target. */
		{ "tp/sched/../syscalls/sys_enter_openat", ATTACH_AUTO, HOOK_TRACEPOINT, "" },
		{ "kprobe/commit_creds,x", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "kprobe/commit_creds+", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "kprobe/commit_creds+-8", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "ksyscall/openat,x", ATTACH_AUTO, HOOK_KSYSCALL, "" },
		{ "uprobe//tmp/a!/b:f", ATTACH_AUTO, HOOK_UPROBE, "" },
		{ "uprobe//usr/bin/bash", ATTACH_AUTO, HOOK_UPROBE, "" },
		{ "usdt//lib/libc.so.6:libc:setjmp:x", ATTACH_AUTO, HOOK_USDT, "" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct attach_spec attach;
		struct hook hook;
		char text[64];

		attach_from_section(cases[i].section, text, &attach);
		hook_of(&attach, cases[i].section, &hook);
		check(attach.type == cases[i].type && hook.family == cases[i].family && !strcmp(hook.target, cases[i].target),
		      "SEC(\"%s\") hooks '%s'", cases[i].section, hook.target);
	}
}

static void test_presence(void)
{
	static const struct hook absent = { HOOK_KPROBE, "probepad_no_such_function" },
				 present = { HOOK_KPROBE, "schedule" }, unnamed = { HOOK_KPROBE, "" },
				 elsewhere = { HOOK_UPROBE, "/bin/probepad-no-such-binary" },
				 traced = { HOOK_FUNCTION, "probepad_no_such_function" };
	const struct hook *const hooks[] = { &absent, &present, &unnamed, &elsewhere, &traced };
	bool answers[5];

	hooks_present(hooks, 5, answers);
	check(!answers[0] && answers[1] && answers[2] && answers[3] && !answers[4],
	      "the symbol table tells which functions are absent: %d%d%d%d%d", answers[0], answers[1], answers[2],
	      answers[3], answers[4]);
}

static void test_section_targets(void)
{
	struct attach_spec attach;
	char text[64];

	attach_from_section("kretprobe/vfs_read", text, &attach);
	check(attach.is_return && !attach.offset && attach.pid == -1, "a kretprobe returns");
	attach_from_section("uprobe/libc.so.6:malloc+0x10", text, &attach);
	check(!strcmp(attach.path, "libc.so.6") && !strcmp(attach.function, "malloc") && attach.offset == 16,
	      "a uprobe names binary, function and offset");
	attach_from_section("usdt/libc.so.6:libc:setjmp", text, &attach);
	check(!strcmp(attach.path, "libc.so.6") && !strcmp(attach.provider, "libc") && !strcmp(attach.name, "setjmp"),
	      "a USDT probe names binary, provider and name");
}

static void test_target_names(void)
{
	static char word[600];
	struct attach_spec attach = { .type = ATTACH_XDP, .interface = "eth0:veth" };

	check(!target_name_sound(&attach), "the kernel would attach to eth0");
	attach = (struct attach_spec){ .type = ATTACH_KPROBE, .function = "0xffffffff81000000" };
	check(!target_name_sound(&attach), "an address is no function");
	attach = (struct attach_spec){
		.type = ATTACH_UPROBE, .path = "/usr/bin/env", .function = "main", .offset = 4, .is_return = true
	};
	check(!target_name_sound(&attach), "nothing returns from the middle of a function");
	attach.function = "";
	check(target_name_sound(&attach), "an offset in the file may be a beginning");
	memset(word, 'a', sizeof(word) - 1);
	attach.function = word;
	check(!target_name_sound(&attach), "a name that would be cut is none");
}

static void test_target_paths(void)
{
	char *real = target_path_real("/usr/bin/../bin/env");

	check(real && !strcmp(real, "/usr/bin/env"), "dots go");
	free(real);
	real = target_path_real("env");
	check(real && !strcmp(real, "/usr/bin/env"), "a program is looked for along PATH: %s", real ? real : "none");
	free(real);
	real = target_path_real("libc.so.6");
	check(real && strstr(real, "/libc.so.6") && *real == '/', "a library in the library folders: %s", real ? real : "none");
	free(real);
	check(!target_path_real("/usr/bin/no-such-program"), "what is not there has no name");
}

static void test_saved_names(void)
{
	static const char saved[] = "12 bash\n345 two words\n77 x\n42 evil\n42 real\n9999 cut";
	char comm[16];

	check(trace_saved_name(saved, 12, comm) && !strcmp(comm, "bash"), "a name is found by its task");
	check(trace_saved_name(saved, 345, comm) && !strcmp(comm, "two words"), "it may hold a space");
	check(!trace_saved_name(saved, 42, comm) && !comm[0], "two lines for a task: neither is believed");
	check(!trace_saved_name(saved, 1, comm), "12 is not 1");
	check(!trace_saved_name("", 1, comm), "nothing is found in nothing");
}

/* Whether that file can be opened behind a fence with that rule. */
static bool opens_behind(struct fence_rule rule, const char *path, int flags)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || landlock_fence(&rule, 1))
			_exit(2);
		_exit(open(path, flags) < 0);
	}
	waitpid(child, &status, 0);
	check(status == 0 || WEXITSTATUS(status) == 1, "the fence for %s stands", rule.path);
	return status == 0;
}

static void test_fence(void)
{
	if (!landlock_abi())
		return;
	check(opens_behind((struct fence_rule){ "/usr/bin/env", FENCE_READ_FILE }, "/usr/bin/env", O_RDONLY),
	      "a binary that is named can be read");
	check(!opens_behind((struct fence_rule){ "/", FENCE_READ_FILE }, "/usr/bin/env", O_RDONLY),
	      "a folder that is named as a binary opens nothing");
	check(!opens_behind((struct fence_rule){ "/usr", FENCE_READ_CGROUP }, "/usr", O_RDONLY | O_DIRECTORY),
	      "nor does one that is named as a cgroup");
}

struct lines {
	struct trace_line lines[8];
	int count;
};

static int keep_line(const struct trace_line *line, void *context)
{
	struct lines *lines = context;

	lines->lines[lines->count++] = *line;
	return 0;
}

static size_t put_line(uint8_t *at, uint32_t delta, uint32_t pid, const char *text)
{
	uint32_t length = (uint32_t)strlen(text) + 1, words = (12 + length + 3) / 4, word = words | delta << 5;
	uint16_t id = 550;
	uint32_t location = 12 | length << 16;

	memset(at, 0, 4 + words * 4);
	memcpy(at, &word, 4);
	memcpy(at + 4, &id, 2);
	memcpy(at + 8, &pid, 4);
	memcpy(at + 12, &location, 4);
	memcpy(at + 16, text, length);
	return 4 + words * 4;
}

static void test_trace_pages(void)
{
	struct trace_format format = {
		.event_id = 550, .string_offset = 8, .commit_offset = 8, .data_offset = 16, .page_size = 4096,
	};
	static uint8_t page[4096];
	struct lines lines = { 0 };
	uint64_t time = 1000, commit;
	uint32_t extend[2] = { 30 | 5 << 5, 2 };
	size_t at = 16, cut;

	memcpy(page, &time, 8);
	at += put_line(page + at, 7, 42, "first\nforged");
	memcpy(page + at, extend, 8);
	at += 8;
	at += put_line(page + at, 1, 43, "second");
	commit = at - 16;
	memcpy(page + 8, &commit, 8);
	trace_page_lines(&format, page, sizeof(page), keep_line, &lines);
	check(lines.count == 2, "both lines of a page are read");
	check(lines.lines[0].time_ns == 1007 && lines.lines[0].pid == 42 && lines.lines[0].length == 12,
	      "a newline in a text does not end it");
	check(lines.lines[1].time_ns == 1007 + (2ull << 27) + 5 + 1 && !memcmp(lines.lines[1].text, "second", 6),
	      "a time extension counts");
	/* Whatever the bytes, nothing outside the page is read: the sanitizers look. */
	for (cut = 0; cut < 64; cut++) {
		uint8_t *copy = malloc(at - cut);
		struct lines some = { 0 };

		memcpy(copy, page, at - cut);
		trace_page_lines(&format, copy, at - cut, keep_line, &some);
		free(copy);
	}
	check(1, "pages that are cut short are survived");
}

/* A pipe that epoll refuses, and takes later. */
static void test_trace_sleep(void)
{
	static struct stream stream;
	struct run run = { 0 };
	struct source source = { .id = 1 };
	struct trace_cpu cpus[2] = { { .cpu = 0 }, { .cpu = 1, .pipe = -1, .stats = -1 } };
	struct trace_instance instance = {
		.format = { .data_offset = 16, .page_size = 4096 }, .cpus = cpus, .cpu_count = 2, .ring_kib = 64, .names = -1
	};
	int pipes[2];

	if (pipe2(pipes, O_NONBLOCK))
		exit(1);
	cpus[0].pipe = pipes[0];
	stream.run = &run;
	stream.counts_due = STREAM_NEVER;
	stream.epoll = epoll_create1(EPOLL_CLOEXEC);
	stream.tracing = !trace_open(&stream.trace, &source, &instance);
	stream.trace.active = true;
	stream_turn(&stream);
	check(stream.trace.active, "lines are read on the timer when one pipe can't be slept on");
	check(stream_watch(&stream, EPOLL_CTL_MOD, pipes[0], EPOLL_TRACE, true) == -ENOENT, "and no pipe wakes the loader");
	cpus[1].pipe = dup(pipes[0]);
	source.due = 0;
	stream_turn(&stream);
	check(!stream.trace.active, "they are slept on again when all can");
	trace_close(&stream.trace);
	close(stream.epoll);
	close(cpus[1].pipe);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_texts(void)
{
	json_t *clean = message_text("good \xc3\xa9", 7), *dirty = message_text("bad \xff\xc3 \xed\xa0\x80", 10);

	check(!strcmp(json_string_value(clean), "good \xc3\xa9"), "UTF-8 stays");
	check(!strcmp(json_string_value(dirty), "bad \xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"),
	      "what is none becomes U+FFFD");
	json_decref(clean);
	json_decref(dirty);
}

int main(void)
{
	test_globs();
	test_ring_walk();
	test_ring_abandon();
	test_ring_interval();
	test_tag();
	test_shapes();
	test_chunks();
	test_frames();
	test_setups();
	test_specs();
	test_commands();
	test_hooks();
	test_presence();
	test_section_targets();
	test_target_names();
	test_target_paths();
	test_fence();
	test_saved_names();
	test_trace_pages();
	test_trace_sleep();
	test_texts();
	printf("1..%d\n", number);
	return failures ? 1 : 0;
}
