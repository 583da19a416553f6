#include "snapshot.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bounds.h"

/* What the kernel says for "not this operation on this map": linux/errno.h, not for user space. */
#define ENOTSUPP_KERNEL 524
/* Keys followed one by one in one step: about 2 ms. */
#define KEYS_PER_STEP 2048u

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

uint32_t snapshot_stride(uint32_t map_type, uint32_t value_size, uint32_t possible_cpus)
{
	return is_per_cpu(map_type) ? pad8(value_size) * possible_cpus : value_size;
}

uint32_t snapshot_chunk(uint32_t key_size, uint32_t stride, uint32_t payload_max)
{
	/* The keys are padded to 8 once. */
	uint32_t each = key_size + stride, entries = each ? (payload_max - 7) / each : 1;

	return entries ? entries : 1;
}

static enum map_way choose_way(struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return WAY_PEEK;
	case BPF_MAP_TYPE_ARRAY:
		/* In memory values are 8 bytes apart at least; only then is the mapping a payload as it is. */
		if ((bpf_map__map_flags(map) & BPF_F_MMAPABLE) && bpf_map__value_size(map) % 8 == 0)
			return WAY_MAPPED;
		return WAY_BATCH;
	default:
		return WAY_BATCH;
	}
}

int snapshot_open(struct snapshot *snapshot, struct source *source, struct bpf_map *map)
{
	uint32_t cpus = (uint32_t)libbpf_num_possible_cpus();

	snapshot->source = source;
	snapshot->map = map;
	snapshot->fd = bpf_map__fd(map);
	snapshot->way = choose_way(map);
	snapshot->key_size = bpf_map__key_size(map);
	snapshot->max_entries = bpf_map__max_entries(map);
	snapshot->cpus = is_per_cpu(bpf_map__type(map)) ? cpus : 0;
	snapshot->stride = snapshot_stride(bpf_map__type(map), bpf_map__value_size(map), cpus);
	snapshot->chunk_entries = snapshot_chunk(snapshot->key_size, snapshot->stride, FRAME_PAYLOAD_MAX);
	if (snapshot->way == WAY_MAPPED) {
		size_t page = 4096;

		snapshot->mapped_size = ((size_t)snapshot->stride * snapshot->max_entries + page - 1) & ~(page - 1);
		snapshot->mapped = mmap(NULL, snapshot->mapped_size, PROT_READ, MAP_SHARED, snapshot->fd, 0);
		if (snapshot->mapped == MAP_FAILED) {
			snapshot->mapped = NULL;
			snapshot->way = WAY_BATCH;
		}
	}
	snapshot->keys = calloc(snapshot->chunk_entries + 1, snapshot->key_size + 8u);
	snapshot->values = calloc(snapshot->chunk_entries + 1, snapshot->stride + 8u);
	/* A batch cursor is a key, or a bucket's number for hashes. */
	snapshot->cursor = calloc(1, snapshot->key_size + 8u);
	snapshot->next = calloc(1, snapshot->key_size + 8u);
	return snapshot->keys && snapshot->values && snapshot->cursor && snapshot->next ? 0 : -ENOMEM;
}

void snapshot_close(struct snapshot *snapshot)
{
	if (snapshot->mapped)
		munmap((void *)snapshot->mapped, snapshot->mapped_size);
	free(snapshot->keys);
	free(snapshot->values);
	free(snapshot->cursor);
	free(snapshot->next);
}

void snapshot_start(struct snapshot *snapshot)
{
	snapshot->active = true;
	snapshot->first = true;
	snapshot->partial = false;
	snapshot->taken = 0;
}

static int send(struct run *run, struct snapshot *snapshot, uint32_t count, const uint8_t *values, bool last)
{
	static const uint8_t zeros[8];
	struct source *source = snapshot->source;
	uint32_t key_bytes = count * snapshot->key_size;
	struct frame_header header = {
		.kind = FRAME_MAP,
		.flags = (uint8_t)((snapshot->first ? FRAME_FIRST : 0) | (last ? FRAME_LAST : 0) |
				   (snapshot->partial ? FRAME_PARTIAL : 0)),
		.source = source->id,
		.count = count,
		.aux = snapshot->cpus,
		.seq = source->seq,
		.lost = source_lost(run, source),
	};
	struct iovec pieces[3] = {
		{ .iov_base = snapshot->keys, .iov_len = key_bytes },
		{ .iov_base = (void *)zeros, .iov_len = pad8(key_bytes) - key_bytes },
		{ .iov_base = (void *)values, .iov_len = (size_t)count * snapshot->stride },
	};

	if (frame_write(&run->output, &header, pieces, 3))
		return -1;
	source->delivered += count;
	snapshot->taken += count;
	snapshot->first = false;
	if (last) {
		snapshot->active = false;
		source->seq++;
	}
	return 0;
}

