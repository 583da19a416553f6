/* Values of .bss, .data and .rodata: one map frame with the only key, 0, whenever something changed. */
#ifndef PROBEPAD_GLOBALS_H
#define PROBEPAD_GLOBALS_H

#include "source.h"

struct globals {
	struct source *source;
	struct section *section;
	uint8_t *before; /* as sent last */
	bool sent;
};

int globals_open(struct globals *globals, struct source *source, struct section *section);
void globals_close(struct globals *globals);
/* Sends the section; a large one only when it changed. Returns 0, or -1 when the output is broken. */
int globals_step(struct run *run, struct globals *globals);

#endif
