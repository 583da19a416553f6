#ifndef PROBEPAD_GLOB_H
#define PROBEPAD_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* A list of globs. Borrowed strings. */
struct globs {
	const char **patterns;
	size_t count;
};

/* `*` stands for any run of characters, `?` for any one, everything else for itself. */
bool wildcard_match(const char *pattern, const char *text);

/* True when any pattern matches; an empty list matches nothing. */
bool globs_match(const struct globs *globs, const char *text);

/* True when one is nothing but stars. To ask for "*" would not do: `?` matches that, too. */
bool globs_match_all(const struct globs *globs);

#endif
