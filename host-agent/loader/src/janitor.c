#include "janitor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "bounds.h"
#include "netlink.h"
#include "privilege.h"
#include "trace_instance.h"

/* Ends the name of a filter that is on a clsact qdisc of ours. */
#define OWN_QDISC "-q"
#define INTERFACES_MAX 64
#define RETRY_NS 2000000

/* What goes through the pipe. */
struct note {
	enum { NOTE_QUIT, NOTE_NO_NETWORK, NOTE_INTERFACE } type;
	int32_t ifindex;
};

static unsigned long long start_time(pid_t pid)
{
	char path[64], text[1024], *close;
	unsigned long long start = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read(path, text, sizeof(text)) <= 0)
		return 0;
	/* The command, field 2, may hold anything; start time is field 22 (proc(5)). */
	close = strrchr(text, ')');
	if (!close || sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			     &start) != 1)
		return 0;
	return start;
}

static unsigned long pid_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) ? 0 : (unsigned long)status.st_ino;
}

void janitor_owner(const char *run, char *owner, size_t size)
{
	snprintf(owner, size, "probepad-%s-%lu-%d-%llu", run, pid_namespace(), getpid(), start_time(getpid()));
}

bool janitor_owner_dead(const char *name)
{
	unsigned long namespace;
	unsigned long long start;
	int pid;

	if (sscanf(name, "probepad-%*[a-z0-9]-%lu-%d-%llu", &namespace, &pid, &start) != 3)
		return false;
	return namespace == pid_namespace() && start_time(pid) != start;
}

struct cleaning {
	bool (*match)(const char *name, const void *context);
	const void *context;
	unsigned int left;
	bool own_qdisc;
};

static void clean_filter(const struct tc_filter *filter, void *context)
{
	struct cleaning *cleaning = context;
	size_t length = strlen(filter->name);

	if (!cleaning->match(filter->name, cleaning->context)) {
		cleaning->left++;
		return;
	}
	if (length > strlen(OWN_QDISC) && !strcmp(filter->name + length - strlen(OWN_QDISC), OWN_QDISC))
		cleaning->own_qdisc = true;
	tc_filter_delete(filter);
}

void janitor_clean_interface(int ifindex, bool (*match)(const char *name, const void *context), const void *context)
{
	struct cleaning cleaning = { .match = match, .context = context };

	if (!tc_filters_each(ifindex, clean_filter, &cleaning) && cleaning.own_qdisc && !cleaning.left)
		tc_clsact_delete(ifindex);
}

static bool is_ours(const char *name, const void *owner)
{
	return !strncmp(name, owner, strlen(owner));
}

/* Removes everything. `pid` is moved out of the cgroup first; when it is dying, until it is dead. */
static void clean(const struct janitor *janitor, const int *interfaces, int count, pid_t pid)
{
	struct timespec pause = { .tv_nsec = RETRY_NS };
	uint64_t until = clock_monotonic() + JANITOR_PATIENCE;
	int i, busy;

	for (i = 0; i < count; i++)
		janitor_clean_interface(interfaces[i], is_ours, janitor->owner);
	do {
		busy = trace_instance_remove(janitor->tracing) == -EBUSY;
		busy |= run_cgroup_remove(&janitor->cgroup, pid) == -EBUSY;
		if (busy)
			nanosleep(&pause, NULL);
	} while (busy && clock_monotonic() < until);
}

/* CAP_DAC_OVERRIDE because the root of cgroup2 is writable by nobody; what can be done with it is fenced. */
static void keep_capabilities(uint64_t kept)
{
	struct capabilities now;

	if (!capabilities_get(&now))
		capabilities_set(kept & now.permitted, kept & now.permitted);
}

static void confine_janitor(const struct janitor *janitor)
{
	const struct fence_rule rules[] = {
		{ "/sys/fs/cgroup", FENCE_REMOVE },
		{ janitor->cgroup.home, FENCE_REMOVE },
		{ "/sys/kernel/tracing/instances", FENCE_REMOVE },
		{ "/sys/kernel/debug/tracing/instances", FENCE_REMOVE },
	};

	keep_capabilities(CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_NET_ADMIN));
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	landlock_fence(rules, 4);
}

static void keep_only(int fd)
{
	if (fd > 0)
		syscall(SYS_close_range, 0u, (unsigned int)fd - 1, 0u);
	syscall(SYS_close_range, (unsigned int)fd + 1, ~0u, 0u);
}

static void __attribute__((noreturn)) janitor_main(const struct janitor *janitor, int pipe, pid_t loader)
{
	int interfaces[INTERFACES_MAX], count = 0, i;
	bool quit = false;
	struct note note;

	/* Not to be taken down together with the agent's process group. */
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NAME, "probepad-jan");
	keep_only(pipe);
	confine_janitor(janitor);
	while (!quit) {
		ssize_t got = read(pipe, &note, sizeof(note));

		if (got < 0 && errno == EINTR)
			continue;
		if (got != sizeof(note))
			break;
		quit = note.type == NOTE_QUIT;
		if (note.type == NOTE_NO_NETWORK)
			keep_capabilities(CAPABILITY(CAP_DAC_OVERRIDE));
		if (note.type != NOTE_INTERFACE)
			continue;
		for (i = 0; i < count && interfaces[i] != note.ifindex; i++)
			;
		if (i == count && count < INTERFACES_MAX)
			interfaces[count++] = note.ifindex;
	}
	clean(janitor, interfaces, count, quit ? loader : 0);
	_exit(0);
}

int janitor_start(struct janitor *janitor)
{
	pid_t loader = getpid();
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	janitor->pid = fork();
	if (janitor->pid < 0) {
		int error = -errno;

		janitor->pid = 0;
		close(pipes[0]);
		close(pipes[1]);
		return error;
	}
	if (janitor->pid == 0)
		janitor_main(janitor, pipes[0], loader);
	close(pipes[0]);
	janitor->pipe = pipes[1];
	return 0;
}

static void tell(struct janitor *janitor, const struct note *note)
{
	if (janitor->pid && write(janitor->pipe, note, sizeof(*note)) < 0)
		perror("probepad-loader: telling the janitor");
}

void janitor_note_no_network(struct janitor *janitor)
{
	struct note note = { .type = NOTE_NO_NETWORK };

	tell(janitor, &note);
}

void janitor_note_interface(struct janitor *janitor, int ifindex)
{
	struct note note = { .type = NOTE_INTERFACE, .ifindex = ifindex };

	tell(janitor, &note);
}

void janitor_finish(struct janitor *janitor)
{
	struct note note = { .type = NOTE_QUIT };
	struct timespec pause = { .tv_nsec = RETRY_NS / 4 };
	uint64_t until = clock_monotonic() + JANITOR_PATIENCE;

	if (!janitor->pid)
		return;
	tell(janitor, &note);
	while (!waitpid(janitor->pid, NULL, WNOHANG) && clock_monotonic() < until)
		nanosleep(&pause, NULL);
	close(janitor->pipe);
	janitor->pid = 0;
}
