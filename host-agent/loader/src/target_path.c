#include "target_path.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE_LIBRARIES "/lib/x86_64-linux-gnu"
#elif defined(__aarch64__)
#define ARCHITECTURE_LIBRARIES "/lib/aarch64-linux-gnu"
#else
#define ARCHITECTURE_LIBRARIES ""
#endif

static bool is_library(const char *file)
{
	size_t length = strlen(file);

	return (length > 3 && !strcmp(file + length - 3, ".so")) || strstr(file, ".so.");
}

/* Looks for the file in folders with colons between. */
static bool find_in(const char *folders, const char *file, int mode, char *path, size_t size)
{
	while (folders && *folders) {
		size_t length = strcspn(folders, ":");

		if (length && (size_t)snprintf(path, size, "%.*s/%s", (int)length, folders, file) < size &&
		    !faccessat(AT_FDCWD, path, mode, AT_EACCESS))
			return true;
		folders += length;
		folders += *folders == ':';
	}
	return false;
}

static bool find_file(const char *file, char *path, size_t size)
{
	if (is_library(file))
		return find_in(getenv("LD_LIBRARY_PATH"), file, R_OK, path, size) ||
		       find_in("/usr/lib64:/usr/lib", file, R_OK, path, size) ||
		       find_in(ARCHITECTURE_LIBRARIES, file, R_OK, path, size);
	return find_in(getenv("PATH"), file, R_OK | X_OK, path, size) ||
	       find_in("/usr/bin:/usr/sbin", file, R_OK | X_OK, path, size);
}

static bool same_file(const char *one, const char *other)
{
	struct stat a, b;

	return !stat(one, &a) && !stat(other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

char *target_path_real(const char *path)
{
	char found[PATH_MAX], *real;

	if (!strchr(path, '/')) {
		if (!find_file(path, found, sizeof(found)))
			return NULL;
		path = found;
	}
	real = realpath(path, NULL);
	/* The links of /proc/PID lead elsewhere than their text says. */
	if (real && !same_file(path, real)) {
		free(real);
		real = NULL;
	}
	return real;
}
