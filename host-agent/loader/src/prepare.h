/* What is changed in an object before it is loaded, as plain functions of plain values. */
#ifndef PROBEPAD_PREPARE_H
#define PROBEPAD_PREPARE_H

#include <stddef.h>
#include <stdint.h>

struct map_shape {
	uint32_t type; /* enum bpf_map_type */
	uint32_t key_size, value_size, max_entries, flags; /* flags: BPF_F_… of the map */
};

/* Bytes of one frame in a stack of a stack trace map. */
uint32_t stack_entry_size(uint32_t map_flags);

/*
 * Gives sizes that a program left 0 for user space to set, and takes those away that the kernel refuses (cilium/ebpf's
 * convention puts the event's type on ring buffers). `remark` gets a sentence when something a user would want to know
 * changed, else is left alone.
 */
void map_shape_defaults(struct map_shape *shape, const char *name, int cpus, char *remark, size_t remark_size);

/* Replaces every TRACE_TAG_PLACEHOLDER in `bytes` by `tag`, which has the same length. Returns how many there were. */
size_t tag_replace(void *bytes, size_t size, const char *tag);

#endif
