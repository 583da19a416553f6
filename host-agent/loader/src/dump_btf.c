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

int dump_btf_main(const char *path)
{
	struct btf *btf = btf__parse(path, NULL);
	struct btf_dump *dump = NULL;
	unsigned int count, id;
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
	puts("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n"
	     "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	     "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n"
	     "#endif\n");
	count = btf__type_cnt(btf);
	for (id = 1; id < count; id++) {
		int error = btf_dump__dump_type(dump, id);

		if (error) {
			fprintf(stderr, "probepad-loader: type %u of %s: %s\n", id, path, strerror(-error));
			goto cleanup;
		}
	}
	puts("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n\n#endif /* __VMLINUX_H__ */");
	status = fflush(stdout) ? 1 : 0;
cleanup:
	btf_dump__free(dump);
	btf__free(btf);
	return status;
}
