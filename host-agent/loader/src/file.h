/* Whole small files of /proc, /sys and tracefs. */
#ifndef PROBEPAD_FILE_H
#define PROBEPAD_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Reads up to size - 1 bytes and terminates them. Returns the length or -errno. */
ssize_t file_read(const char *path, char *buffer, size_t size);

/* Writes a string into an existing file. Returns 0 or -errno. */
int file_write(const char *path, const char *text);

/*
 * Makes a directory and locks it (flock), so that a sweep can tell whether its owner still lives: the lock goes with the
 * last process that inherited the fd. Returns the fd or -errno.
 */
int directory_make_locked(const char *path);

#endif
