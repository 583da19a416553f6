/*
 * libbpf takes no BTF that its caller has read, so its own call is answered: the linker is told --wrap=btf__load_vmlinux_btf
 * (ld(1)). That reaches into a static libbpf only; with a shared one libbpf reads for itself, later.
 */
#include "kernel_btf.h"

#include <stddef.h>

static struct btf *ahead;

struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);

/* Who gets it owns it: libbpf frees its own when the load is over. */
struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	struct btf *given = ahead;

	ahead = NULL;
	return given ? given : __real_btf__load_vmlinux_btf();
}

void kernel_btf_read_ahead(void)
{
	if (!ahead)
		ahead = __real_btf__load_vmlinux_btf();
}

void kernel_btf_forget(void)
{
	btf__free(ahead);
	ahead = NULL;
}

const struct btf *kernel_btf(void)
{
	static struct btf *btf;

	if (!btf)
		btf = btf__load_vmlinux_btf();
	return btf;
}
