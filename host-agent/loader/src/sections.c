/* The maps that libbpf makes of .bss, .data and .rodata, and the counters of unsent records in one of them. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run.h"

struct section *section_find(struct run *run, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(run->object, name);
	size_t i;

	for (i = 0; map && i < run->section_count; i++)
		if (run->sections[i].map == map)
			return &run->sections[i];
	return NULL;
}

int section_read(struct section *section)
{
	__u32 zero = 0;

	if (section->mapped)
		return 0;
	return bpf_map_lookup_elem(section->fd, &zero, section->bytes) ? -errno : 0;
}

int section_write(struct section *section, uint32_t offset, const uint8_t *bytes, size_t length)
{
	__u32 zero = 0;
	int error;

	if (offset > section->size || length > section->size - offset)
		return -ERANGE;
	if (bpf_map__map_flags(section->map) & BPF_F_RDONLY_PROG)
		return -EACCES;
	error = section_read(section);
	if (error)
		return error;
	memcpy(section->bytes + offset, bytes, length);
	if (section->mapped)
		return 0;
	return bpf_map_update_elem(section->fd, &zero, section->bytes, BPF_ANY) ? -errno : 0;
}

/* Bytes of the kernel's mapping: values of an array are 8 bytes apart. */
static size_t mapping_size(const struct section *section)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (((section->size + 7) & ~(size_t)7) + page - 1) & ~(page - 1);
}

static int open_section(struct section *section, struct bpf_map *map)
{
	__u32 flags = bpf_map__map_flags(map);

	section->map = map;
	section->fd = bpf_map__fd(map);
	section->size = bpf_map__value_size(map);
	if (flags & BPF_F_MMAPABLE) {
		/* libbpf's own view of the value is a copy unless a skeleton loads the object. */
		section->bytes = mmap(NULL, mapping_size(section),
				      flags & BPF_F_RDONLY_PROG ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED,
				      section->fd, 0);
		section->mapped = section->bytes != MAP_FAILED;
	}
	if (!section->mapped)
		section->bytes = malloc(section->size ? section->size : 1);
	return section->bytes ? 0 : -ENOMEM;
}

static int open_lost_counters(struct run *run)
{
	size_t i;

	run->lost_counters = calloc(run->spec.lost_site_count + 1, sizeof(*run->lost_counters));
	if (!run->lost_counters)
		return fail(&run->failure, "stream", ENOMEM, NULL, "opening the counters of unsent records");
	for (i = 0; i < run->spec.lost_site_count; i++) {
		const struct lost_site *site = &run->spec.lost_sites[i];
		struct section *section = section_find(run, site->section);

		if (!section || site->offset > section->size || section->size - site->offset < sizeof(uint64_t))
			return fail(&run->failure, "stream", EINVAL, site->section,
				    "lost_sites[%zu]: the object has no counter at offset %u of section %s", i,
				    site->offset, site->section);
		run->lost_counters[run->lost_counter_count++] = (struct lost_counter){
			.section = section,
			.offset = site->offset,
			.source = site->source,
		};
	}
	return 0;
}

int sections_open(struct run *run)
{
	struct bpf_map *map;
	size_t count = 0;

	bpf_object__for_each_map(map, run->object)
		count++;
	run->sections = calloc(count + 1, sizeof(*run->sections));
	if (!run->sections)
		return fail(&run->failure, "stream", ENOMEM, NULL, "opening sections");
	bpf_object__for_each_map(map, run->object) {
		if (!bpf_map__is_internal(map) || bpf_map__fd(map) < 0 || bpf_map__type(map) != BPF_MAP_TYPE_ARRAY)
			continue;
		if (open_section(&run->sections[run->section_count], map))
			return fail(&run->failure, "stream", ENOMEM, bpf_map__name(map), "opening a section");
		run->section_count++;
	}
	return open_lost_counters(run);
}

void sections_close(struct run *run)
{
	size_t i;

	for (i = 0; i < run->section_count; i++) {
		struct section *section = &run->sections[i];

		if (section->mapped)
			munmap(section->bytes, mapping_size(section));
		else
			free(section->bytes);
	}
	free(run->sections);
	free(run->lost_counters);
	run->sections = NULL;
	run->lost_counters = NULL;
	run->section_count = run->lost_counter_count = 0;
}

uint64_t lost_count(struct run *run, uint16_t source)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < run->lost_counter_count; i++) {
		const struct lost_counter *counter = &run->lost_counters[i];
		uint64_t value;

		if (counter->source != source || section_read(counter->section))
			continue;
		memcpy(&value, counter->section->bytes + counter->offset, sizeof(value));
		total += value;
	}
	return total;
}
