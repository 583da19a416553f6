/*
 * A stack trace map, told stack by stack: each when it is new, and again now and then. The map only grows while a program runs, so
 * what it holds would be sent again each second; and who came late, or missed a frame, needs no answer to have it all a while later.
 */
#ifndef PROBEPAD_STACK_MAP_H
#define PROBEPAD_STACK_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"

struct stack_map {
	struct source *source;
	int fd;
	uint32_t ids;	      /* a stack's id is below; a power of two */
	uint32_t value_size, entry_size; /* bytes of a stack, and of one frame in it */
	uint32_t *known;      /* by id: a hash of the stack that was sent, 0 for none */
	uint8_t *value, *payload;
	uint32_t used, records; /* of the payload */
	/* The kernel puts another stack in the place of one (BPF_F_REUSE_STACKID), as this program had it do. */
	bool reuses;
	uint32_t again;	      /* the id from which on stacks are sent again in the next round */
	/* While a round goes on: */
	bool active, whole, begun;
	uint32_t cursor, again_from, again_count, again_bytes;
};

/* Bytes of a stack up to its first empty frame. `entry_size` is that of a u64, or of struct bpf_stack_build_id. */
uint32_t stack_length(const uint8_t *value, uint32_t value_size, uint32_t entry_size);
/* Of `ids` ids so many come again in a round: all within STACKS_AGAIN. `interval` is ns between rounds; 0: all of them. */
uint32_t stack_again_count(uint32_t ids, uint64_t interval);

int stack_map_open(struct stack_map *stacks, struct source *source, struct bpf_map *map);
void stack_map_close(struct stack_map *stacks);

/* A round: what is new, and a share of what is known; all of it when it is `whole`. */
void stack_map_start(struct stack_map *stacks, bool whole);
/* Sends one frame at most; clears `active` at the round's end. Returns 0, or -1 when the output is broken. No allocation. */
int stack_map_step(struct run *run, struct stack_map *stacks);

#endif
