// SPDX-License-Identifier: Apache-2.0
/* One program for each kind of hook that the machine's own kernel may lack; no types of the kernel needed. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define EPERM 1

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/do_unlinkat")
int on_kprobe(void *ctx)
{
	return 0;
}

SEC("fentry/do_unlinkat")
int on_fentry(void *ctx)
{
	return 0;
}

/* Refuses every mkdir: seen from outside, so the hook is not only attached but asked. */
SEC("lsm/inode_mkdir")
int on_lsm(void *ctx)
{
	return -EPERM;
}
