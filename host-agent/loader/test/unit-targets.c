/* What programs attach to, by whatever name, and which files may be opened for it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "glob.h"
#include "hook.h"
#include "privilege.h"
#include "section_name.h"
#include "target_name.h"
#include "target_path.h"
#include "trace.h"
#include "unit.h"

static void test_globs(void)
{
	static const struct {
		const char *pattern, *text;
		int match;
	} cases[] = {
		{ "*", "", 1 },		    { "*", "vfs_read", 1 },	    { "vfs_*", "vfs_read", 1 },
		{ "vfs_*", "vfs", 0 },	    { "*_read", "vfs_read", 1 },    { "*_read", "vfs_readv", 0 },
		{ "a*b*c", "axxbyyc", 1 },  { "a*b*c", "axxbyy", 0 },	    { "a*b*c", "abbbc", 1 },
		{ "", "", 1 },		    { "", "x", 0 },		    { "vfs_read", "vfs_read", 1 },
		{ "vfs_?", "vfs_x", 1 },    { "**", "anything", 1 },	    { "*aab", "aaaaaaaaaaaab", 1 },
		{ "[a]", "a", 0 },	    { "vfs_?", "vfs_", 0 },	    { "*?b", "aab", 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(wildcard_match(cases[i].pattern, cases[i].text) == cases[i].match, "'%s' %s '%s'", cases[i].pattern,
		      cases[i].match ? "matches" : "does not match", cases[i].text);
	check(!globs_match(&(struct globs){ 0 }, "anything"), "an empty list matches nothing");
	check(globs_match_all(&(struct globs){ (const char *[]){ "x", "*" }, 2 }), "a star matches all");
	check(!globs_match_all(&(struct globs){ (const char *[]){ "?", "v*", "" }, 3 }), "one character isn't all");
}

static void test_hooks(void)
{
	static const struct {
		const char *section;
		enum attach_type type;
		enum hook_family family;
		const char *target;
	} cases[] = {
		{ "tracepoint/sched/sched_switch", ATTACH_TRACEPOINT, HOOK_TRACEPOINT, "sched/sched_switch" },
		{ "tp/sched/sched_switch", ATTACH_TRACEPOINT, HOOK_TRACEPOINT, "sched/sched_switch" },
		{ "raw_tp/sys_enter", ATTACH_RAW_TRACEPOINT, HOOK_RAW_TRACEPOINT, "sys_enter" },
		{ "tp_btf/sched_switch", ATTACH_TRACING, HOOK_TP_BTF, "sched_switch" },
		{ "fentry.s/vfs_read", ATTACH_TRACING, HOOK_FUNCTION, "vfs_read" },
		{ "lsm/file_open", ATTACH_TRACING, HOOK_LSM, "file_open" },
		{ "kprobe/vfs_read+0x10", ATTACH_KPROBE, HOOK_KPROBE, "vfs_read" },
		{ "kretprobe", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "kprobe.multi/tcp_*", ATTACH_KPROBE_MULTI, HOOK_KPROBE_MULTI, "tcp_*" },
		{ "uprobe//usr/bin/bash:readline", ATTACH_UPROBE, HOOK_UPROBE, "/usr/bin/bash" },
		{ "uretprobe.multi//usr/bin/bash:readline", ATTACH_UPROBE, HOOK_UPROBE, "/usr/bin/bash" },
		{ "uprobe.multi//usr/bin/bash:read*", ATTACH_UPROBE, HOOK_UPROBE, "/usr/bin/bash" },
		{ "usdt//lib/libc.so.6:libc:setjmp", ATTACH_USDT, HOOK_USDT, "/lib/libc.so.6" },
		{ "ksyscall/openat", ATTACH_KSYSCALL, HOOK_KSYSCALL, "openat" },
		{ "iter/task", ATTACH_ITER, HOOK_ITER, "task" },
		{ "perf_event", ATTACH_PERF_EVENT, HOOK_PERF_EVENT, "cpu-clock" },
		{ "xdp.frags", ATTACH_AUTO, HOOK_INTERFACE, "" },
		{ "tcx/ingress", ATTACH_AUTO, HOOK_INTERFACE, "" },
		{ "cgroup/connect4", ATTACH_AUTO, HOOK_CGROUP, "" },
		{ "lsm_cgroup/socket_bind", ATTACH_AUTO, HOOK_CGROUP, "" },
		{ "?kprobe/vfs_read", ATTACH_KPROBE, HOOK_KPROBE, "vfs_read" },
		{ "sk_lookup", ATTACH_AUTO, HOOK_OTHER, "sk_lookup" },
		{ "kprobe.session/vfs_*", ATTACH_AUTO, HOOK_OTHER, "kprobe.session/vfs_*" },
		/* What libbpf or the kernel would read differently from a policy is no target. */
		{ "tp/sched/../syscalls/sys_enter_openat", ATTACH_AUTO, HOOK_TRACEPOINT, "" },
		{ "kprobe/commit_creds,x", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "kprobe/commit_creds+", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "kprobe/commit_creds+-8", ATTACH_AUTO, HOOK_KPROBE, "" },
		{ "ksyscall/openat,x", ATTACH_AUTO, HOOK_KSYSCALL, "" },
		{ "uprobe//tmp/a!/b:f", ATTACH_AUTO, HOOK_UPROBE, "" },
		{ "uprobe//usr/bin/bash", ATTACH_AUTO, HOOK_UPROBE, "" },
		{ "usdt//lib/libc.so.6:libc:setjmp:x", ATTACH_AUTO, HOOK_USDT, "" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct attach_spec attach;
		struct hook hook;
		char text[64];

		attach_from_section(cases[i].section, text, &attach);
		hook_of(&attach, cases[i].section, &hook);
		check(attach.type == cases[i].type && hook.family == cases[i].family && !strcmp(hook.target, cases[i].target),
		      "SEC(\"%s\") hooks '%s'", cases[i].section, hook.target);
	}
}

