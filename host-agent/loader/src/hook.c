#include "hook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bounds.h"
#include "kallsyms.h"
#include "kernel_btf.h"
#include "section_name.h"

static void set_target(struct hook *hook, enum hook_family family, const char *target)
{
	hook->family = family;
	snprintf(hook->target, sizeof(hook->target), "%s", target);
}

void hook_of(const struct attach_spec *attach, const char *section, struct hook *hook)
{
	struct section_name written;

	section_name_read(section, &written);
	memset(hook, 0, sizeof(*hook));
	switch (attach->type) {
	case ATTACH_AUTO:
		/* What SEC() says of a target has become an attach spec already (section_name.h). */
		set_target(hook, written.family, written.family == HOOK_OTHER ? section + (*section == '?') : "");
		return;
	case ATTACH_NONE:
	case ATTACH_OFF:
		return;
	case ATTACH_TRACEPOINT:
		hook->family = HOOK_TRACEPOINT;
		snprintf(hook->target, sizeof(hook->target), "%s/%s", attach->category, attach->name);
		return;
	case ATTACH_RAW_TRACEPOINT:
		set_target(hook, HOOK_RAW_TRACEPOINT, attach->name);
		return;
	case ATTACH_TRACING:
		set_target(hook,
			   written.family == HOOK_TP_BTF || written.family == HOOK_LSM ? written.family : HOOK_FUNCTION,
			   attach->function);
		return;
	case ATTACH_KPROBE:
		set_target(hook, HOOK_KPROBE, attach->function);
		return;
	case ATTACH_KPROBE_MULTI:
		set_target(hook, HOOK_KPROBE_MULTI, attach->pattern);
		return;
	case ATTACH_KSYSCALL:
		set_target(hook, HOOK_KSYSCALL, attach->syscall);
		return;
	case ATTACH_UPROBE:
		set_target(hook, HOOK_UPROBE, attach->path);
		return;
	case ATTACH_USDT:
		set_target(hook, HOOK_USDT, attach->path);
		return;
	case ATTACH_PERF_EVENT:
		set_target(hook, HOOK_PERF_EVENT, attach->event);
		return;
	case ATTACH_XDP:
	case ATTACH_TC:
	case ATTACH_SOCKET_FILTER:
		set_target(hook, HOOK_INTERFACE, attach->interface);
		return;
	case ATTACH_CGROUP:
		set_target(hook, HOOK_CGROUP, attach->path);
		return;
	case ATTACH_ITER:
		set_target(hook, HOOK_ITER, written.target);
		return;
	}
}

bool hook_is_perf_event(const struct hook *hook)
{
	switch (hook->family) {
	case HOOK_TRACEPOINT:
	case HOOK_KPROBE:
	case HOOK_KSYSCALL:
	case HOOK_UPROBE:
	case HOOK_USDT:
	case HOOK_PERF_EVENT:
		return true;
	default:
		return false;
	}
}

/* access(2) would ask for the real uid and without capabilities. */
static bool exists(const char *path)
{
	struct stat status;

	return !stat(path, &status);
}

bool kernel_has_kprobes(void)
{
	return exists("/sys/bus/event_source/devices/kprobe/type");
}

const char *tracefs_path(void)
{
	static const char *const paths[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char probe[64];
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(probe, sizeof(probe), "%s/events", paths[i]);
		if (exists(probe))
			return paths[i];
	}
	return NULL;
}

static bool btf_has(const char *prefix, const char *name, __u32 kind)
{
	const struct btf *btf = kernel_btf();
	char full[600];

	if (!btf)
		return true;
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return btf__find_by_name_kind(btf, full, kind) > 0;
}

static bool tracepoint_present(const char *target)
{
	const char *tracefs = tracefs_path();
	char path[640];

	if (!tracefs)
		return true;
	snprintf(path, sizeof(path), "%s/events/%s", tracefs, target);
	return exists(path) || errno != ENOENT;
}

enum presence { PRESENT, ABSENT, SYMBOLS_TELL };

static enum presence presence_of(const struct hook *hook)
{
	bool present = true;

	if (!hook->target[0])
		return PRESENT;
	switch (hook->family) {
	case HOOK_TRACEPOINT:
		present = tracepoint_present(hook->target);
		break;
	case HOOK_TP_BTF:
		present = btf_has("btf_trace_", hook->target, BTF_KIND_TYPEDEF);
		break;
	case HOOK_LSM:
		present = btf_has("bpf_lsm_", hook->target, BTF_KIND_FUNC);
		break;
	case HOOK_ITER:
		present = btf_has("bpf_iter_", hook->target, BTF_KIND_FUNC);
		break;
	case HOOK_FUNCTION:
		/* A module's function is in the module's BTF, which libbpf searches too. */
		return btf_has("", hook->target, BTF_KIND_FUNC) ? PRESENT : SYMBOLS_TELL;
	case HOOK_KPROBE:
		return SYMBOLS_TELL;
	default:
		break;
	}
	return present ? PRESENT : ABSENT;
}

void hooks_present(const struct hook *const hooks[], size_t count, bool present[])
{
	const char *names[PROGRAMS_MAX] = { NULL };
	bool found[PROGRAMS_MAX];
	size_t asked[PROGRAMS_MAX], asked_count = 0, i;

	for (i = 0; i < count; i++) {
		enum presence presence = presence_of(hooks[i]);

		present[i] = presence != ABSENT;
		if (presence == SYMBOLS_TELL) {
			names[asked_count] = hooks[i]->target;
			asked[asked_count++] = i;
		}
	}
	if (!asked_count || !kallsyms_find(names, asked_count, found))
		return;
	for (i = 0; i < asked_count; i++)
		present[asked[i]] = found[i];
}
