/*
 * golden-reader GOLDEN.json DIR: checks that DIR/<name>.frame, written by somebody else, has the bytes that C writes, and that
 * C takes every field of every DIR/setup*.json and DIR/spec*.json. Tells each difference on stderr; exits 1 when there is one.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden.h"

static int check_frame(json_t *entry, const char *folder)
{
	const char *name = json_string_value(json_object_get(entry, "name"));
	char theirs_path[4096], ours_path[] = "/tmp/probepad-golden-XXXXXX";
	size_t theirs_size = 0, ours_size = 0;
	uint8_t *theirs, *ours;
	int fd = mkstemp(ours_path), bad;

	close(fd);
	snprintf(theirs_path, sizeof(theirs_path), "%s/%s.frame", folder, name);
	golden_write(entry, ours_path);
	theirs = golden_read(theirs_path, &theirs_size);
	ours = golden_read(ours_path, &ours_size);
	bad = !theirs || !ours || theirs_size != ours_size || memcmp(theirs, ours, ours_size);
	if (bad)
		fprintf(stderr, "%s: %zu bytes differ from the %zu that C writes\n", theirs_path, theirs_size, ours_size);
	free(theirs);
	free(ours);
	unlink(ours_path);
	return bad;
}

/* Tells the difference between what was given and what C understood. */
static int compare(const char *path, const json_t *given, json_t *understood)
{
	int bad = !understood || !json_equal(given, understood);

	if (bad) {
		fprintf(stderr, "%s: C understood something else: ", path);
		json_dumpf(understood, stderr, JSON_COMPACT);
		fputc('\n', stderr);
	}
	json_decref(understood);
	return bad;
}

static int check_setup(const char *path, json_t *json)
{
	struct setup setup;
	char error[512];
	int bad;

	if (setup_parse(json, &setup, error, sizeof(error))) {
		fprintf(stderr, "%s: %s\n", path, error);
		return 1;
	}
	bad = compare(path, json, golden_setup_json(&setup));
	setup_free(&setup);
	return bad;
}

static int check_spec(const char *path, json_t *json)
{
	struct spec spec;
	char error[512];
	int bad;

	if (spec_parse(json, &spec, error, sizeof(error))) {
		fprintf(stderr, "%s: %s\n", path, error);
		return 1;
	}
	bad = compare(path, json, golden_spec_json(&spec));
	spec_free(&spec);
	return bad;
}

/* Checks every file of the folder whose name begins so. */
static int check_orders(const char *folder, const char *name, int (*check)(const char *path, json_t *json))
{
	char pattern[4096];
	glob_t found = { 0 };
	int bad = 0;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/%s*.json", folder, name);
	glob(pattern, 0, NULL, &found);
	for (i = 0; i < found.gl_pathc; i++) {
		json_error_t where;
		json_t *json = json_load_file(found.gl_pathv[i], 0, &where);

		if (!json)
			fprintf(stderr, "%s:%d: %s\n", found.gl_pathv[i], where.line, where.text);
		bad += !json || check(found.gl_pathv[i], json);
		json_decref(json);
	}
	globfree(&found);
	return bad;
}

int main(int argc, char **argv)
{
	json_t *frames = argc == 3 ? golden_load(argv[1]) : NULL, *entry;
	int bad = 0;
	size_t i;

	if (!frames) {
		fputs("usage: golden-reader GOLDEN.json DIR\n", stderr);
		return 2;
	}
	json_array_foreach(frames, i, entry)
		bad += check_frame(entry, argv[2]);
	bad += check_orders(argv[2], "setup", check_setup);
	bad += check_orders(argv[2], "spec", check_spec);
	json_decref(frames);
	return bad ? 1 : 0;
}
