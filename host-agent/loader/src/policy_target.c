/* What the policy says of where a program attaches. It reads the very strings that attaching takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "target_name.h"
#include "target_path.h"

/* One target under the several names people know it by. */
struct names {
	char text[5][640];
	size_t count;
};

static void add_name(struct names *names, const char *prefix, const char *name)
{
	snprintf(names->text[names->count], sizeof(names->text[0]), "%s%s", prefix, name);
	names->count++;
}

static void names_of(const struct hook *hook, struct names *names)
{
	const char *slash;

	names->count = 0;
	add_name(names, "", hook->target);
	switch (hook->family) {
	case HOOK_TRACEPOINT:
		slash = strchr(hook->target, '/');
		if (!slash)
			break;
		add_name(names, "", hook->target);
		names->text[1][slash - hook->target] = ':';
		add_name(names, "", slash + 1);
		break;
	case HOOK_KSYSCALL:
		add_name(names, "sys_", hook->target);
		add_name(names, "__x64_sys_", hook->target);
		add_name(names, "__arm64_sys_", hook->target);
		/* Without wrappers. */
		add_name(names, "__se_sys_", hook->target);
		break;
	case HOOK_LSM:
		add_name(names, "bpf_lsm_", hook->target);
		add_name(names, "security_", hook->target);
		break;
	default:
		break;
	}
}

static int check_names(struct run *run, const struct program *program, const struct globs *wanted)
{
	struct names names;
	bool allowed = false;
	size_t i;

	names_of(&program->hook, &names);
	for (i = 0; i < names.count; i++) {
		if (globs_match(&run->spec.policy.targets_denied, names.text[i]))
			return policy_deny(run, program, "on", program->hook.target);
		allowed = allowed || globs_match(wanted, names.text[i]);
	}
	return allowed ? 0 : policy_deny(run, program, "on", program->hook.target);
}

static bool is_path(const struct hook *hook)
{
	return hook->family == HOOK_UPROBE || hook->family == HOOK_USDT || hook->family == HOOK_CGROUP;
}

/* From here on the target is the file itself. Returns false for what has no name: only who may attach anywhere may take that. */
static bool resolve_path(struct program *program)
{
	struct attach_spec resolved = program->attach;

	free(program->real_path);
	program->real_path = target_path_real(program->attach.path);
	resolved.path = program->real_path;
	if (!program->real_path || !target_name_sound(&resolved))
		return false;
	program->attach = resolved;
	hook_of(&program->attach, program->section, &program->hook);
	return true;
}

int policy_check_target(struct run *run, struct program *program)
{
	const struct policy *policy = &run->spec.policy;
	const struct hook *hook = &program->hook;
	const struct globs *wanted = hook->family == HOOK_CGROUP ? &policy->cgroups_allowed : &policy->targets_allowed;
	bool everywhere = !policy->targets_denied.count && globs_match_all(wanted);
	char name[640];

	if (hook->family == HOOK_NONE || hook->family == HOOK_PERF_EVENT || !hook->target[0])
		return 0;
	if (hook->family == HOOK_INTERFACE)
		return globs_match(&policy->interfaces_allowed, hook->target) ?
			       0 :
			       policy_deny(run, program, "on interface", hook->target);
	if (is_path(hook) && !resolve_path(program) && !everywhere)
		return policy_deny(run, program, "on a file without a name of its own:", hook->target);
	if (everywhere)
		return 0;
	if (hook->family == HOOK_KPROBE_MULTI)
		return kprobe_multi_denied(policy, hook->target, name, sizeof(name)) ?
			       policy_deny(run, program, "on", name) :
			       0;
	/* libbpf reads such a section by itself; where that leads isn't known here. */
	if (hook->family == HOOK_OTHER)
		return policy_deny(run, program, "with the section", hook->target);
	/* Far enough from its beginning lies another function. */
	if (hook->family == HOOK_KPROBE && program->attach.offset)
		return policy_deny(run, program, "at an offset in", hook->target);
	return check_names(run, program, wanted);
}
