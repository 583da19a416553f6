/* What iterator programs write, text or records of one size: Documentation/bpf/bpf_iterators.rst. */
#ifndef PROBEPAD_ITERATOR_H
#define PROBEPAD_ITERATOR_H

#include "source.h"

struct iterator {
	struct source *source;
	struct program *program;
	char *text;    /* as it was read */
	char *records; /* the same with a header before each; NULL for text */
	size_t record_size, record_part; /* bytes of a record, and of one that has been read in part */
	int fd; /* of the reading that goes on, or -1 */
	bool first, once, done;
};

/* `record_size`: 0 for text. Returns 0 or -ENOMEM. */
int iterator_open(struct iterator *iterator, struct source *source, struct program *program, size_t record_size);
void iterator_close(struct iterator *iterator);
/* Begins a reading. */
void iterator_start(struct iterator *iterator);
/* Sends one piece of a reading that goes on. Returns 0, or -1 when the output is broken. */
int iterator_step(struct run *run, struct iterator *iterator);

#endif
