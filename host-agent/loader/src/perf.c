#include "perf.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bounds.h"

static int open_cpu(struct perf *perf, int cpu, uint32_t pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.read_format = PERF_FORMAT_LOST,
		/* Nobody waits for a wakeup: the buffer is looked at on a timer. */
		.watermark = 1,
		.wakeup_watermark = (uint32_t)(pages * page / 2),
	};
	struct perf_cpu *entry = &perf->cpus[perf->cpu_count];
	long fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	void *mapped;

	/* What an offline CPU answers says nothing of the kernel. */
	if (fd >= 0)
		perf->counts_lost = true;
	if (fd < 0 && errno == EINVAL) {
		attr.read_format = 0;
		fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	}
	if (fd < 0)
		return -errno;
	mapped = mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
	if (mapped == MAP_FAILED || ioctl((int)fd, PERF_EVENT_IOC_ENABLE, 0)) {
		int error = -errno;

		if (mapped != MAP_FAILED)
			munmap(mapped, (pages + 1) * page);
		close((int)fd);
		return error;
	}
	entry->cpu = (uint32_t)cpu;
	entry->fd = (int)fd;
	entry->mapped = mapped;
	entry->lost = 0;
	perf->cpu_count++;
	perf->size = pages * page;
	return 0;
}

static void close_cpus(struct perf *perf)
{
	size_t i;

	for (i = 0; i < perf->cpu_count; i++) {
		munmap(perf->cpus[i].mapped, perf->size + (size_t)sysconf(_SC_PAGESIZE));
		close(perf->cpus[i].fd);
	}
	perf->cpu_count = 0;
}

static int open_cpus(struct perf *perf, int map_fd, int cpus, uint32_t pages)
{
	int cpu, error;

	for (cpu = 0; cpu < cpus; cpu++) {
		error = open_cpu(perf, cpu, pages);
		if (error == -ENODEV)
			continue; /* this CPU is offline */
		if (!error && bpf_map_update_elem(map_fd, &cpu, &perf->cpus[perf->cpu_count - 1].fd, BPF_ANY))
			error = -errno;
		if (error) {
			close_cpus(perf);
			return error;
		}
	}
	return perf->cpu_count ? 0 : -ENODEV;
}

int perf_open(struct perf *perf, struct source *source, int map_fd, uint32_t map_entries)
{
	int cpus = libbpf_num_possible_cpus(), error;
	uint32_t pages;

	if (cpus < 0)
		return cpus;
	if ((uint32_t)cpus > map_entries)
		cpus = (int)map_entries;
	perf->source = source;
	perf->cpus = calloc((size_t)cpus, sizeof(*perf->cpus));
	perf->payload = malloc(FRAME_PAYLOAD_MAX);
	if (!perf->cpus || !perf->payload)
		return -ENOMEM;
	/* EPERM: more than perf_event_mlock_kb allows a user without CAP_IPC_LOCK. */
	for (pages = PERF_PAGES_MAX; pages >= PERF_PAGES_MIN; pages /= 2) {
		error = open_cpus(perf, map_fd, cpus, pages);
		if (error != -EPERM && error != -ENOMEM)
			break;
	}
	return error;
}

void perf_close(struct perf *perf)
{
	close_cpus(perf);
	free(perf->cpus);
	free(perf->payload);
	perf->cpus = NULL;
	perf->payload = NULL;
}

static int flush(struct run *run, struct perf *perf)
{
	int error;

	if (!perf->records)
		return 0;
	error = source_send(run, perf->source, FRAME_EVENTS, perf->payload, perf->used, perf->records);
	if (error)
		perf->source->dropped += perf->records;
	perf->used = perf->records = 0;
	return error;
}

/* Copies out of the ring, across its end. */
static void copy_out(void *to, const uint8_t *data, uint64_t size, uint64_t from, uint32_t length)
{
	uint64_t at = from & (size - 1);
	uint64_t first = size - at < length ? size - at : length;

	memcpy(to, data + at, first);
	memcpy((uint8_t *)to + first, data, length - first);
}

/* A sample that cannot go any more is counted. */
static void take_sample(struct run *run, struct perf *perf, const struct perf_cpu *cpu, const uint8_t *data, uint64_t at)
{
	struct record_header record = { .aux = cpu->cpu };
	uint32_t step;

	copy_out(&record.length, data, perf->size, at + sizeof(struct perf_event_header), sizeof(record.length));
	step = pad8(record.length + (uint32_t)sizeof(record));
	if (perf->used + step > FRAME_PAYLOAD_MAX)
		flush(run, perf);
	if (run->output.broken || step > FRAME_PAYLOAD_MAX || record.length > perf->size) {
		perf->source->dropped++;
		return;
	}
	memcpy(perf->payload + perf->used, &record, sizeof(record));
	copy_out(perf->payload + perf->used + sizeof(record), data, perf->size,
		 at + sizeof(struct perf_event_header) + sizeof(record.length), record.length);
	memset(perf->payload + perf->used + sizeof(record) + record.length, 0, step - sizeof(record) - record.length);
	perf->used += step;
	perf->records++;
}

static uint64_t drain_cpu(struct run *run, struct perf *perf, const struct perf_cpu *cpu)
{
	struct perf_event_mmap_page *control = cpu->mapped;
	const uint8_t *data = (const uint8_t *)cpu->mapped + sysconf(_SC_PAGESIZE);
	uint64_t start = control->data_tail, at = start;
	uint64_t end = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);

	while (at < end) {
		struct perf_event_header header;
		uint64_t lost[2]; /* id, count */

		copy_out(&header, data, perf->size, at, sizeof(header));
		if (header.size < sizeof(header))
			break;
		if (header.type == PERF_RECORD_SAMPLE) {
			take_sample(run, perf, cpu, data, at);
		} else if (header.type == PERF_RECORD_LOST && !perf->counts_lost) {
			copy_out(lost, data, perf->size, at + sizeof(header), sizeof(lost));
			perf->source->dropped += lost[1];
		}
		at += header.size;
	}
	/* What was taken is copied; a flush may come later. */
	__atomic_store_n(&control->data_tail, at, __ATOMIC_RELEASE);
	return at - start;
}

int64_t perf_drain(struct run *run, struct perf *perf)
{
	uint64_t most = 0, taken;
	size_t i;

	for (i = 0; i < perf->cpu_count; i++) {
		taken = drain_cpu(run, perf, &perf->cpus[i]);
		if (taken > most)
			most = taken;
	}
	return flush(run, perf) || run->output.broken ? -1 : (int64_t)most;
}

void perf_read_lost(struct perf *perf)
{
	uint64_t values[2]; /* value, lost: perf_event_open(2), PERF_FORMAT_LOST */
	size_t i;

	for (i = 0; perf->counts_lost && i < perf->cpu_count; i++) {
		struct perf_cpu *cpu = &perf->cpus[i];

		if (read(cpu->fd, values, sizeof(values)) != (ssize_t)sizeof(values))
			continue;
		perf->source->dropped += values[1] - cpu->lost;
		cpu->lost = values[1];
	}
}
