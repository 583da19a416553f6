#include "hook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel_btf.h"

static const struct section_prefix {
	const char *prefix;
	enum hook_family family;
	bool is_return;
} section_prefixes[] = {
	/* Longer ones first where one begins another. */
	{ "tracepoint/", HOOK_TRACEPOINT, false },
	{ "tp/", HOOK_TRACEPOINT, false },
	{ "raw_tracepoint.w/", HOOK_RAW_TRACEPOINT, false },
	{ "raw_tracepoint/", HOOK_RAW_TRACEPOINT, false },
	{ "raw_tp.w/", HOOK_RAW_TRACEPOINT, false },
	{ "raw_tp/", HOOK_RAW_TRACEPOINT, false },
	{ "tp_btf/", HOOK_TP_BTF, false },
	{ "fentry/", HOOK_FUNCTION, false },
	{ "fentry.s/", HOOK_FUNCTION, false },
	{ "fexit/", HOOK_FUNCTION, true },
	{ "fexit.s/", HOOK_FUNCTION, true },
	{ "fmod_ret/", HOOK_FUNCTION, true },
	{ "fmod_ret.s/", HOOK_FUNCTION, true },
	{ "lsm/", HOOK_LSM, false },
	{ "lsm.s/", HOOK_LSM, false },
	{ "lsm_cgroup/", HOOK_LSM, false },
	{ "iter/", HOOK_ITER, false },
	{ "iter.s/", HOOK_ITER, false },
	{ "kprobe.multi/", HOOK_KPROBE_MULTI, false },
	{ "kretprobe.multi/", HOOK_KPROBE_MULTI, true },
	{ "kprobe/", HOOK_KPROBE, false },
	{ "kretprobe/", HOOK_KPROBE, true },
	{ "ksyscall/", HOOK_KSYSCALL, false },
	{ "kretsyscall/", HOOK_KSYSCALL, true },
	{ "uprobe.s/", HOOK_UPROBE, false },
	{ "uretprobe.s/", HOOK_UPROBE, true },
	{ "uprobe/", HOOK_UPROBE, false },
	{ "uretprobe/", HOOK_UPROBE, true },
	{ "usdt/", HOOK_USDT, false },
	{ "usdt.s/", HOOK_USDT, false },
};

static const struct {
	const char *word;
	enum hook_family family;
} section_words[] = {
	{ "kprobe", HOOK_KPROBE },	     { "kretprobe", HOOK_KPROBE },  { "kprobe.multi", HOOK_KPROBE_MULTI },
	{ "kretprobe.multi", HOOK_KPROBE_MULTI }, { "uprobe", HOOK_UPROBE },     { "uretprobe", HOOK_UPROBE },
	{ "uprobe.s", HOOK_UPROBE },	     { "uretprobe.s", HOOK_UPROBE }, { "usdt", HOOK_USDT },
	{ "ksyscall", HOOK_KSYSCALL },	     { "kretsyscall", HOOK_KSYSCALL }, { "tracepoint", HOOK_TRACEPOINT },
	{ "tp", HOOK_TRACEPOINT },	     { "raw_tp", HOOK_RAW_TRACEPOINT }, { "raw_tracepoint", HOOK_RAW_TRACEPOINT },
	{ "tp_btf", HOOK_TP_BTF },	     { "fentry", HOOK_FUNCTION },   { "fexit", HOOK_FUNCTION },
	{ "fmod_ret", HOOK_FUNCTION },	     { "lsm", HOOK_LSM },	    { "iter", HOOK_ITER },
	{ "perf_event", HOOK_PERF_EVENT },   { "tc", HOOK_INTERFACE },	    { "classifier", HOOK_INTERFACE },
	{ "action", HOOK_INTERFACE },	     { "socket", HOOK_INTERFACE },
};

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

void hook_from_section(const char *section, struct hook *hook)
{
	char *cut;
	size_t i;

	memset(hook, 0, sizeof(*hook));
	/* "?" before a section's name means autoload off (libbpf). */
	if (*section == '?')
		section++;
	for (i = 0; i < sizeof(section_prefixes) / sizeof(section_prefixes[0]); i++) {
		const struct section_prefix *entry = &section_prefixes[i];

		if (!starts_with(section, entry->prefix))
			continue;
		hook->family = entry->family;
		hook->is_return = entry->is_return;
		snprintf(hook->target, sizeof(hook->target), "%s", section + strlen(entry->prefix));
		if (hook->family == HOOK_KPROBE && (cut = strchr(hook->target, '+')))
			*cut = '\0';
		if ((hook->family == HOOK_UPROBE || hook->family == HOOK_USDT) && (cut = strchr(hook->target, ':')))
			*cut = '\0';
		return;
	}
	for (i = 0; i < sizeof(section_words) / sizeof(section_words[0]); i++) {
		if (!strcmp(section, section_words[i].word)) {
			hook->family = section_words[i].family;
			hook->is_return = strstr(section, "ret") != NULL;
			return;
		}
	}
	if (starts_with(section, "xdp") || starts_with(section, "tc/") || starts_with(section, "tcx/") ||
	    starts_with(section, "netkit/")) {
		hook->family = HOOK_INTERFACE;
	} else if (starts_with(section, "cgroup")) {
		hook->family = HOOK_CGROUP;
	} else {
		hook->family = HOOK_OTHER;
		snprintf(hook->target, sizeof(hook->target), "%s", section);
	}
}

static void set_target(struct hook *hook, enum hook_family family, const char *target)
{
	hook->family = family;
	snprintf(hook->target, sizeof(hook->target), "%s", target);
}

void hook_of(const struct attach_spec *attach, const char *section, struct hook *hook)
{
	struct hook written;

	hook_from_section(section, &written);
	memset(hook, 0, sizeof(*hook));
	hook->is_return = attach->is_return;
	switch (attach->type) {
	case ATTACH_AUTO:
		*hook = written;
		/* Sampling has a default: the CPU clock. */
		if (hook->family == HOOK_PERF_EVENT && !hook->target[0])
			set_target(hook, HOOK_PERF_EVENT, "cpu-clock");
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
		hook->is_return = written.is_return;
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

/* Whether the symbol table names that function, in the kernel or a module. */
static bool kallsyms_has(const char *name)
{
	char line[1024], symbol[512];
	bool found = false, any = false;
	FILE *file = fopen("/proc/kallsyms", "re");

	if (!file)
		return true;
	while (!found && fgets(line, sizeof(line), file)) {
		any = true;
		if (sscanf(line, "%*x %*c %511s", symbol) == 1 && !strcmp(symbol, name))
			found = true;
	}
	fclose(file);
	return found || !any;
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

bool hook_present(const struct hook *hook)
{
	if (!hook->target[0])
		return true;
	switch (hook->family) {
	case HOOK_TRACEPOINT:
		return tracepoint_present(hook->target);
	case HOOK_TP_BTF:
		return btf_has("btf_trace_", hook->target, BTF_KIND_TYPEDEF);
	case HOOK_LSM:
		return btf_has("bpf_lsm_", hook->target, BTF_KIND_FUNC);
	case HOOK_ITER:
		return btf_has("bpf_iter_", hook->target, BTF_KIND_FUNC);
	case HOOK_FUNCTION:
		/* A module's function is in the module's BTF, which libbpf searches too. */
		return btf_has("", hook->target, BTF_KIND_FUNC) || kallsyms_has(hook->target);
	case HOOK_KPROBE:
		return kallsyms_has(hook->target);
	default:
		return true;
	}
}
