#include "target_name.h"

#include <string.h>

#include "hook.h"

#define DIGITS "0123456789"
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_" DIGITS

static bool consists_of(const char *text, const char *characters)
{
	return *text && text[strspn(text, characters)] == '\0';
}

static bool fits(size_t length)
{
	return length < sizeof(((struct hook *)NULL)->target);
}

/* A digit in front would make it an address. */
static bool is_symbol(const char *text)
{
	return consists_of(text, WORD ".") && !strchr(DIGITS, *text) && fits(strlen(text));
}

/* libbpf looks into the archive in front of "!/". */
static bool is_binary(const char *path)
{
	return *path && !strstr(path, "!/") && fits(strlen(path));
}

/*
 * A return probe replaces the return address, which lies on top of the stack at the beginning of a function only; elsewhere
 * the traced process would be ruined. The kernel looks at that for kprobes alone.
 */
static bool returns_from_inside(const struct attach_spec *attach)
{
	return attach->is_return && attach->function && attach->function[0] && attach->offset;
}

/* net/core/dev.c, dev_valid_name() */
static bool is_interface(const char *name)
{
	return *name && !strpbrk(name, "/: \t\n\v\f\r") && fits(strlen(name));
}

bool target_name_sound(const struct attach_spec *attach)
{
	switch (attach->type) {
	case ATTACH_TRACEPOINT:
		return consists_of(attach->category, WORD "-") && consists_of(attach->name, WORD "-") &&
		       fits(strlen(attach->category) + 1 + strlen(attach->name));
	case ATTACH_RAW_TRACEPOINT:
		return is_symbol(attach->name);
	case ATTACH_TRACING:
		return is_symbol(attach->function);
	case ATTACH_KPROBE:
		return is_symbol(attach->function) && !returns_from_inside(attach);
	case ATTACH_KPROBE_MULTI:
		return consists_of(attach->pattern, WORD ".*?") && fits(strlen(attach->pattern));
	case ATTACH_KSYSCALL:
		return consists_of(attach->syscall, WORD) && fits(strlen(attach->syscall));
	case ATTACH_UPROBE:
		return is_binary(attach->path) && !returns_from_inside(attach);
	case ATTACH_USDT:
		return is_binary(attach->path);
	case ATTACH_CGROUP:
		return fits(strlen(attach->path));
	case ATTACH_XDP:
	case ATTACH_TC:
	case ATTACH_SOCKET_FILTER:
		return is_interface(attach->interface);
	case ATTACH_AUTO:
	case ATTACH_NONE:
	case ATTACH_OFF:
	case ATTACH_PERF_EVENT:
	case ATTACH_ITER:
		return true;
	}
	return false;
}
