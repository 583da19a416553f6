#include "kallsyms.h"

#include <stdio.h>
#include <string.h>

/* "address type symbol[\t[module]]": the symbol, cut off the rest; NULL for a line that has none. */
static const char *symbol_of(char *line)
{
	char *symbol = strchr(line, ' ');

	symbol = symbol ? strchr(symbol + 1, ' ') : NULL;
	if (!symbol)
		return NULL;
	symbol++;
	symbol[strcspn(symbol, "\t\n")] = '\0';
	return symbol;
}

bool kallsyms_find(const char *const names[], size_t count, bool found[])
{
	FILE *file = fopen("/proc/kallsyms", "re");
	size_t missing = count, i;
	char line[1024];
	bool any = false;

	memset(found, 0, count * sizeof(*found));
	if (!file)
		return false;
	while (missing && fgets(line, sizeof(line), file)) {
		const char *symbol = symbol_of(line);

		if (!symbol)
			continue;
		any = true;
		for (i = 0; i < count; i++) {
			if (found[i] || strcmp(names[i], symbol))
				continue;
			found[i] = true;
			missing--;
		}
	}
	fclose(file);
	return any;
}
