/* What goes out: rings, frames, saved names, trace lines and texts. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds.h"
#include "frame.h"
#include "message.h"
#include "prepare.h"
#include "ring.h"
#include "snapshot.h"
#include "stack_map.h"
#include "stream.h"
#include "trace.h"
#include "unit.h"

static void put_record(uint8_t *data, uint64_t size, uint64_t at, uint32_t word)
{
	memcpy(data + (at & (size - 1)), &word, sizeof(word));
	/* The second mapping of the same bytes. */
	memcpy(data + size + (at & (size - 1)), &word, sizeof(word));
}

static void test_ring_walk(void)
{
	enum { SIZE = 4096 };
	static _Alignas(8) uint8_t data[2 * SIZE];
	struct ring_chunk chunk;

	put_record(data, SIZE, 0, 48);
	put_record(data, SIZE, 56, 5);
	put_record(data, SIZE, 72, 16 | RECORD_DISCARDED);
	put_record(data, SIZE, 96, 8);
	ring_walk(data, SIZE - 1, 0, 112, UINT32_MAX, &chunk);
	check(chunk.bytes == 112 && chunk.records == 3 && !chunk.busy, "a walk takes all and does not count a discarded record");

	ring_walk(data, SIZE - 1, 0, 112, 72, &chunk);
	check(chunk.bytes == 72 && chunk.records == 2, "a walk stops at a record's end before the payload's cap");
	ring_walk(data, SIZE - 1, 0, 112, 40, &chunk);
	check(chunk.bytes == 0 && chunk.records == 0 && !chunk.busy, "a record over the cap is not taken");

	put_record(data, SIZE, 72, 16 | RECORD_BUSY);
	ring_walk(data, SIZE - 1, 0, 112, UINT32_MAX, &chunk);
	check(chunk.bytes == 72 && chunk.records == 2 && chunk.busy, "a walk stops at a record that is being written");

	put_record(data, SIZE, 4080, 100);
	put_record(data, SIZE, 4080 + 112, 8);
	ring_walk(data, SIZE - 1, 4080 + 3ull * SIZE, 4080 + 3ull * SIZE + 128, UINT32_MAX, &chunk);
	check(chunk.bytes == 128 && chunk.records == 2, "a record across the ring's end is whole");
	ring_walk(data, SIZE - 1, 8, 8, UINT32_MAX, &chunk);
	check(chunk.bytes == 0 && !chunk.busy, "an empty ring gives nothing");
}

static void test_ring_abandon(void)
{
	enum { SIZE = 4096 };
	static _Alignas(8) uint8_t data[2 * SIZE];
	uint64_t consumer = 0, producer = 96;
	struct source source = { .dropped = 7 };
	struct ring ring = {
		.source = &source, .size = SIZE, .consumer = &consumer, .producer = &producer, .data = data
	};

	put_record(data, SIZE, 0, 8);
	put_record(data, SIZE, 16, 24 | RECORD_BUSY);
	put_record(data, SIZE, 48, 8);
	put_record(data, SIZE, 64, 8 | RECORD_DISCARDED);
	put_record(data, SIZE, 80, 8);
	ring_abandon(&ring);
	check(source.dropped == 11 && ring_empty(&ring), "a record that is being written hides none of those behind it");
	ring_abandon(&ring);
	check(source.dropped == 11, "an empty ring has nothing to lose");
}

static void test_stacks(void)
{
	uint64_t addresses[4] = { 0xffffffff81000000, 0x1000, 0, 0x2000 };
	struct source source = { .interval = STACKS_AGAIN / 16 * 3 };
	struct stack_map stacks = { .source = &source, .ids = 16, .again = 14 };
	struct bpf_stack_build_id entries[3] = { { .status = BPF_STACK_BUILD_ID_VALID }, { .status = BPF_STACK_BUILD_ID_IP } };

	check(stack_length((const uint8_t *)addresses, sizeof(addresses), 8) == 16, "a stack ends at its first zero");
	check(stack_length((const uint8_t *)addresses, 16, 8) == 16, "or with the value");
	check(stack_length((const uint8_t *)entries, sizeof(entries), 32) == 64, "one of build ids at its first empty entry");
	check(stack_again_count(16384, 1000000000) == 547, "each stack comes again within 30 rounds of a second");
	check(stack_again_count(8, 1000000) == 1, "at least one a round");
	check(stack_again_count(8, 0) == 8, "all of them where there is one round only");
	stack_map_start(&stacks, false);
	check(stacks.again_count == 2 && stacks.again == 0, "a share ends with the map, and the next begins at its beginning");
	stack_map_start(&stacks, false);
	check(stacks.again_from == 0 && stacks.again_count == 4 && stacks.again == 4, "where it has its whole length");
}

