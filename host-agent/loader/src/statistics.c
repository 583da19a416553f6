#include <bpf/bpf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "confine.h"
#include "message.h"
#include "modes.h"
#include "privilege.h"

int statistics_main(void)
{
	struct failure failure;
	char byte[64];
	int fd;

	signal(SIGPIPE, SIG_IGN);
	confine_start();
	fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (fd < 0) {
		fail(&failure, "stream", errno, NULL, "switching BPF statistics on: %s", strerror(errno));
		message_failed(&failure);
		return 1;
	}
	capabilities_set(0, 0);
	message_send(json_pack("{s:s}", "type", "on"));
	while (read(0, byte, sizeof(byte)) > 0)
		;
	return 0;
}
