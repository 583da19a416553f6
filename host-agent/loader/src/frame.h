/*
 * The binary envelope. C twin of protocol/src/frames.ts, which has the table of fields; test/contract holds both to
 * the same golden bytes.
 */
#ifndef PROBEPAD_FRAME_H
#define PROBEPAD_FRAME_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#define FRAME_MAGIC 0x31464250u

enum frame_kind {
	FRAME_EVENTS = 1,
	FRAME_MAP = 2,
	FRAME_TRACE = 3,
	FRAME_TEXT = 4,
	FRAME_GAP = 5,
	FRAME_BLOB = 6,
	FRAME_LOG = 7,
	FRAME_STACKS = 8,
};

enum frame_flags {
	FRAME_FIRST = 1,
	FRAME_LAST = 2,
	FRAME_REPLAY = 4,
	FRAME_PARTIAL = 8,
};

/* Little-endian on the wire; the loader is built for little-endian hosts only. */
struct frame_header {
	uint32_t magic;
	uint32_t length;
	uint8_t kind;
	uint8_t flags;
	uint16_t source;
	uint32_t stream;
	uint32_t count;
	uint32_t aux;
	uint64_t seq;
	uint64_t lost;
	uint64_t time_ns;
};
_Static_assert(sizeof(struct frame_header) == 48, "the frame header has 48 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "frames are written as they lie in memory");

/* A record of an `events`, `trace` or `stacks` payload: linux/kernel/bpf/ringbuf.c, struct bpf_ringbuf_hdr. */
struct record_header {
	uint32_t length; /* top bits: busy, discarded */
	uint32_t aux;	 /* CPU, page offset in a ring buffer, or the stack's id */
};
#define RECORD_BUSY 0x80000000u
#define RECORD_DISCARDED 0x40000000u
#define RECORD_LENGTH 0x3fffffffu

/* What a record of a `trace` payload starts with; the text follows. */
struct trace_record {
	uint64_t time_ns;
	uint32_t pid;
	char comm[16];
} __attribute__((packed));
_Static_assert(sizeof(struct trace_record) == 28, "a trace record's text starts at byte 28");

static inline uint32_t pad8(uint32_t length)
{
	return (length + 7u) & ~7u;
}

/* Where frames go. */
struct frame_output {
	int fd;
	uint32_t stream;
	/*
	 * Called when the fd takes no more: waits until it may, and does meanwhile what cannot wait. Returns 0 to try
	 * again, -1 to give the frame up. NULL: plain poll().
	 */
	int (*wait)(void *context);
	void *context;
	/* A frame was given up or refused; nothing can follow it. */
	bool broken;
};

#define FRAME_PIECES_MAX 4

/*
 * Writes one frame whole. Sets magic, length, stream, and time_ns when it is 0; the caller sets the rest. The pieces are not
 * needed any more when it returns.
 * Returns 0, or -1 when the output is broken (the reader is gone, or waiting was given up).
 */
int frame_write(struct frame_output *output, struct frame_header *header, const struct iovec *pieces, int count);

#endif
