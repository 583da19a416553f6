/*
 * What the probes of this folder look at: a process named pp-attach that does one thing and says its pid.
 *
 *     target serve N     calls serve() N times, and one static probe more with constants
 *     target spin MS     computes for that long
 *     target open PATH   opens a file
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "static-probe.h"

/* Not inlined and not cloned: a symbol and a call for each request. */
__attribute__((noinline, noclone)) int serve(int number, const char *path)
{
	STATIC_PROBE(pp_attach, request, number, path);
	return number * 10;
}

static long processor_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	int i, sum = 0;

	prctl(PR_SET_NAME, "pp-attach");
	printf("pid=%d\n", getpid());
	if (argc == 3 && !strcmp(argv[1], "serve")) {
		for (i = 1; i <= atoi(argv[2]); i++) {
			char path[32];

			snprintf(path, sizeof(path), "/page/%d", i);
			sum += serve(i, path);
		}
		STATIC_PROBE(pp_attach, request, -1, "/end");
		printf("sum=%d\n", sum);
	} else if (argc == 3 && !strcmp(argv[1], "spin")) {
		while (processor_ms() < atoi(argv[2]))
			;
	} else if (argc == 3 && !strcmp(argv[1], "open")) {
		return open(argv[2], O_RDONLY) < 0;
	} else {
		return 2;
	}
	return 0;
}