static void test_ring_interval(void)
{
	check(ring_interval(0, 1000000, 4096) == RING_INTERVAL_MAX, "no data: the longest interval");
	check(ring_interval(1 << 18, 1000000, 1 << 18) == 250000, "a full ring in 1 ms: a quarter of it next time");
	check(ring_interval(1 << 20, 1000000, 1 << 18) == RING_INTERVAL_MIN, "faster than can be: the shortest interval");
	check(ring_interval(64, 1000000, 1 << 24) == RING_INTERVAL_MAX, "a big ring: the longest interval");
}

static void test_tag(void)
{
	char text[] = "x" TRACE_TAG_PLACEHOLDER "a" TRACE_TAG_PLACEHOLDER;
	char cut[] = "~pp:TAGxxxx";

	check(tag_replace(text, sizeof(text), "~pp:0123456~") == 2, "both placeholders are found");
	check(!strcmp(text, "x~pp:0123456~a~pp:0123456~"), "and replaced in place");
	check(tag_replace(cut, sizeof(cut) - 1, "~pp:0123456~") == 0, "a cut placeholder is none");
	check(tag_replace(cut, 0, "~pp:0123456~") == 0, "nothing holds none");
}

static void test_shapes(void)
{
	char remark[256] = "";
	struct map_shape ring = { .type = BPF_MAP_TYPE_RINGBUF, .value_size = 40, .max_entries = 4096 };
	struct map_shape hash = { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8 };
	struct map_shape stacks = { .type = BPF_MAP_TYPE_STACK_TRACE, .key_size = 4 };
	struct map_shape build_ids = { .type = BPF_MAP_TYPE_STACK_TRACE, .flags = BPF_F_STACK_BUILD_ID };
	struct map_shape perf = { .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .value_size = 40 };
	struct map_shape storage = { .type = BPF_MAP_TYPE_TASK_STORAGE, .key_size = 4, .value_size = 8 };

	map_shape_defaults(&ring, "events", 8, remark, sizeof(remark));
	check(!ring.key_size && !ring.value_size && ring.max_entries == 4096 && !remark[0],
	      "a ring buffer has no value size, silently");
	map_shape_defaults(&perf, "perf", 8, remark, sizeof(remark));
	check(perf.key_size == 4 && perf.value_size == 4 && perf.max_entries == 8 && !remark[0],
	      "a perf event array has one entry a CPU");
	map_shape_defaults(&storage, "storage", 8, remark, sizeof(remark));
	check(!storage.max_entries && !remark[0], "local storage keeps max_entries 0");
	map_shape_defaults(&hash, "hash", 8, remark, sizeof(remark));
	check(hash.max_entries == 10240 && strstr(remark, "hash"), "a hash without a size gets 10240 and a remark");
	map_shape_defaults(&stacks, "stacks", 8, remark, sizeof(remark));
	check(stacks.value_size == 1016 && stacks.max_entries == 10240, "a stack map holds 127 frames");
	map_shape_defaults(&build_ids, "stacks", 8, remark, sizeof(remark));
	check(build_ids.value_size == 127 * 32, "also where they are build ids and offsets");
}

static void test_chunks(void)
{
	uint32_t n = snapshot_chunk(4, 8, FRAME_PAYLOAD_MAX);

	check(pad8(n * 4) + n * 8 <= FRAME_PAYLOAD_MAX && pad8((n + 2) * 4) + (n + 2) * 8 > FRAME_PAYLOAD_MAX,
	      "a chunk of small entries fills the payload and no more");
	n = snapshot_chunk(13, 17, FRAME_PAYLOAD_MAX);
	check(pad8(n * 13) + n * 17 <= FRAME_PAYLOAD_MAX, "a chunk of odd entries fits");
	check(snapshot_chunk(4, FRAME_PAYLOAD_MAX * 2, FRAME_PAYLOAD_MAX) == 1, "an entry over the cap is tried alone");
	check(snapshot_chunk(0, 8, FRAME_PAYLOAD_MAX) > 1000, "queues have no keys");
	check(snapshot_stride(BPF_MAP_TYPE_PERCPU_HASH, 4, 3) == 24, "per-CPU values are 8 bytes apart");
	check(snapshot_stride(BPF_MAP_TYPE_HASH, 5, 3) == 5, "others are as long as they are");
}

