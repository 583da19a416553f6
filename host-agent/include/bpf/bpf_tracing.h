/* SPDX-License-Identifier: Apache-2.0 */
/* libbpf's own header, with the names that releases since 1.2 have and older ones lack. */
#pragma GCC system_header
#include_next <bpf/bpf_tracing.h>

#ifndef __PROBEPAD_BPF_TRACING_H__
#define __PROBEPAD_BPF_TRACING_H__

/* A uprobe's function gets its arguments the way a kprobe's does. */
#ifndef BPF_UPROBE
#define BPF_UPROBE(name, args...) BPF_KPROBE(name, ##args)
#endif
#ifndef BPF_URETPROBE
#define BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ##args)
#endif

#endif /* __PROBEPAD_BPF_TRACING_H__ */
