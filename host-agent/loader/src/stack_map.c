#include "stack_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "prepare.h"

uint32_t stack_length(const uint8_t *value, uint32_t value_size, uint32_t entry_size)
{
	uint32_t at;

	for (at = 0; at + entry_size <= value_size; at += entry_size) {
		uint64_t address;
		int32_t status;

		memcpy(&address, value + at, sizeof(address));
		memcpy(&status, value + at, sizeof(status));
		if (entry_size == sizeof(address) ? !address : status == BPF_STACK_BUILD_ID_EMPTY)
			break;
	}
	return at;
}

uint32_t stack_again_count(uint32_t ids, uint64_t interval)
{
	if (!interval || interval >= STACKS_AGAIN)
		return ids;
	return (uint32_t)(ids * interval / STACKS_AGAIN) + 1;
}

/* FNV-1a. 0 is for a stack that nobody knows. */
static uint32_t hash_of(const uint8_t *bytes, uint32_t length)
{
	uint32_t hash = 2166136261u, i;

	for (i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash ? hash : 1;
}

/* The kernel rounds so too (stack_map_alloc). */
static uint32_t power_of_two(uint32_t entries)
{
	uint32_t power = 1;

	while (power < entries && power < 1u << 31)
		power <<= 1;
	return power;
}

int stack_map_open(struct stack_map *stacks, struct source *source, struct bpf_map *map)
{
	stacks->source = source;
	stacks->fd = bpf_map__fd(map);
	stacks->ids = power_of_two(bpf_map__max_entries(map));
	stacks->value_size = bpf_map__value_size(map);
	stacks->entry_size = stack_entry_size(bpf_map__map_flags(map));
	if (bpf_map__key_size(map) != sizeof(uint32_t))
		return -EINVAL;
	stacks->known = calloc(stacks->ids, sizeof(*stacks->known));
	stacks->value = malloc(stacks->value_size + 8u);
	stacks->payload = malloc(FRAME_PAYLOAD_MAX);
	return stacks->known && stacks->value && stacks->payload ? 0 : -ENOMEM;
}

void stack_map_close(struct stack_map *stacks)
{
	free(stacks->known);
	free(stacks->value);
	free(stacks->payload);
}

void stack_map_start(struct stack_map *stacks, bool whole)
{
	stacks->active = true;
	stacks->whole = whole;
	stacks->begun = false;
	stacks->again_from = stacks->again;
	stacks->again_count = stack_again_count(stacks->ids, stacks->source->interval);
	/*
	 * A round goes through the ids upwards. With a share that went on at the first id, the low ones, which come first, would use up the
	 * bytes of the round, and the next would begin among them again.
	 */
	if (stacks->again_count > stacks->ids - stacks->again)
		stacks->again_count = stacks->ids - stacks->again;
	stacks->again_bytes = 0;
	stacks->again = (stacks->again + stacks->again_count) & (stacks->ids - 1);
}

static bool comes_again(const struct stack_map *stacks, uint32_t id)
{
	return stacks->whole || ((id - stacks->again_from) & (stacks->ids - 1)) < stacks->again_count;
}

/* Whoever has too much to send again goes on from here the next time. */
static void bound_again(struct stack_map *stacks, uint32_t id, uint32_t bytes)
{
	stacks->again_bytes += bytes;
	if (stacks->whole || stacks->again_bytes < STACKS_AGAIN_BYTES)
		return;
	stacks->again_count = ((id - stacks->again_from) & (stacks->ids - 1)) + 1;
	stacks->again = (id + 1) & (stacks->ids - 1);
}

static void append(struct stack_map *stacks, uint32_t id, uint32_t length)
{
	struct record_header record = { .length = length, .aux = id };

	memcpy(stacks->payload + stacks->used, &record, sizeof(record));
	memcpy(stacks->payload + stacks->used + sizeof(record), stacks->value, length);
	/* Frames are of 8 or 32 bytes, so that a record needs no padding. */
	stacks->used += (uint32_t)sizeof(record) + length;
	stacks->records++;
}

static void look_at(struct stack_map *stacks, uint32_t id)
{
	bool again = comes_again(stacks, id);
	uint32_t length, hash;

	if (stacks->known[id] && !again && !stacks->reuses)
		return;
	if (bpf_map_lookup_elem(stacks->fd, &id, stacks->value)) {
		stacks->known[id] = 0;
		return;
	}
	length = stack_length(stacks->value, stacks->value_size, stacks->entry_size);
	hash = hash_of(stacks->value, length);
	stacks->reuses |= stacks->known[id] && stacks->known[id] != hash;
	if (stacks->known[id] == hash) {
		if (!again)
			return;
		bound_again(stacks, id, length + (uint32_t)sizeof(struct record_header));
	}
	stacks->known[id] = hash;
	append(stacks, id, length);
}

int stack_map_step(struct run *run, struct stack_map *stacks)
{
	uint32_t most = stacks->value_size + (uint32_t)sizeof(struct record_header), steps = 0;

	/* Deeper than kernel.perf_event_max_stack is by default by a hundred times: not even one stack fits a frame. */
	if (most > FRAME_PAYLOAD_MAX) {
		stacks->active = false;
		return 0;
	}
	stacks->used = 0;
	stacks->records = 0;
	while (stacks->used + most <= FRAME_PAYLOAD_MAX && steps++ < STACKS_PER_STEP) {
		uint32_t next;

		if (bpf_map_get_next_key(stacks->fd, stacks->begun ? &stacks->cursor : NULL, &next) || next >= stacks->ids ||
		    (stacks->begun && next <= stacks->cursor)) {
			stacks->active = false;
			break;
		}
		stacks->begun = true;
		stacks->cursor = next;
		look_at(stacks, next);
	}
	if (!stacks->records)
		return 0;
	return source_send(run, stacks->source, FRAME_STACKS, stacks->payload, stacks->used, stacks->records);
}
