/*
 * Prints /proc/kallsyms. The kernel shows addresses to who opens it with CAP_SYSLOG (kallsyms_show_value in kernel/kallsyms.c), which
 * an agent without root has not, and this binary has.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "modes.h"
#include "privilege.h"

static int copy(int from)
{
	static char piece[64 * 1024];
	ssize_t size;

	while ((size = read(from, piece, sizeof(piece))) > 0) {
		char *at = piece;

		while (size > 0) {
			ssize_t written = write(STDOUT_FILENO, at, (size_t)size);

			if (written < 0)
				return -errno;
			at += written;
			size -= written;
		}
	}
	return size < 0 ? -errno : 0;
}

int kernel_symbols_main(void)
{
	int list, error;

	/* Without it the list has names and no addresses, which is what the reader then finds. */
	capabilities_set(CAPABILITY(CAP_SYSLOG), CAPABILITY(CAP_SYSLOG));
	list = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	error = list < 0 ? -errno : 0;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	capabilities_set(0, 0);
	if (!error)
		error = copy(list);
	if (error)
		fprintf(stderr, "probepad-loader: reading /proc/kallsyms: %s\n", strerror(-error));
	return error ? 1 : 0;
}
