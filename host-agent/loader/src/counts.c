/* How much came through and how often the programs ran: struct bpf_prog_info, run_cnt and run_time_ns. */
#include <bpf/bpf.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>

#include "message.h"
#include "stream.h"

static json_t *decimal(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string(text);
}

void counts_send(struct stream *stream)
{
	struct run *run = stream->run;
	json_t *sources = json_array(), *programs = json_array();
	size_t i;

	for (i = 0; i < stream->perf_count; i++)
		perf_read_lost(&stream->perfs[i]);
	for (i = 0; i < stream->source_count; i++) {
		const struct source *source = &stream->sources[i];

		json_array_append_new(sources, json_pack("{s:i, s:o, s:o}", "id", source->id, "delivered",
							 decimal(source->delivered), "lost",
							 decimal(source_lost(run, source))));
	}
	for (i = 0; i < run->program_count; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);
		int fd;

		if (!program_is_wanted(&run->programs[i]))
			continue;
		fd = bpf_program__fd(run->programs[i].bpf);
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
			continue;
		json_array_append_new(programs, json_pack("{s:s, s:o, s:o}", "name", run->programs[i].name, "run_count",
							  decimal(info.run_cnt), "run_time_ns",
							  decimal(info.run_time_ns)));
	}
	message_send(json_pack("{s:s, s:o, s:o}", "type", "counts", "sources", sources, "programs", programs));
}
