/*
 * What the host allows, checked on what the kernel was given: bpf_program__insns() after loading holds every
 * subprogram, relocated. A check before loading would miss them.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "kernel_btf.h"
#include "run.h"

/* libbpf writes these into calls that this kernel can't resolve; the verifier has shown them to be dead code. */
#define POISON_CORE 195896080
#define POISON_MIN 2000000000
#define POISON_MAX 2009999999

/*
 * The instruction behind cond_break and can_loop, since 6.9: eight million rounds, or a quarter of a second, a function; so its
 * loops within loops run for hours as those of bpf_loop() do. Denied by its name among the helpers. Source: linux/bpf.h of 6.9.
 */
#define CONDITIONAL_JUMP 0xe0
#define MAY_GOTO "may_goto"

static const char *const helper_names[] = {
#ifdef ___BPF_FUNC_MAPPER
#define HELPER_NAME(name, number, ...) [number] = "bpf_" #name,
	___BPF_FUNC_MAPPER(HELPER_NAME)
#else
	/* Headers before 6.2 bring the commas along. */
#define HELPER_NAME(name) [BPF_FUNC_##name] = "bpf_" #name
	__BPF_FUNC_MAPPER(HELPER_NAME)
	/* 6.2; no kernel has had more helpers since. */
	[210] = "bpf_cgrp_storage_get",
	[211] = "bpf_cgrp_storage_delete",
#endif
};

static int check_helper(struct run *run, const struct program *program, int id)
{
	const struct globs *denied = &run->spec.policy.helpers_denied;
	char unknown[32];
	const char *name = NULL;

	if (id == POISON_CORE || (id >= POISON_MIN && id <= POISON_MAX) || id == 0)
		return 0;
	if (id > 0 && (size_t)id < sizeof(helper_names) / sizeof(helper_names[0]))
		name = helper_names[id];
	if (!name) {
		/* A helper nobody here has heard of can't be told from a denied one. */
		snprintf(unknown, sizeof(unknown), "helper number %d", id);
		return denied->count ? policy_deny(run, program, "to call", unknown) : 0;
	}
	if (globs_match(denied, name) || globs_match(denied, name + strlen("bpf_")))
		return policy_deny(run, program, "to call", name);
	return 0;
}

static int check_kfunc(struct run *run, const struct program *program, const struct bpf_insn *insn)
{
	const struct btf *kernel = kernel_btf();
	const struct btf_type *type = NULL;
	const char *name = NULL;

	/* `off` is the module whose BTF has the function; only the kernel's own are known by name. */
	if (kernel && !insn->off)
		type = btf__type_by_id(kernel, (__u32)insn->imm);
	if (type)
		name = btf__name_by_offset(kernel, type->name_off);
	if (!name)
		name = "a module's kernel function";
	return globs_match(&run->spec.policy.kfuncs_allowed, name) ? 0 : policy_deny(run, program, "to call", name);
}

static int check_instructions(struct run *run, const struct program *program)
{
	const struct bpf_insn *insns = bpf_program__insns(program->bpf);
	size_t count = bpf_program__insn_cnt(program->bpf), i;

	for (i = 0; i < count; i++) {
		const struct bpf_insn *insn = &insns[i];

		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW)) {
			i++; /* its second half is no instruction */
			continue;
		}
		if (insn->code == (BPF_JMP | CONDITIONAL_JUMP) && globs_match(&run->spec.policy.helpers_denied, MAY_GOTO))
			return policy_deny(run, program, "to loop by", MAY_GOTO);
		if (insn->code != (BPF_JMP | BPF_CALL))
			continue;
		if (insn->src_reg == 0 && check_helper(run, program, insn->imm))
			return -1;
		if (insn->src_reg == BPF_PSEUDO_KFUNC_CALL && check_kfunc(run, program, insn))
			return -1;
	}
	return 0;
}

/* bpftool's word, but for programs that change return values: their type is that of harmless ones. */
static const char *type_of(const struct bpf_program *bpf)
{
	const char *type;

	if (bpf_program__type(bpf) == BPF_PROG_TYPE_TRACING &&
	    bpf_program__expected_attach_type(bpf) == BPF_MODIFY_RETURN)
		return "fmod_ret";
	type = libbpf_bpf_prog_type_str(bpf_program__type(bpf));
	return type ? type : "unknown";
}

int policy_check(struct run *run)
{
	size_t i;

	for (i = 0; i < run->program_count; i++) {
		struct program *program = &run->programs[i];
		const char *type;

		if (!program_is_wanted(program))
			continue;
		type = type_of(program->bpf);
		if (!globs_match(&run->spec.policy.program_types, type))
			return policy_deny(run, program, "of type", type);
		if (check_instructions(run, program) || policy_check_target(run, program))
			return -1;
	}
	return 0;
}