static void test_presence(void)
{
	static const struct hook absent = { HOOK_KPROBE, "probepad_no_such_function" },
				 present = { HOOK_KPROBE, "schedule" }, unnamed = { HOOK_KPROBE, "" },
				 elsewhere = { HOOK_UPROBE, "/bin/probepad-no-such-binary" },
				 traced = { HOOK_FUNCTION, "probepad_no_such_function" };
	const struct hook *const hooks[] = { &absent, &present, &unnamed, &elsewhere, &traced };
	bool answers[5];

	hooks_present(hooks, 5, answers);
	check(!answers[0] && answers[1] && answers[2] && answers[3] && !answers[4],
	      "the symbol table tells which functions are absent: %d%d%d%d%d", answers[0], answers[1], answers[2],
	      answers[3], answers[4]);
}

static void test_section_targets(void)
{
	struct attach_spec attach;
	char text[64];

	attach_from_section("kretprobe/vfs_read", text, &attach);
	check(attach.is_return && !attach.offset && attach.pid == -1, "a kretprobe returns");
	attach_from_section("uprobe/libc.so.6:malloc+0x10", text, &attach);
	check(!strcmp(attach.path, "libc.so.6") && !strcmp(attach.function, "malloc") && attach.offset == 16,
	      "a uprobe names binary, function and offset");
	attach_from_section("usdt/libc.so.6:libc:setjmp", text, &attach);
	check(!strcmp(attach.path, "libc.so.6") && !strcmp(attach.provider, "libc") && !strcmp(attach.name, "setjmp"),
	      "a USDT probe names binary, provider and name");
}

static void test_target_names(void)
{
	static char word[600];
	struct attach_spec attach = { .type = ATTACH_XDP, .interface = "eth0:veth" };

	check(!target_name_sound(&attach), "the kernel would attach to eth0");
	attach = (struct attach_spec){ .type = ATTACH_KPROBE, .function = "0xffffffff81000000" };
	check(!target_name_sound(&attach), "an address is no function");
	attach = (struct attach_spec){
		.type = ATTACH_UPROBE, .path = "/usr/bin/env", .function = "main", .offset = 4, .is_return = true
	};
	check(!target_name_sound(&attach), "nothing returns from the middle of a function");
	attach.function = "";
	check(target_name_sound(&attach), "an offset in the file may be a beginning");
	memset(word, 'a', sizeof(word) - 1);
	attach.function = word;
	check(!target_name_sound(&attach), "a name that would be cut is none");
}

static void test_target_paths(void)
{
	char *real = target_path_real("/usr/bin/../bin/env");

	check(real && !strcmp(real, "/usr/bin/env"), "dots go");
	free(real);
	real = target_path_real("env");
	check(real && !strcmp(real, "/usr/bin/env"), "a program is looked for along PATH: %s", real ? real : "none");
	free(real);
	real = target_path_real("libc.so.6");
	check(real && strstr(real, "/libc.so.6") && *real == '/', "a library in the library folders: %s", real ? real : "none");
	free(real);
	check(!target_path_real("/usr/bin/no-such-program"), "what is not there has no name");
}

/* Whether that file can be opened behind a fence with that rule. */
static bool opens_behind(struct fence_rule rule, const char *path, int flags)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || landlock_fence(&rule, 1))
			_exit(2);
		_exit(open(path, flags) < 0);
	}
	waitpid(child, &status, 0);
	check(status == 0 || WEXITSTATUS(status) == 1, "the fence for %s stands", rule.path);
	return status == 0;
}

static void test_fence(void)
{
	if (!landlock_abi())
		return;
	check(opens_behind((struct fence_rule){ "/usr/bin/env", FENCE_READ_FILE }, "/usr/bin/env", O_RDONLY),
	      "a binary that is named can be read");
	check(!opens_behind((struct fence_rule){ "/", FENCE_READ_FILE }, "/usr/bin/env", O_RDONLY),
	      "a folder that is named as a binary opens nothing");
	check(!opens_behind((struct fence_rule){ "/usr", FENCE_READ_CGROUP }, "/usr", O_RDONLY | O_DIRECTORY),
	      "nor does one that is named as a cgroup");
}

void test_targets(void)
{
	test_globs();
	test_hooks();
	test_presence();
	test_section_targets();
	test_target_names();
	test_target_paths();
	test_fence();
}
