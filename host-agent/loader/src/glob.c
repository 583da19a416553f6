#include "glob.h"

#include <string.h>

bool wildcard_match(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			/* Let the last star take one character more. */
			pattern = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool globs_match_all(const struct globs *globs)
{
	size_t i;

	for (i = 0; i < globs->count; i++)
		if (globs->patterns[i][0] && !globs->patterns[i][strspn(globs->patterns[i], "*")])
			return true;
	return false;
}

bool globs_match(const struct globs *globs, const char *text)
{
	size_t i;

	for (i = 0; i < globs->count; i++)
		if (wildcard_match(globs->patterns[i], text))
			return true;
	return false;
}
