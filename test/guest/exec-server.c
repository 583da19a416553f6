// SPDX-License-Identifier: Apache-2.0
/*
 * The first process of a test guest: runs commands for the machine outside over one virtio-serial port, several
 * at a time. Static, so that it needs nothing of the guest's root.
 *
 * Both directions carry messages of a 9-byte header (kind u8, id u32, length u32, little-endian) and a payload:
 *
 *   to the guest    S start: NUL-terminated strings cwd, number of variables, variables, arguments
 *                   I stdin bytes; empty: end of input
 *                   K kill: signal number (u32), sent to the command's whole session
 *   from the guest  R ready: the kernel release (id 0)
 *                   O stdout bytes, E stderr bytes
 *                   X exited: wait status (u32); the last message of an id
 *
 * When the other side hangs up, the guest powers off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER_SIZE 9
#define CHUNK_SIZE 32768
#define MAX_PAYLOAD (8 << 20)
#define MAX_COMMANDS 256

struct command {
	uint32_t id;
	pid_t pid; /* 0: a free slot */
	int in, out, err; /* our ends of its pipes; -1 once closed */
	char *pending; /* input that it has not read yet */
	size_t pending_len;
	int input_ended;
};

static struct command commands[MAX_COMMANDS];
static int port;

static void power_off(const char *why)
{
	fprintf(stderr, "exec-server: %s, powering off\n", why);
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void wait_for_port(short events)
{
	struct pollfd waiting = { .fd = port, .events = events };

	while (poll(&waiting, 1, -1) < 0 && errno == EINTR)
		;
	if (waiting.revents & (POLLHUP | POLLERR))
		power_off("the machine outside hung up");
}

static void port_write(const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t written = write(port, at, length > CHUNK_SIZE ? CHUNK_SIZE : length);

		if (written > 0) {
			at += written;
			length -= written;
		} else if (written < 0 && errno != EAGAIN && errno != EINTR) {
			power_off("the port failed");
		} else {
			wait_for_port(POLLOUT);
		}
	}
}

static void send_message(char kind, uint32_t id, const void *payload, uint32_t length)
{
	char header[HEADER_SIZE];

	header[0] = kind;
	memcpy(header + 1, &id, sizeof(id));
	memcpy(header + 5, &length, sizeof(length));
	port_write(header, sizeof(header));
	port_write(payload, length);
}

