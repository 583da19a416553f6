#include "section_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "target_name.h"

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
	{ "iter/", HOOK_ITER, false },
	{ "iter.s/", HOOK_ITER, false },
	{ "kprobe.multi/", HOOK_KPROBE_MULTI, false },
	{ "kretprobe.multi/", HOOK_KPROBE_MULTI, true },
	{ "kprobe/", HOOK_KPROBE, false },
	{ "kretprobe/", HOOK_KPROBE, true },
	{ "ksyscall/", HOOK_KSYSCALL, false },
	{ "kretsyscall/", HOOK_KSYSCALL, true },
	{ "uprobe.multi/", HOOK_UPROBE, false },
	{ "uprobe.multi.s/", HOOK_UPROBE, false },
	{ "uretprobe.multi/", HOOK_UPROBE, true },
	{ "uretprobe.multi.s/", HOOK_UPROBE, true },
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

void section_name_read(const char *section, struct section_name *name)
{
	size_t i;

	*name = (struct section_name){ .target = "" };
	/* "?" before a section's name means autoload off (libbpf). */
	if (*section == '?')
		section++;
	for (i = 0; i < sizeof(section_prefixes) / sizeof(section_prefixes[0]); i++) {
		const struct section_prefix *entry = &section_prefixes[i];

		if (!starts_with(section, entry->prefix))
			continue;
		name->target = section + strlen(entry->prefix);
		name->family = entry->family;
		name->is_return = entry->is_return;
		return;
	}
	for (i = 0; i < sizeof(section_words) / sizeof(section_words[0]); i++) {
		if (!strcmp(section, section_words[i].word)) {
			name->family = section_words[i].family;
			name->is_return = strstr(section, "ret") != NULL;
			return;
		}
	}
	if (starts_with(section, "xdp") || starts_with(section, "tc/") || starts_with(section, "tcx/") ||
	    starts_with(section, "netkit/"))
		name->family = HOOK_INTERFACE;
	else if (starts_with(section, "cgroup") || starts_with(section, "lsm_cgroup/"))
		name->family = HOOK_CGROUP;
	else
		name->family = HOOK_OTHER;
}

/* Ends `text` at the first `separator` and returns what follows it, or NULL. */
static char *cut(char *text, char separator)
{
	char *found = strchr(text, separator);

	if (!found)
		return NULL;
	*found = '\0';
	return found + 1;
}

/* Ends `text` before its last `+number`, the whole of which has to be a number as strtoull(3) reads it. */
static bool cut_offset(char *text, uint64_t *offset)
{
	char *plus = strrchr(text, '+'), *end;

	*offset = 0;
	if (!plus)
		return true;
	errno = 0;
	*offset = strtoull(plus + 1, &end, 0);
	if (!isdigit((unsigned char)plus[1]) || *end || errno)
		return false;
	*plus = '\0';
	return true;
}

/* `path:function+offset`, `path:pattern` */
static bool read_uprobe(char *text, struct attach_spec *attach)
{
	char *function = cut(text, ':');

	attach->type = ATTACH_UPROBE;
	attach->path = text;
	attach->function = function;
	return *text && function && *function && cut_offset(function, &attach->offset);
}

/* `path:provider:name` */
static bool read_usdt(char *text, struct attach_spec *attach)
{
	char *provider = cut(text, ':'), *name = provider ? cut(provider, ':') : NULL;

	attach->type = ATTACH_USDT;
	attach->path = text;
	attach->provider = provider;
	attach->name = name;
	return *text && name && *provider && *name && !strchr(name, ':');
}

static bool read_target(const struct section_name *section, char *text, struct attach_spec *attach)
{
	attach->is_return = section->is_return;
	switch (section->family) {
	case HOOK_TRACEPOINT:
		attach->type = ATTACH_TRACEPOINT;
		attach->category = text;
		attach->name = cut(text, '/');
		return attach->name;
	case HOOK_RAW_TRACEPOINT:
		attach->type = ATTACH_RAW_TRACEPOINT;
		attach->name = text;
		return true;
	case HOOK_TP_BTF:
	case HOOK_FUNCTION:
	case HOOK_LSM:
		attach->type = ATTACH_TRACING;
		attach->function = text;
		return *text;
	case HOOK_KPROBE:
		attach->type = ATTACH_KPROBE;
		attach->function = text;
		return cut_offset(text, &attach->offset);
	case HOOK_KPROBE_MULTI:
		attach->type = ATTACH_KPROBE_MULTI;
		attach->pattern = text;
		return true;
	case HOOK_KSYSCALL:
		attach->type = ATTACH_KSYSCALL;
		attach->syscall = text;
		return true;
	case HOOK_UPROBE:
		return read_uprobe(text, attach);
	case HOOK_USDT:
		return read_usdt(text, attach);
	case HOOK_PERF_EVENT:
		/* Sampling has a default. */
		attach->type = ATTACH_PERF_EVENT;
		attach->event = "cpu-clock";
		return true;
	case HOOK_ITER:
		attach->type = ATTACH_ITER;
		return true;
	default:
		return false;
	}
}

void attach_from_section(const char *section, char *text, struct attach_spec *attach)
{
	struct section_name name;

	section_name_read(section, &name);
	strcpy(text, name.target);
	*attach = (struct attach_spec){ .pid = -1 };
	if (!read_target(&name, text, attach) || !target_name_sound(attach))
		*attach = (struct attach_spec){ .type = ATTACH_AUTO, .pid = -1 };
}
