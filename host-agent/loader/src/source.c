#include "source.h"

int source_send(struct run *run, struct source *source, uint8_t kind, const void *payload, size_t size, uint32_t records)
{
	struct frame_header header = {
		.kind = kind,
		.source = source->id,
		.count = records,
		.seq = source->seq,
		.lost = source_lost(run, source),
	};
	struct iovec piece = { .iov_base = (void *)payload, .iov_len = size };

	if (frame_write(&run->output, &header, &piece, 1))
		return -1;
	source->seq += records;
	source->delivered += records;
	return 0;
}