static struct command *find_command(uint32_t id)
{
	for (int i = 0; i < MAX_COMMANDS; i++)
		if (commands[i].pid > 0 && commands[i].id == id)
			return &commands[i];
	return NULL;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Sends what `*fd` holds, once (`all` = 0) or until it is empty, and closes it at its end. */
static void forward_output(uint32_t id, int *fd, char kind, int all)
{
	static char chunk[CHUNK_SIZE];

	while (*fd >= 0) {
		ssize_t got = read(*fd, chunk, sizeof(chunk));

		if (got > 0)
			send_message(kind, id, chunk, got);
		else if (got == 0 || (errno != EAGAIN && errno != EINTR))
			close_end(fd);
		else
			return;
		if (!all)
			return;
	}
}

static void forward_input(struct command *command)
{
	while (command->pending_len > 0 && command->in >= 0) {
		ssize_t written = write(command->in, command->pending, command->pending_len);

		if (written < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (written < 0) {
			close_end(&command->in);
			break;
		}
		command->pending_len -= written;
		memmove(command->pending, command->pending + written, command->pending_len);
	}
	if (command->in < 0)
		command->pending_len = 0;
	if (command->input_ended)
		close_end(&command->in);
}

static void add_input(struct command *command, const char *bytes, size_t length)
{
	if (length == 0) {
		command->input_ended = 1;
	} else if (command->in >= 0) {
		char *grown = realloc(command->pending, command->pending_len + length);

		if (!grown)
			power_off("out of memory for a command's input");
		memcpy(grown + command->pending_len, bytes, length);
		command->pending = grown;
		command->pending_len += length;
	}
	forward_input(command);
}

static void finish_command(struct command *command, uint32_t status)
{
	forward_output(command->id, &command->out, 'O', 1);
	forward_output(command->id, &command->err, 'E', 1);
	send_message('X', command->id, &status, sizeof(status));
	close_end(&command->in);
	close_end(&command->out);
	close_end(&command->err);
	free(command->pending);
	memset(command, 0, sizeof(*command));
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < MAX_COMMANDS; i++)
			if (commands[i].pid == pid)
				finish_command(&commands[i], status);
}

/* Tells of a command that could not be started as a shell would: the reason on stderr, exit code 127. */
static void refuse(uint32_t id, const char *what, const char *why)
{
	char text[512];
	uint32_t status = 127 << 8;
	int length = snprintf(text, sizeof(text), "%s: %s\n", what, why);

	send_message('E', id, text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
	send_message('X', id, &status, sizeof(status));
}

static void run_child(const char *cwd, char **env, char **argv, int in, int out, int err)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	if (chdir(cwd) < 0) {
		dprintf(2, "%s: %s\n", cwd, strerror(errno));
		_exit(127);
	}
	environ = env;
	execvp(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static void start_command(uint32_t id, char *payload, uint32_t length)
{
	struct command *slot = NULL;
	char **strings, *cwd;
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	size_t count = 0, variables;
	pid_t pid;

	for (int i = 0; i < MAX_COMMANDS && !slot; i++)
		if (commands[i].pid == 0)
			slot = &commands[i];
	if (!slot)
		return refuse(id, "exec-server", "too many commands at once");

	/* Strings, one NULL after the variables and one after the arguments. */
	strings = calloc(length + 3, sizeof(*strings));
	if (!strings || length == 0 || payload[length - 1] != '\0') {
		free(strings);
		return refuse(id, "exec-server", "malformed start message");
	}
	for (uint32_t at = 0; at < length; at += strlen(payload + at) + 1)
		strings[count++] = payload + at;
	cwd = strings[0];
	variables = count > 1 ? strtoul(strings[1], NULL, 10) : count;
	if (count < 2 || variables + 3 > count) {
		free(strings);
		return refuse(id, "exec-server", "malformed start message");
	}
	memmove(strings + 3 + variables, strings + 2 + variables, (count - 2 - variables) * sizeof(*strings));
	strings[2 + variables] = NULL;
	strings[count + 1] = NULL;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ||
	    (pid = fork()) < 0) {
		int ends[] = { in[0], in[1], out[0], out[1], err[0], err[1] };

		refuse(id, "exec-server", strerror(errno));
		for (int i = 0; i < 6; i++)
			close_end(&ends[i]);
		free(strings);
		return;
	}
	if (pid == 0)
		run_child(cwd, strings + 2, strings + 3 + variables, in[0], out[1], err[1]);
	free(strings);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	*slot = (struct command){ .id = id, .pid = pid, .in = in[1], .out = out[0], .err = err[0] };
}

static void handle_message(char kind, uint32_t id, char *payload, uint32_t length)
{
	struct command *command = find_command(id);
	uint32_t signal_number;

	if (kind == 'S') {
		start_command(id, payload, length);
	} else if (kind == 'I' && command) {
		add_input(command, payload, length);
	} else if (kind == 'K' && command && length == sizeof(signal_number)) {
		memcpy(&signal_number, payload, sizeof(signal_number));
		/* Before the child's setsid() there is no group of that number yet. */
		if (kill(-command->pid, signal_number) < 0)
			kill(command->pid, signal_number);
	}
	/* Input or a signal for a command that has ended crossed its exit message on the way. */
}

static void receive_messages(void)
{
	static char buffer[HEADER_SIZE + MAX_PAYLOAD];
	static size_t held;
	ssize_t got;

	while ((got = read(port, buffer + held, sizeof(buffer) - held)) > 0) {
		size_t at = 0;

		held += got;
		while (held - at >= HEADER_SIZE) {
			uint32_t id, length;

			memcpy(&id, buffer + at + 1, sizeof(id));
			memcpy(&length, buffer + at + 5, sizeof(length));
			if (length > MAX_PAYLOAD)
				power_off("a message is too long");
			if (held - at < HEADER_SIZE + length)
				break;
			handle_message(buffer[at], id, buffer + at + HEADER_SIZE, length);
			at += HEADER_SIZE + length;
		}
		held -= at;
		memmove(buffer, buffer + at, held);
	}
	if (got == 0)
		power_off("the machine outside hung up");
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		power_off("reading the port failed");
}

static int watch_signals(void)
{
	sigset_t child;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	return signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct pollfd polled[2 + 3 * MAX_COMMANDS];
	struct utsname kernel;
	int signals = watch_signals();

	port = open(argc > 1 ? argv[1] : "", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (port < 0 || signals < 0 || uname(&kernel) < 0)
		power_off("no port to the machine outside");
	send_message('R', 0, kernel.release, strlen(kernel.release));

	for (;;) {
		int count = 2;

		polled[0] = (struct pollfd){ .fd = port, .events = POLLIN };
		polled[1] = (struct pollfd){ .fd = signals, .events = POLLIN };
		for (int i = 0; i < MAX_COMMANDS; i++) {
			struct command *command = &commands[i];

			if (!command->pid)
				continue;
			/* poll(2) passes over negative descriptors. */
			polled[count++] = (struct pollfd){ .fd = command->out, .events = POLLIN };
			polled[count++] = (struct pollfd){ .fd = command->err, .events = POLLIN };
			polled[count++] = (struct pollfd){ .fd = command->pending_len ? command->in : -1,
							   .events = POLLOUT };
		}
		if (poll(polled, count, -1) < 0)
			continue;
		for (int i = 0; i < MAX_COMMANDS; i++) {
			if (!commands[i].pid)
				continue;
			forward_output(commands[i].id, &commands[i].out, 'O', 0);
			forward_output(commands[i].id, &commands[i].err, 'E', 0);
			forward_input(&commands[i]);
		}
		if (polled[1].revents & POLLIN) {
			struct signalfd_siginfo info;

			while (read(signals, &info, sizeof(info)) > 0)
				;
			reap();
		}
		if (polled[0].revents & (POLLHUP | POLLERR))
			power_off("the machine outside hung up");
		if (polled[0].revents & POLLIN)
			receive_messages();
	}
}
