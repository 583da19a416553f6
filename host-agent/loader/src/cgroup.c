/* The file names and rules are those of Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst. */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "bounds.h"

/* The loader's own memory is charged too: the kernel's BTF, the object, the buffers it copies through. */
#define LOADER_HEADROOM (32ull * MIB)
#define DEPTH_MAX 16

struct hierarchy {
	bool v2;
	char mount[256];
	char own[512]; /* of this process, below the mount; "" is the root */
};

/* Line `N:controllers:path` of /proc/self/cgroup whose controllers hold `controller` ("" is v2's). */
static bool own_group(const char *controller, char *path, size_t size)
{
	char text[8192], *line, *next;

	if (file_read("/proc/self/cgroup", text, sizeof(text)) < 0)
		return false;
	for (line = text; line && *line; line = next) {
		char *controllers, *place, *word, *rest;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		controllers = strchr(line, ':');
		place = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!place)
			continue;
		*place++ = '\0';
		controllers++;
		if (!*controller && !*controllers) {
			snprintf(path, size, "%s", strcmp(place, "/") ? place : "");
			return true;
		}
		for (word = strtok_r(controllers, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
			if (*controller && !strcmp(word, controller)) {
				snprintf(path, size, "%s", strcmp(place, "/") ? place : "");
				return true;
			}
		}
	}
	return false;
}

static bool find_hierarchy(struct hierarchy *found)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	bool v1 = false, v2 = false;
	char text[1024], path[512];

	memset(found, 0, sizeof(*found));
	if (!mounts)
		return false;
	/* On hybrid machines the memory controller is v1's; v2 is mounted but has no controllers. */
	while (!v1 && (entry = getmntent(mounts))) {
		if (!strcmp(entry->mnt_type, "cgroup") && hasmntopt(entry, "memory")) {
			v1 = true;
			snprintf(found->mount, sizeof(found->mount), "%s", entry->mnt_dir);
		} else if (!v2 && !strcmp(entry->mnt_type, "cgroup2")) {
			v2 = true;
			snprintf(found->mount, sizeof(found->mount), "%s", entry->mnt_dir);
		}
	}
	endmntent(mounts);
	if (v1)
		return own_group("memory", found->own, sizeof(found->own));
	if (!v2 || !own_group("", found->own, sizeof(found->own)))
		return false;
	found->v2 = true;
	snprintf(path, sizeof(path), "%s/cgroup.controllers", found->mount);
	return file_read(path, text, sizeof(text)) > 0 && strstr(text, "memory");
}

const char *cgroup_memory_version(void)
{
	struct hierarchy hierarchy;

	if (!find_hierarchy(&hierarchy))
		return NULL;
	return hierarchy.v2 ? "v2" : "v1";
}

/* Whether children of that v2 group get the memory controller, switching it on where that is possible. */
static bool delegates_memory(const char *group)
{
	char path[900], text[1024];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", group);
	if (file_read(path, text, sizeof(text)) > 0 && strstr(text, "memory"))
		return true;
	return !file_write(path, "+memory");
}

/*
 * The group to make ours in: the loader's own in v1; in v2 the nearest that may have children with a memory limit, because a
 * group with processes may not.
 */
static bool find_parent(const struct hierarchy *hierarchy, char *parent, size_t size)
{
	char own[512], *cut;

	snprintf(own, sizeof(own), "%s", hierarchy->own);
	for (;;) {
		snprintf(parent, size, "%s%s", hierarchy->mount, own);
		if (!access(parent, F_OK) && (!hierarchy->v2 || delegates_memory(parent)))
			return true;
		cut = strrchr(own, '/');
		if (!cut)
			return false;
		*cut = '\0';
	}
}

int run_cgroup_find(struct run_cgroup *group, const char *run, char *why, size_t why_size)
{
	struct hierarchy hierarchy;
	char parent[700];

	group->lock = -1;
	group->path[0] = '\0';
	snprintf(why, why_size, "finding the memory cgroup hierarchy");
	if (!find_hierarchy(&hierarchy))
		return -ENOENT;
	snprintf(why, why_size, "finding a cgroup that may have children with a memory limit");
	if (!find_parent(&hierarchy, parent, sizeof(parent)))
		return -EBUSY;
	snprintf(group->home, sizeof(group->home), "%s%s", hierarchy.mount, hierarchy.own);
	if (access(group->home, F_OK))
		snprintf(group->home, sizeof(group->home), "%s", parent);
	snprintf(group->path, sizeof(group->path), "%s/" CGROUP_PREFIX "%s", parent, run);
	group->limit = hierarchy.v2 ? "memory.max" : "memory.limit_in_bytes";
	return 0;
}

static int run_cgroup_make(struct run_cgroup *group, uint64_t bytes, char *why, size_t why_size)
{
	char file[900], limit[32];
	int error;

	snprintf(why, why_size, "making %s", group->path);
	group->lock = directory_make_locked(group->path);
	if (group->lock < 0) {
		error = group->lock;
		group->path[0] = '\0';
		group->lock = -1;
		return error;
	}
	snprintf(file, sizeof(file), "%s/%s", group->path, group->limit);
	snprintf(limit, sizeof(limit), "%llu", (unsigned long long)(bytes + LOADER_HEADROOM));
	snprintf(why, why_size, "setting the memory limit");
	error = file_write(file, limit);
	if (error) {
		rmdir(group->path);
		close(group->lock);
		group->path[0] = '\0';
		group->lock = -1;
	}
	return error;
}

int run_cgroup_enter(struct run_cgroup *group, uint64_t bytes, char *why, size_t why_size)
{
	int error = run_cgroup_make(group, bytes, why, why_size);
	char file[900];

	if (error)
		return error;
	snprintf(file, sizeof(file), "%s/cgroup.procs", group->path);
	snprintf(why, why_size, "joining its cgroup");
	return file_write(file, "0");
}

int run_cgroup_remove(const struct run_cgroup *group, int pid)
{
	char file[900], text[16];

	if (!group->path[0])
		return 0;
	if (pid > 0) {
		snprintf(file, sizeof(file), "%s/cgroup.procs", group->home);
		snprintf(text, sizeof(text), "%d", pid);
		file_write(file, text);
	}
	return rmdir(group->path) && errno != ENOENT ? -errno : 0;
}

static void (*leftover_callback)(const char *path);

static int visit(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	if (type == FTW_D && !strncmp(path + where->base, CGROUP_PREFIX, strlen(CGROUP_PREFIX)))
		leftover_callback(path);
	return 0;
}

void cgroup_each_leftover(void (*each)(const char *path))
{
	struct hierarchy hierarchy;

	if (!find_hierarchy(&hierarchy))
		return;
	leftover_callback = each;
	nftw(hierarchy.mount, visit, DEPTH_MAX, FTW_PHYS | FTW_MOUNT | FTW_DEPTH);
}
