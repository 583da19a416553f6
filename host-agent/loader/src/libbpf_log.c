#include "libbpf_log.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The last warnings of libbpf, oldest first, newlines between. */
static char last_warnings[1536];

static int libbpf_log(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[1024];
	size_t used = strlen(last_warnings), length;

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	fputs(line, stderr);
	/* The verifier's log travels on its own. */
	if (level != LIBBPF_WARN || strstr(line, "-- BEGIN PROG LOAD LOG --"))
		return 0;
	length = strlen(line);
	if (used + length >= sizeof(last_warnings))
		used = 0;
	if (length < sizeof(last_warnings))
		memcpy(last_warnings + used, line, length + 1);
	return 0;
}

void libbpf_log_start(void)
{
	libbpf_set_print(libbpf_log);
}

void libbpf_log_forget(void)
{
	last_warnings[0] = '\0';
}

const char *libbpf_log_last(void)
{
	size_t length = strlen(last_warnings);

	while (length && last_warnings[length - 1] == '\n')
		last_warnings[--length] = '\0';
	return last_warnings;
}

void libbpf_log_blamed(char *name, size_t size)
{
	const char *open = strstr(last_warnings, "prog '"), *close;

	name[0] = '\0';
	if (!open)
		open = strstr(last_warnings, "map '");
	if (!open)
		return;
	open = strchr(open, '\'') + 1;
	close = strchr(open, '\'');
	if (close && (size_t)(close - open) < size) {
		memcpy(name, open, (size_t)(close - open));
		name[close - open] = '\0';
	}
}
