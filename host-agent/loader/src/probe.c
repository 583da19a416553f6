/* probe-capabilities: by trying, where trying is harmless. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "confine.h"
#include "file.h"
#include "hook.h"
#include "libbpf_log.h"
#include "message.h"
#include "modes.h"
#include "privilege.h"

static json_t *names_of(uint64_t set)
{
	json_t *names = json_array();
	unsigned int number;

	for (number = 0; number < 64; number++)
		if ((set & CAPABILITY(number)) && capability_name(number))
			json_array_append_new(names, json_string(capability_name(number)));
	return names;
}

/* `return 0` of that type. An fd or -errno. */
static int load_nothing(enum bpf_prog_type type, struct bpf_prog_load_opts *options)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(type, "probepad_probe", "GPL", insns, 2, options);

	return fd < 0 ? -errno : fd;
}

static json_t *answer(int fd_or_error)
{
	if (fd_or_error >= 0)
		close(fd_or_error);
	return json_pack("{s:b, s:s}", "works", fd_or_error >= 0, "error", fd_or_error < 0 ? strerror(-fd_or_error) : "");
}

static int try_fentry(const struct btf *btf, enum bpf_attach_type type, enum bpf_prog_type program_type, const char *name)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = type);
	int id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) : -ENOENT, fd, link;

	if (id < 0)
		return -ENOENT;
	options.attach_btf_id = (__u32)id;
	fd = load_nothing(program_type, &options);
	/* LSM would take part in decisions of this machine: loading it says enough. */
	if (fd < 0 || program_type == BPF_PROG_TYPE_LSM)
		return fd;
	link = bpf_raw_tracepoint_open(NULL, fd);
	link = link < 0 ? -errno : link;
	close(fd);
	return link;
}

static bool has_type(const struct btf *btf, const char *name)
{
	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT) > 0;
}

/* LSM programs load on kernels that never ask them. Where securityfs isn't mounted, nobody says so. */
static bool lsm_is_active(void)
{
	char text[512];

	return file_read("/sys/kernel/security/lsm", text, sizeof(text)) <= 0 || strstr(text, "bpf");
}

static json_t *probe_tracefs(void)
{
	const char *tracefs = tracefs_path();
	char path[128];
	bool instance = false;

	if (tracefs) {
		snprintf(path, sizeof(path), "%s/instances/probepad-probe%d", tracefs, getpid());
		instance = !mkdir(path, 0700);
		if (instance)
			rmdir(path);
	}
	return json_pack("{s:s, s:b}", "path", tracefs ? tracefs : "", "instances", instance);
}

static json_t *probe_cgroup(void)
{
	const char *version = cgroup_memory_version();
	struct run_cgroup group = { .lock = -1 };
	char name[32], why[900];
	int error;

	snprintf(name, sizeof(name), "probe%d", getpid());
	error = run_cgroup_find(&group, name, why, sizeof(why));
	if (!error)
		error = run_cgroup_enter(&group, 1 << 20, why, sizeof(why));
	run_cgroup_remove(&group, getpid());
	return json_pack("{s:s, s:b, s:s, s:s}", "version", version ? version : "", "works", !error, "step",
			 error ? why : "", "error", error ? strerror(-error) : "");
}

int probe_main(void)
{
	struct capabilities now = { 0 };
	struct utsname system = { 0 };
	struct btf *btf;
	json_t *attach;
	int lsm;

	libbpf_log_start();
	confine_start();
	capabilities_get(&now);
	uname(&system);
	btf = btf__load_vmlinux_btf();
	lsm = try_fentry(btf, BPF_LSM_MAC, BPF_PROG_TYPE_LSM, "bpf_lsm_file_open");
	attach = json_pack("{s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b}", "tracepoint",
			   answer(load_nothing(BPF_PROG_TYPE_TRACEPOINT, NULL)), "fentry",
			   answer(try_fentry(btf, BPF_TRACE_FENTRY, BPF_PROG_TYPE_TRACING, "bpf_fentry_test1")), "lsm",
			   answer(lsm), "lsm_active", lsm >= 0 && lsm_is_active(), "kprobe", kernel_has_kprobes(), "kprobe_multi",
			   kernel_has_kprobes() && has_type(btf, "bpf_kprobe_multi_link"), "tcx", has_type(btf, "tcx_link"), "btf",
			   btf != NULL);
	message_send(json_pack("{s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:i, s:o}", "type", "capabilities", "kernel",
			       system.release, "uid", (json_int_t)geteuid(), "effective", names_of(now.effective),
			       "permitted", names_of(now.permitted), "tracefs", probe_tracefs(), "cgroup", probe_cgroup(),
			       "landlock", landlock_abi(), "attach", attach));
	btf__free(btf);
	return 0;
}
