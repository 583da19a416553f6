#include "prepare.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bounds.h"
#include "setup.h"

/* Younger than the oldest linux/bpf.h this is built with. */
#define MAP_TYPE_CGRP_STORAGE 32
#define MAP_TYPE_ARENA 33

/* Storage hangs on its owner, struct_ops has one entry: the kernel wants 0 or sets it by itself. */
static bool counts_itself(uint32_t type)
{
	switch (type) {
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_STRUCT_OPS:
	case MAP_TYPE_CGRP_STORAGE:
	case MAP_TYPE_ARENA:
		return true;
	default:
		return false;
	}
}

uint32_t stack_entry_size(uint32_t map_flags)
{
	return map_flags & BPF_F_STACK_BUILD_ID ? (uint32_t)sizeof(struct bpf_stack_build_id) : (uint32_t)sizeof(uint64_t);
}

void map_shape_defaults(struct map_shape *shape, const char *name, int cpus, char *remark, size_t remark_size)
{
	uint32_t entries = DEFAULT_MAX_ENTRIES;

	switch (shape->type) {
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
		shape->key_size = 0;
		shape->value_size = 0;
		entries = DEFAULT_RINGBUF_BYTES;
		break;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		shape->key_size = 4;
		shape->value_size = 4;
		/* One buffer a CPU: nobody needs to be told. */
		if (!shape->max_entries)
			shape->max_entries = cpus > 0 ? (uint32_t)cpus : 1;
		return;
	case BPF_MAP_TYPE_STACK_TRACE:
		if (!shape->key_size)
			shape->key_size = 4;
		if (!shape->value_size)
			shape->value_size = STACK_DEPTH * stack_entry_size(shape->flags);
		break;
	default:
		if (counts_itself(shape->type))
			return;
	}
	if (!shape->max_entries) {
		shape->max_entries = entries;
		snprintf(remark, remark_size, "map %s has no max_entries: %u taken", name, entries);
	}
}

size_t tag_replace(void *bytes, size_t size, const char *tag)
{
	uint8_t *at = bytes, *end = at + size;
	size_t count = 0;

	while ((at = memmem(at, (size_t)(end - at), TRACE_TAG_PLACEHOLDER, TRACE_TAG_LENGTH))) {
		memcpy(at, tag, TRACE_TAG_LENGTH);
		at += TRACE_TAG_LENGTH;
		count++;
	}
	return count;
}