/* Writes a frame through a pipe that takes little at a time, and reads it back. */
static void test_frames(void)
{
	static uint8_t payload[200001], got[sizeof(payload) + 64];
	struct frame_header header = { .kind = FRAME_TEXT, .source = 258, .count = 3, .seq = 5, .time_ns = 77 };
	struct frame_output output = { .stream = 9 };
	struct iovec pieces[3];
	int pipes[2], i;
	size_t length = 0;
	ssize_t n;
	pid_t child;

	for (i = 0; i < (int)sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7);
	if (pipe(pipes))
		exit(1);
	child = fork();
	if (!child) {
		close(pipes[0]);
		output.fd = pipes[1];
		fcntl(output.fd, F_SETFL, O_NONBLOCK);
		pieces[0] = (struct iovec){ payload, 1 };
		pieces[1] = (struct iovec){ payload + 1, 0 };
		pieces[2] = (struct iovec){ payload + 1, sizeof(payload) - 1 };
		_exit(frame_write(&output, &header, pieces, 3) ? 1 : 0);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], got + length, sizeof(got) - length)) > 0)
		length += (size_t)n;
	waitpid(child, &i, 0);
	check(i == 0 && length == 48 + sizeof(payload), "a frame of several pieces comes through a full pipe whole");
	check(!memcmp(got, "PBF1", 4) && !memcmp(got + 48, payload, sizeof(payload)), "with magic and payload");
	memcpy(&header, got, sizeof(header));
	check(header.length == sizeof(payload) && header.stream == 9 && header.source == 258 && header.time_ns == 77,
	      "and the fields of its header");
	close(pipes[0]);

	signal(SIGPIPE, SIG_IGN);
	if (pipe(pipes))
		exit(1);
	close(pipes[0]);
	output.fd = pipes[1];
	check(frame_write(&output, &header, NULL, 0) == -1 && output.broken, "a reader that is gone breaks the output");
	check(frame_write(&output, &header, NULL, 0) == -1, "for good");
	close(pipes[1]);
}

/* What is left of the frames after the first `size` bytes that an iterator's program wrote. */
static size_t iterate(struct source *source, size_t record_size, size_t size, uint8_t *got, size_t room)
{
	static struct run run;
	struct program program = { .iterator_link = -1 };
	struct iterator iterator;
	uint8_t written[64];
	int in[2], out[2];
	ssize_t n;
	size_t i;

	for (i = 0; i < sizeof(written); i++)
		written[i] = (uint8_t)(i + 1);
	if (pipe(in) || pipe(out) || iterator_open(&iterator, source, &program, record_size))
		exit(1);
	run.output = (struct frame_output){ .fd = out[1] };
	iterator.fd = in[0];
	iterator.record_part = 0;
	/* A reading ends where it ends: here in the midst of a record, and then with it. */
	if (write(in[1], written, size / 2) < 0)
		exit(1);
	iterator_step(&run, &iterator);
	if (write(in[1], written + size / 2, size - size / 2) < 0)
		exit(1);
	close(in[1]);
	while (iterator.fd >= 0)
		iterator_step(&run, &iterator);
	iterator_close(&iterator);
	close(out[1]);
	n = read(out[0], got, room);
	close(out[0]);
	return n < 0 ? 0 : (size_t)n;
}

static void test_iterator_records(void)
{
	enum { RECORD = 12, STRIDE = 24 };
	struct source source = { .id = 7 };
	struct frame_header header;
	struct record_header record;
	static uint8_t got[4096];
	size_t size;

	size = iterate(&source, RECORD, 3 * RECORD, got, sizeof(got));
	check(size == 2 * sizeof(header) + 3 * STRIDE, "records that were read in part come when they are whole");
	memcpy(&header, got, sizeof(header));
	check(header.kind == FRAME_EVENTS && header.count == 1 && header.seq == 0, "as records of a ring buffer do");
	memcpy(&record, got + sizeof(header), sizeof(record));
	check(record.length == RECORD && got[sizeof(header) + sizeof(record)] == 1, "each with its length before it");
	memcpy(&header, got + sizeof(header) + STRIDE, sizeof(header));
	check(header.count == 2 && header.seq == 1 && got[2 * sizeof(header) + STRIDE + sizeof(record)] == RECORD + 1,
	      "and none is torn");
	check(source.delivered == 3 && source.dropped == 0, "all are counted");

	source = (struct source){ .id = 7 };
	iterate(&source, RECORD, 2 * RECORD + 5, got, sizeof(got));
	check(source.delivered == 2 && source.dropped == 1, "what is left of another size counts as lost");
}

static void test_saved_names(void)
{
	static const char saved[] = "12 bash\n345 two words\n77 x\n42 evil\n42 real\n9999 cut";
	char comm[16];

	check(trace_saved_name(saved, 12, comm) && !strcmp(comm, "bash"), "a name is found by its task");
	check(trace_saved_name(saved, 345, comm) && !strcmp(comm, "two words"), "it may hold a space");
	check(!trace_saved_name(saved, 42, comm) && !comm[0], "two lines for a task: neither is believed");
	check(!trace_saved_name(saved, 1, comm), "12 is not 1");
	check(!trace_saved_name("", 1, comm), "nothing is found in nothing");
}