static int step_mapped(struct run *run, struct snapshot *snapshot)
{
	uint32_t from = (uint32_t)snapshot->taken, left = snapshot->max_entries - from, count, i;
	uint32_t *keys = (uint32_t *)snapshot->keys;

	count = left < snapshot->chunk_entries ? left : snapshot->chunk_entries;
	for (i = 0; i < count; i++)
		keys[i] = from + i;
	return send(run, snapshot, count, snapshot->mapped + (size_t)from * snapshot->stride, count == left);
}

static int step_keys(struct run *run, struct snapshot *snapshot)
{
	uint32_t limit = snapshot->chunk_entries < KEYS_PER_STEP ? snapshot->chunk_entries : KEYS_PER_STEP;
	uint32_t count = 0, steps = 0;
	bool last = false;

	while (count < limit && steps++ < 2 * KEYS_PER_STEP) {
		bool started = snapshot->taken + count || steps > 1 || !snapshot->first;
		uint8_t *swapped = snapshot->next;

		/* A key that was deleted meanwhile starts the walk again: it must end all the same. */
		if (snapshot->taken + count >= snapshot->max_entries ||
		    bpf_map_get_next_key(snapshot->fd, started ? snapshot->cursor : NULL, snapshot->next)) {
			last = true;
			break;
		}
		snapshot->next = snapshot->cursor;
		snapshot->cursor = swapped;
		if (bpf_map_lookup_elem(snapshot->fd, snapshot->cursor,
					snapshot->values + (size_t)count * snapshot->stride)) {
			snapshot->partial |= errno != ENOENT;
			continue;
		}
		memcpy(snapshot->keys + (size_t)count * snapshot->key_size, snapshot->cursor, snapshot->key_size);
		count++;
	}
	return send(run, snapshot, count, snapshot->values, last);
}

static int step_batch(struct run *run, struct snapshot *snapshot)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	__u32 count = snapshot->chunk_entries;
	int error = 0;

	if (bpf_map_lookup_batch(snapshot->fd, snapshot->first ? NULL : snapshot->cursor, snapshot->cursor,
				 snapshot->keys, snapshot->values, &count, &options))
		error = errno;
	if (!error || error == ENOENT) {
		/* More than there can be: the map changes faster than it is read. */
		if (snapshot->taken > 2ull * snapshot->max_entries) {
			snapshot->partial = true;
			error = ENOENT;
		}
		return send(run, snapshot, count, snapshot->values, error == ENOENT);
	}
	/* No batches for this type or kernel, or a hash bucket over the frame's size: one by one from here on. */
	if (snapshot->first) {
		snapshot->way = WAY_KEYS;
		return step_keys(run, snapshot);
	}
	if (error == ENOSPC || error == EINVAL || error == ENOTSUPP_KERNEL)
		snapshot->way = WAY_KEYS;
	snapshot->partial = true;
	return send(run, snapshot, 0, snapshot->values, true);
}

static int step_peek(struct run *run, struct snapshot *snapshot)
{
	bool there = !bpf_map_lookup_elem(snapshot->fd, NULL, snapshot->values);

	/* What would be popped next; the kernel shows no other entry, nor how many there are. */
	snapshot->partial = there ? snapshot->max_entries > 1 : errno != ENOENT;
	return send(run, snapshot, there ? 1 : 0, snapshot->values, true);
}

int snapshot_step(struct run *run, struct snapshot *snapshot)
{
	/* Not even one entry fits a frame. */
	if (pad8(snapshot->key_size) + (uint64_t)snapshot->stride > FRAME_PAYLOAD_MAX) {
		snapshot->partial = true;
		return send(run, snapshot, 0, snapshot->values, true);
	}
	switch (snapshot->way) {
	case WAY_MAPPED:
		return step_mapped(run, snapshot);
	case WAY_BATCH:
		return step_batch(run, snapshot);
	case WAY_KEYS:
		return step_keys(run, snapshot);
	case WAY_PEEK:
		return step_peek(run, snapshot);
	}
	return -1;
}
