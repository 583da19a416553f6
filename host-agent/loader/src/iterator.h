/* Text of iterator programs: Documentation/bpf/bpf_iterators.rst. */
#ifndef PROBEPAD_ITERATOR_H
#define PROBEPAD_ITERATOR_H

#include "source.h"

struct iterator {
	struct source *source;
	struct program *program;
	char *text;
	int fd; /* of the reading that goes on, or -1 */
	bool first, once, done;
};

int iterator_open(struct iterator *iterator, struct source *source, struct program *program);
void iterator_close(struct iterator *iterator);
/* Begins a reading. */
void iterator_start(struct iterator *iterator);
/* Sends one piece of a reading that goes on. Returns 0, or -1 when the output is broken. */
int iterator_step(struct run *run, struct iterator *iterator);

#endif
