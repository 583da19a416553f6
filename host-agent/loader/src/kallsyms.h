/* The kernel's table of symbols, its own and its modules'. */
#ifndef PROBEPAD_KALLSYMS_H
#define PROBEPAD_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Sets found[i] where the table has names[i]. False when the table cannot be read. All in one reading, because the kernel
 * writes out 200,000 lines for each.
 */
bool kallsyms_find(const char *const names[], size_t count, bool found[]);

#endif
