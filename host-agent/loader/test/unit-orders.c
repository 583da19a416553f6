/* What the loader is told: setup, spec and commands, whole and broken. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "hook.h"
#include "setup.h"
#include "spec.h"
#include "stream.h"
#include "unit.h"

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
		{ "sources", "kind", "\"records\"", "sources[0].record_size: " },
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
		{ "{\"type\":\"put\",\"source\":1,\"key\":\"00000000\",\"value\":\"01\"}", 1 },
		{ "{\"type\":\"put\",\"source\":1,\"key\":\"00000000\"}", 0 },
		{ "{\"type\":\"put\",\"source\":1,\"key\":\"0g\",\"value\":\"01\"}", 0 },
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
		command_free(&command);
		json_decref(json);
	}
}

void test_orders(void)
{
	test_setups();
	test_specs();
	test_commands();
}
