#include "verifier_log.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bounds.h"
#include "message.h"

/* The kernel's last line: "processed 31 insns (limit 1000000) …". */
#define SUMMARY "\nprocessed "
#define SUMMARY_WITHIN 1024u

static size_t log_size(const struct run *run)
{
	uint64_t half = run->setup.memory_bytes / 2;

	if (!half || half > VERIFIER_LOG_MAX)
		return VERIFIER_LOG_MAX;
	return half < VERIFIER_LOG_MIN ? VERIFIER_LOG_MIN : (size_t)half;
}

/* Maps a buffer of that size for each of `count` programs, and says whether there was room. */
static bool map_logs(struct run *run, size_t count, size_t size)
{
	run->log_size = size;
	run->logs_size = count * size;
	run->logs = mmap(NULL, run->logs_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (run->logs == MAP_FAILED)
		run->logs = NULL;
	return run->logs;
}

static void unmap_logs(struct run *run)
{
	if (run->logs)
		munmap(run->logs, run->logs_size);
	run->logs = NULL;
}

void verifier_log_give(struct run *run)
{
	size_t size = log_size(run), count = 0, i;
	bool scarce = false;
	char *log;

	for (i = 0; i < run->program_count; i++)
		count += program_is_wanted(&run->programs[i]);
	/* With vm.overcommit_memory=2 there is no memory that is only lent: MAP_NORESERVE counts for nothing. */
	while (!map_logs(run, count, size) && size / 2 >= VERIFIER_LOG_MIN) {
		size /= 2;
		scarce = true;
	}
	/* Then half of what there is stays for the load itself, and for others. */
	if (scarce && run->logs && size / 2 >= VERIFIER_LOG_MIN) {
		unmap_logs(run);
		map_logs(run, count, size / 2);
	}
	log = run->logs;
	for (i = 0; i < run->program_count && log; i++) {
		struct program *program = &run->programs[i];

		if (!program_is_wanted(program))
			continue;
		program->log = log;
		log += run->log_size;
		bpf_program__set_log_buf(program->bpf, program->log, run->log_size);
	}
}

void verifier_log_drop(struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		if (run->programs[i].log && run->programs[i].bpf)
			bpf_program__set_log_buf(run->programs[i].bpf, NULL, 0);
		run->programs[i].log = NULL;
	}
	unmap_logs(run);
}

struct program *verifier_log_rejected(struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++)
		if (run->programs[i].log && run->programs[i].log[0])
			return &run->programs[i];
	return NULL;
}

/* A text that the kernel rolled over may lose some bytes of a character at its beginning, never at its end. */
bool verifier_log_full(const struct run *run, const struct program *program)
{
	return strlen(program->log) + 8 > run->log_size;
}

/* Where the kernel's last line begins, with the newline in front of it, or NULL. */
static const char *summary_of(const char *text)
{
	size_t length = strlen(text);

	return strstr(text + (length > SUMMARY_WITHIN ? length - SUMMARY_WITHIN : 0), SUMMARY);
}

void verifier_log_words(const struct program *program, char *words, size_t size)
{
	const char *end = summary_of(program->log), *line = end;

	words[0] = '\0';
	if (!end)
		return;
	while (line > program->log && line[-1] != '\n')
		line--;
	snprintf(words, size, "%.*s", (int)(end - line), line);
}

struct log_frames {
	struct frame_output *output;
	uint64_t sent; /* bytes, all pieces together */
	size_t left;
};

/* One text in as many frames as it takes, none of which cuts a character of UTF-8. */
static void send_text(struct log_frames *frames, const char *text)
{
	size_t length = strlen(text), size;

	for (; length; text += size, length -= size) {
		struct iovec piece = { .iov_base = (void *)text };
		struct frame_header header = { .kind = FRAME_LOG, .seq = frames->sent };

		size = length < FRAME_PAYLOAD_MAX ? length : FRAME_PAYLOAD_MAX;
		while (size < length && size > 1 && ((uint8_t)text[size] & 0xc0) == 0x80)
			size--;
		piece.iov_len = size;
		frames->left -= size;
		header.flags = (uint8_t)((frames->sent ? 0 : FRAME_FIRST) | (frames->left ? 0 : FRAME_LAST));
		if (frame_write(frames->output, &header, &piece, 1))
			return;
		frames->sent += size;
	}
}

/* From a line's beginning, where there is one. */
static const char *end_of(const char *text)
{
	size_t length = strlen(text);
	const char *end = length > VERIFIER_LOG_END ? text + length - VERIFIER_LOG_END : text, *line;

	line = end > text ? strchr(end, '\n') : NULL;
	return line ? line + 1 : end;
}

void verifier_log_send(struct run *run, const struct program *program, const char *words)
{
	bool full = verifier_log_full(run, program);
	const char *text = program->log, *end = end_of(text);
	char before[128] = "", after[128] = "", *whole_end;
	struct log_frames frames = { .output = &run->output };

	if (full && summary_of(text)) {
		snprintf(before, sizeof(before), "[the beginning is left out: the text is longer than %zu bytes]\n",
			 run->log_size);
		words = "";
	} else if (full) {
		snprintf(after, sizeof(after), "\n[left out from here on: the text is longer than %zu bytes]\n",
			 run->log_size);
	}
	frames.left = strlen(before) + strlen(text) + strlen(after) + strlen(words);
	send_text(&frames, before);
	send_text(&frames, text);
	send_text(&frames, after);
	send_text(&frames, words);
	if (asprintf(&whole_end, "%s%s%s", end, after, words) < 0) {
		message_verifier_log(program->name, words);
		return;
	}
	message_verifier_log(program->name, whole_end);
	free(whole_end);
}
