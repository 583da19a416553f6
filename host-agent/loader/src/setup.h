/* What a run needs before its program is known: C form of LoaderSetupSchema in protocol/src/loader.ts. */
#ifndef PROBEPAD_SETUP_H
#define PROBEPAD_SETUP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORDERS_VERSION 2
/* Twin of TRACE_TAG_PLACEHOLDER in protocol/src/loader.ts. */
#define TRACE_TAG_PLACEHOLDER "~pp:TAGxxxx~"
#define TRACE_TAG_LENGTH (sizeof(TRACE_TAG_PLACEHOLDER) - 1)

struct setup {
	json_t *json; /* owns the strings */
	const char *run, *trace_tag;
	bool trace; /* the program is likely to print */
	uint64_t memory_bytes;
	uint32_t uid, gid;
};

/* As spec_parse(). */
int setup_parse(json_t *json, struct setup *out, char *error, size_t error_size);
void setup_free(struct setup *setup);

#endif
