/* libbpf's log goes to fd 2; the last warnings are kept for `failed` messages. */
#ifndef PROBEPAD_LIBBPF_LOG_H
#define PROBEPAD_LIBBPF_LOG_H

#include <stddef.h>

void libbpf_log_start(void);
/* Forgets the warnings so far. */
void libbpf_log_forget(void);
/* The last warnings, oldest first, newlines between. */
const char *libbpf_log_last(void);
/* The name that the first of them is about: "prog 'x': …", "map 'x': …"; empty when there is none. */
void libbpf_log_blamed(char *name, size_t size);

#endif
