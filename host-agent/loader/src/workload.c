/*
 * What a traced program does all day, each operation alone and timed: done with and without a probe attached, the difference is what the
 * probe costs whoever it traces. It holds no privilege, opens devices and loopback sockets only, and ends when fd 0 is closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds.h"
#include "clock.h"
#include "message.h"
#include "modes.h"
#include "privilege.h"

#define BATCHES 8
#define BATCH_NS 5000000ull
#define PAGES 64

/* Each does its operation so often; 0, or -1 when this machine can't. */
typedef int operation(unsigned int times);

static int do_getppid(unsigned int times)
{
	while (times--)
		syscall(SYS_getppid);
	return 0;
}

static int do_open(unsigned int times)
{
	while (times--) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return -1;
		close(fd);
	}
	return 0;
}

static int do_read(unsigned int times)
{
	static char buffer[4 * KIB];
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC), result = fd < 0 ? -1 : 0;

	while (!result && times--)
		result = read(fd, buffer, sizeof(buffer)) == sizeof(buffer) ? 0 : -1;
	close(fd);
	return result;
}

static int do_write(unsigned int times)
{
	static char buffer[4 * KIB];
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC), result = fd < 0 ? -1 : 0;

	while (!result && times--)
		result = write(fd, buffer, sizeof(buffer)) == sizeof(buffer) ? 0 : -1;
	close(fd);
	return result;
}

static int do_stat(unsigned int times)
{
	struct stat status;

	while (times--)
		if (stat("/dev/null", &status))
			return -1;
	return 0;
}

static int do_fault(unsigned int times)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned int at;

	for (at = 0; at < times; at += PAGES) {
		volatile char *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		size_t i;

		if (memory == MAP_FAILED)
			return -1;
		madvise((void *)memory, PAGES * page, MADV_NOHUGEPAGE);
		for (i = 0; i < PAGES; i++)
			memory[i * page] = 1;
		munmap((void *)memory, PAGES * page);
	}
	return 0;
}

/* A byte to another process and one back: two switches, counted as one operation. */
static int do_switch(unsigned int times)
{
	int there[2], back[2], result = 0;
	char byte = 0;
	pid_t child;

	if (pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC))
		return -1;
	child = fork();
	if (child == 0) {
		close(there[1]);
		while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	while (child > 0 && !result && times--)
		result = write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1 ? 0 : -1;
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return child > 0 ? result : -1;
}

static int start_child(bool program)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (program)
			execl("/bin/true", "true", (char *)NULL);
		_exit(program ? 1 : 0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

static int do_fork(unsigned int times)
{
	while (times--)
		if (start_child(false))
			return -1;
	return 0;
}

static int do_exec(unsigned int times)
{
	while (times--)
		if (start_child(true))
			return -1;
	return 0;
}

/* A bound socket of loopback and its address, or -1. */
static int loopback_socket(int type, struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd >= 0 && !bind(fd, (struct sockaddr *)address, sizeof(*address)) &&
	    !getsockname(fd, (struct sockaddr *)address, &size))
		return fd;
	close(fd);
	return -1;
}

static int do_udp(unsigned int times)
{
	struct sockaddr_in address;
	int fd = loopback_socket(SOCK_DGRAM, &address), result = fd < 0 ? -1 : 0;
	char byte = 0;

	while (!result && times--)
		result = sendto(fd, &byte, 1, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof(address)) == 1 &&
					 recv(fd, &byte, 1, MSG_DONTWAIT) == 1 ?
				 0 :
				 -1;
	close(fd);
	return result;
}

static int do_tcp(unsigned int times)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct sockaddr_in address;
	int listener = loopback_socket(SOCK_STREAM, &address), result = listener < 0 || listen(listener, 8) ? -1 : 0;

	while (!result && times--) {
		int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server = -1;

		if (client >= 0 && !connect(client, (struct sockaddr *)&address, sizeof(address)))
			server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		/* Closed with a reset: a port a connection would be used up for a minute. */
		setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		result = server < 0 ? -1 : 0;
		close(client);
		close(server);
	}
	close(listener);
	return result;
}

static struct {
	const char *name;
	operation *run;
	unsigned int times; /* in one batch; 0 before it is known, or when it can't be done */
	bool impossible;
} operations[] = {
	{ .name = "system call", .run = do_getppid },
	{ .name = "open and close", .run = do_open },
	{ .name = "stat", .run = do_stat },
	{ .name = "read 4 KiB", .run = do_read },
	{ .name = "write 4 KiB", .run = do_write },
	{ .name = "page fault", .run = do_fault },
	{ .name = "process switch", .run = do_switch },
	{ .name = "fork and exit", .run = do_fork },
	{ .name = "fork and exec", .run = do_exec },
	{ .name = "UDP packet", .run = do_udp },
	{ .name = "TCP connection", .run = do_tcp },
};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

/* How often it fits into a batch: doubled until it takes a quarter of one. */
static void calibrate(size_t at)
{
	unsigned int times = 1;

	for (;;) {
		uint64_t began = clock_monotonic(), took;

		if (operations[at].run(times)) {
			operations[at].impossible = true;
			return;
		}
		took = clock_monotonic() - began;
		if (took >= BATCH_NS / 4 || times >= 1u << 24) {
			uint64_t fits = (uint64_t)times * BATCH_NS / (took ? took : 1);

			operations[at].times = fits ? (unsigned int)fits : 1;
			return;
		}
		times *= 2;
	}
}

static json_t *measure(size_t at)
{
	json_t *batches = json_array();
	int i;

	for (i = 0; i < BATCHES; i++) {
		uint64_t began = clock_monotonic();

		if (operations[at].run(operations[at].times))
			break;
		json_array_append_new(batches, json_real((double)(clock_monotonic() - began) / operations[at].times));
	}
	return json_pack("{s:s, s:o}", "name", operations[at].name, "nanoseconds", batches);
}

int workload_main(void)
{
	pid_t parent = getppid();
	char byte;

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	capabilities_set(0, 0);
	if (parent_bind(parent))
		return 0;
	message_send(json_pack("{s:s, s:i}", "type", "ready", "pid", (int)getpid()));
	while (read(0, &byte, 1) == 1) {
		json_t *done = json_array();
		size_t i;

		for (i = 0; i < OPERATIONS; i++) {
			if (!operations[i].times && !operations[i].impossible)
				calibrate(i);
			if (!operations[i].impossible)
				json_array_append_new(done, measure(i));
		}
		message_send(json_pack("{s:s, s:o}", "type", "round", "operations", done));
	}
	return 0;
}
