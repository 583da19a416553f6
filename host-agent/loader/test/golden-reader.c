/*
 * golden-reader GOLDEN.json DIR: checks that DIR/<name>.frame, written by somebody else, has the bytes that C writes, and that
 * C takes every field of every DIR/spec*.json. Tells each difference on stderr; exits 1 when there is one.
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

static int check_spec(const char *path)
{
	json_error_t where;
	json_t *json = json_load_file(path, 0, &where), *again;
	struct spec spec;
	char error[512];
	int bad;

	if (!json) {
		fprintf(stderr, "%s:%d: %s\n", path, where.line, where.text);
		return 1;
	}
	if (spec_parse(json, &spec, error, sizeof(error))) {
		fprintf(stderr, "%s: %s\n", path, error);
		json_decref(json);
		return 1;
	}
	again = golden_spec_json(&spec);
	bad = !again || !json_equal(json, again);
	if (bad) {
		fprintf(stderr, "%s: C understood something else: ", path);
		json_dumpf(again, stderr, JSON_COMPACT);
		fputc('\n', stderr);
	}
	json_decref(again);
	spec_free(&spec);
	json_decref(json);
	return bad;
}

int main(int argc, char **argv)
{
	json_t *frames = argc == 3 ? golden_load(argv[1]) : NULL, *entry;
	char pattern[4096];
	glob_t specs = { 0 };
	int bad = 0;
	size_t i;

	if (!frames) {
		fputs("usage: golden-reader GOLDEN.json DIR\n", stderr);
		return 2;
	}
	json_array_foreach(frames, i, entry)
		bad += check_frame(entry, argv[2]);
	snprintf(pattern, sizeof(pattern), "%s/spec*.json", argv[2]);
	glob(pattern, 0, NULL, &specs);
	for (i = 0; i < specs.gl_pathc; i++)
		bad += check_spec(specs.gl_pathv[i]);
	globfree(&specs);
	json_decref(frames);
	return bad ? 1 : 0;
}
