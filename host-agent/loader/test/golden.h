/* Golden files that C and TypeScript share: golden/frames.json, golden/setup.json and golden/spec.json. */
#ifndef PROBEPAD_GOLDEN_H
#define PROBEPAD_GOLDEN_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "setup.h"
#include "spec.h"

/* The list of frames of a golden file, or NULL after saying why on stderr. */
json_t *golden_load(const char *path);

/* Writes that entry by frame_write() into the file. 0 or -1. */
int golden_write(json_t *entry, const char *path);

/* The bytes of a file, malloc'ed, or NULL. */
uint8_t *golden_read(const char *path, size_t *size);

/* A parsed setup and spec as JSON again, with every field that C took from it. */
json_t *golden_setup_json(const struct setup *setup);
json_t *golden_spec_json(const struct spec *spec);

#endif
