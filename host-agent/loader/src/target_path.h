#ifndef PROBEPAD_TARGET_PATH_H
#define PROBEPAD_TARGET_PATH_H

/*
 * The one name of what libbpf would open for that path: absolute, without links or dots. A bare file name is looked for as
 * libbpf does (resolve_full_path), along PATH, or in the library folders when it is a library's.
 * NULL when there is no such file, or none that has a name here, as what lies below /proc/PID/root of a container.
 * To be freed.
 */
char *target_path_real(const char *path);

#endif
