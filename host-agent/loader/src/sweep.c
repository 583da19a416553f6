/* Removes what runs left whose loader and janitor were both killed. The agent calls it when it starts. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <dirent.h>

#include "confine.h"
#include "hook.h"
#include "janitor.h"
#include "message.h"
#include "trace_instance.h"

/* Between a directory's birth and its lock another loader may not be disturbed, seconds. */
#define NEWBORN 2

static unsigned int removed;

/* True when nobody holds the directory's lock, so that its run is over. */
static bool is_orphan(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool orphan;

	if (fd < 0)
		return false;
	orphan = !fstat(fd, &status) && time(NULL) - status.st_mtime >= NEWBORN && !flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	return orphan;
}

static void sweep_directory(const char *path)
{
	if (!is_orphan(path))
		return;
	if (rmdir(path))
		message_remark("removing %s: %s", path, strerror(errno));
	else
		removed++;
}

static void sweep_tracing(void)
{
	const char *tracefs = tracefs_path();
	char path[700];
	struct dirent *entry;
	DIR *directory;

	if (!tracefs)
		return;
	snprintf(path, sizeof(path), "%s/instances", tracefs);
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		if (strncmp(entry->d_name, CGROUP_PREFIX, strlen(CGROUP_PREFIX)))
			continue;
		snprintf(path, sizeof(path), "%s/instances/%s", tracefs, entry->d_name);
		sweep_directory(path);
	}
	if (directory)
		closedir(directory);
}

static bool is_dead(const char *name, const void *unused)
{
	(void)unused;
	if (!janitor_owner_dead(name))
		return false;
	removed++;
	return true;
}

static void sweep_filters(void)
{
	struct if_nameindex *interfaces = if_nameindex(), *interface;

	for (interface = interfaces; interface && interface->if_index; interface++)
		janitor_clean_interface((int)interface->if_index, is_dead, NULL);
	if (interfaces)
		if_freenameindex(interfaces);
}

int sweep_main(void)
{
	confine_start();
	sweep_tracing();
	cgroup_each_leftover(sweep_directory);
	sweep_filters();
	message_send(json_pack("{s:s, s:I}", "type", "swept", "removed", (json_int_t)removed));
	return 0;
}
