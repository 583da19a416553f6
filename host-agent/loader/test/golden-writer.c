/* golden-writer GOLDEN.json DIR: writes each frame of the golden file as DIR/<name>.frame. */
#include <stdio.h>

#include "golden.h"

int main(int argc, char **argv)
{
	json_t *frames = argc == 3 ? golden_load(argv[1]) : NULL, *entry;
	size_t i;
	int status = 0;

	if (!frames) {
		fputs("usage: golden-writer GOLDEN.json DIR\n", stderr);
		return 2;
	}
	json_array_foreach(frames, i, entry) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s.frame", argv[2], json_string_value(json_object_get(entry, "name")));
		if (golden_write(entry, path)) {
			perror(path);
			status = 1;
		}
	}
	json_decref(frames);
	return status;
}
