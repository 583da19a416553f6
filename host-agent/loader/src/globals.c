#include "globals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"

/*
 * A section up to this size is sent at every interval: that nothing changed is what makes a rate zero. A larger one, whose
 * bytes are work space for the most part, is sent when it changed.
 */
#define ALWAYS_SENT (64 * 1024)

static bool is_news(const struct globals *globals, bool fits)
{
	const struct section *section = globals->section;

	if (!globals->sent)
		return true;
	return fits && (section->size <= ALWAYS_SENT || memcmp(globals->before, section->bytes, section->size));
}

int globals_open(struct globals *globals, struct source *source, struct section *section)
{
	globals->source = source;
	globals->section = section;
	globals->before = malloc(section->size ? section->size : 1);
	return globals->before ? 0 : -ENOMEM;
}

void globals_close(struct globals *globals)
{
	free(globals->before);
}

int globals_step(struct run *run, struct globals *globals)
{
	static const uint8_t key[8];
	struct section *section = globals->section;
	struct source *source = globals->source;
	bool fits = section->size + sizeof(key) <= FRAME_PAYLOAD_MAX;
	struct frame_header header = {
		.kind = FRAME_MAP,
		.flags = (uint8_t)(FRAME_FIRST | FRAME_LAST | (fits ? 0 : FRAME_PARTIAL)),
		.source = source->id,
		.count = fits ? 1 : 0,
		.seq = source->seq,
		.lost = source_lost(run, source),
	};
	struct iovec pieces[2] = {
		{ .iov_base = (void *)key, .iov_len = fits ? sizeof(key) : 0 },
		{ .iov_base = globals->before, .iov_len = fits ? section->size : 0 },
	};

	if (section_read(section) || !is_news(globals, fits))
		return 0;
	/* The program goes on writing: what is sent is what is compared with next time. */
	memcpy(globals->before, section->bytes, section->size);
	if (frame_write(&run->output, &header, pieces, 2))
		return -1;
	globals->sent = true;
	source->seq++;
	source->delivered += header.count;
	return 0;
}
