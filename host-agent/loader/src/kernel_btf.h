/* The kernel's own BTF, which takes longer to read than all the rest of a load. */
#ifndef PROBEPAD_KERNEL_BTF_H
#define PROBEPAD_KERNEL_BTF_H

#include <bpf/btf.h>

/* Reads it now for whoever asks first, libbpf's load or kernel_btf(). Does nothing on a kernel that has none. */
void kernel_btf_read_ahead(void);

/* Frees what was read ahead and nobody has asked for. */
void kernel_btf_forget(void);

/* For looking names up; NULL when the kernel has none. Stays for the life of the process. */
const struct btf *kernel_btf(void);

#endif