struct lines {
	struct trace_line lines[8];
	int count;
};

static int keep_line(const struct trace_line *line, void *context)
{
	struct lines *lines = context;

	lines->lines[lines->count++] = *line;
	return 0;
}

static size_t put_line(uint8_t *at, uint32_t delta, uint32_t pid, const char *text)
{
	uint32_t length = (uint32_t)strlen(text) + 1, words = (12 + length + 3) / 4, word = words | delta << 5;
	uint16_t id = 550;
	uint32_t location = 12 | length << 16;

	memset(at, 0, 4 + words * 4);
	memcpy(at, &word, 4);
	memcpy(at + 4, &id, 2);
	memcpy(at + 8, &pid, 4);
	memcpy(at + 12, &location, 4);
	memcpy(at + 16, text, length);
	return 4 + words * 4;
}

static void test_trace_pages(void)
{
	struct trace_format format = {
		.event_id = 550, .string_offset = 8, .commit_offset = 8, .data_offset = 16, .page_size = 4096,
	};
	static uint8_t page[4096];
	struct lines lines = { 0 };
	uint64_t time = 1000, commit;
	uint32_t extend[2] = { 30 | 5 << 5, 2 };
	size_t at = 16, cut;

	memcpy(page, &time, 8);
	at += put_line(page + at, 7, 42, "first\nforged");
	memcpy(page + at, extend, 8);
	at += 8;
	at += put_line(page + at, 1, 43, "second");
	commit = at - 16;
	memcpy(page + 8, &commit, 8);
	trace_page_lines(&format, page, sizeof(page), keep_line, &lines);
	check(lines.count == 2, "both lines of a page are read");
	check(lines.lines[0].time_ns == 1007 && lines.lines[0].pid == 42 && lines.lines[0].length == 12,
	      "a newline in a text does not end it");
	check(lines.lines[1].time_ns == 1007 + (2ull << 27) + 5 + 1 && !memcmp(lines.lines[1].text, "second", 6),
	      "a time extension counts");
	/* Whatever the bytes, nothing outside the page is read: the sanitizers look. */
	for (cut = 0; cut < 64; cut++) {
		uint8_t *copy = malloc(at - cut);
		struct lines some = { 0 };

		memcpy(copy, page, at - cut);
		trace_page_lines(&format, copy, at - cut, keep_line, &some);
		free(copy);
	}
	check(1, "pages that are cut short are survived");
}

/* A pipe that epoll refuses, and takes later. */
static void test_trace_sleep(void)
{
	static struct stream stream;
	struct run run = { 0 };
	struct source source = { .id = 1 };
	struct trace_cpu cpus[2] = { { .cpu = 0 }, { .cpu = 1, .pipe = -1, .stats = -1 } };
	struct trace_instance instance = {
		.format = { .data_offset = 16, .page_size = 4096 }, .cpus = cpus, .cpu_count = 2, .ring_kib = 64, .names = -1
	};
	int pipes[2];

	if (pipe2(pipes, O_NONBLOCK))
		exit(1);
	cpus[0].pipe = pipes[0];
	stream.run = &run;
	stream.counts_due = STREAM_NEVER;
	stream.epoll = epoll_create1(EPOLL_CLOEXEC);
	stream.tracing = !trace_open(&stream.trace, &source, &instance);
	stream.trace.active = true;
	stream_turn(&stream);
	check(stream.trace.active, "lines are read on the timer when one pipe can't be slept on");
	check(stream_watch(&stream, EPOLL_CTL_MOD, pipes[0], EPOLL_TRACE, true) == -ENOENT, "and no pipe wakes the loader");
	cpus[1].pipe = dup(pipes[0]);
	source.due = 0;
	stream_turn(&stream);
	check(!stream.trace.active, "they are slept on again when all can");
	trace_close(&stream.trace);
	close(stream.epoll);
	close(cpus[1].pipe);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_texts(void)
{
	json_t *clean = message_text("good \xc3\xa9", 7), *dirty = message_text("bad \xff\xc3 \xed\xa0\x80", 10);

	check(!strcmp(json_string_value(clean), "good \xc3\xa9"), "UTF-8 stays");
	check(!strcmp(json_string_value(dirty), "bad \xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"),
	      "what is none becomes U+FFFD");
	json_decref(clean);
	json_decref(dirty);
}

void test_output(void)
{
	test_ring_walk();
	test_ring_abandon();
	test_stacks();
	test_ring_interval();
	test_tag();
	test_shapes();
	test_chunks();
	test_frames();
	test_iterator_records();
	test_saved_names();
	test_trace_pages();
	test_trace_sleep();
	test_texts();
}
