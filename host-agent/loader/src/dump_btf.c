#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "modes.h"

static void print(void *context, const char *format, va_list arguments)
{
	vfprintf(context, format, arguments);
}

static int dump_types(struct btf_dump *dump, const struct btf *btf, const char *path)
{
	__u32 count = btf__type_cnt(btf), id;

	puts("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	     "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n"
	     "#endif\n");
	for (id = 1; id < count; id++) {
		int error = btf_dump__dump_type(dump, id);

		if (error) {
			fprintf(stderr, "probepad-loader: type %u of %s: %s\n", id, path, strerror(-error));
			return -1;
		}
	}
	puts("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n");
	return 0;
}

/* The function that a tag of BTF names a kfunc (pahole's --btf_features=decl_tag_kfuncs, kernel 6.10); NULL for other types. */
static const struct btf_type *kfunc_of(const struct btf *btf, __u32 id)
{
	const struct btf_type *tag = btf__type_by_id(btf, id), *function;

	if (!btf_is_decl_tag(tag) || btf_decl_tag(tag)->component_idx != -1 ||
	    strcmp(btf__name_by_offset(btf, tag->name_off), "bpf_kfunc"))
		return NULL;
	function = btf__type_by_id(btf, tag->type);
	return function && btf_is_func(function) ? function : NULL;
}

/* Prototypes of the kernel's functions for BPF, under the macros that bpftool's vmlinux.h has around them. */
static int dump_kfuncs(struct btf_dump *dump, const struct btf *btf, const char *path)
{
	__u32 count = btf__type_cnt(btf), id;

	puts("#ifndef BPF_NO_KFUNC_PROTOTYPES\n"
	     "#ifndef __ksym\n#define __ksym __attribute__((section(\".ksyms\")))\n#endif\n"
	     "#ifndef __weak\n#define __weak __attribute__((weak))\n#endif\n");
	for (id = 1; id < count; id++) {
		const struct btf_type *kfunc = kfunc_of(btf, id);
		LIBBPF_OPTS(btf_dump_emit_type_decl_opts, options);
		int error;

		if (!kfunc)
			continue;
		options.field_name = btf__name_by_offset(btf, kfunc->name_off);
		printf("extern ");
		error = btf_dump__emit_type_decl(dump, kfunc->type, &options);
		if (error) {
			fprintf(stderr, "probepad-loader: kfunc %s of %s: %s\n", options.field_name, path, strerror(-error));
			return -1;
		}
		puts(" __weak __ksym;");
	}
	puts("#endif\n");
	return 0;
}

int dump_btf_main(const char *path)
{
	struct btf *btf = btf__parse(path, NULL);
	struct btf_dump *dump = NULL;
	int status = 1;

	if (!btf) {
		fprintf(stderr, "probepad-loader: reading BTF from %s: %s\n", path, strerror(errno));
		return 1;
	}
	dump = btf_dump__new(btf, print, stdout, NULL);
	if (!dump) {
		fprintf(stderr, "probepad-loader: %s\n", strerror(errno));
		goto cleanup;
	}
	puts("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n");
	if (dump_types(dump, btf, path) || dump_kfuncs(dump, btf, path))
		goto cleanup;
	puts("#endif /* __VMLINUX_H__ */");
	status = fflush(stdout) ? 1 : 0;
cleanup:
	btf_dump__free(dump);
	btf__free(btf);
	return status;
}
