#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, u64); } counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
SEC("tp/syscalls/sys_enter_getppid")
int handle(void *ctx)
{
	u64 *record = bpf_ringbuf_reserve(&events, 8, 0);
	if (!record)
		return 0;
	*record = 1;
	if (bpf_get_prandom_u32() & 1)
		bpf_ringbuf_submit(record, 0);
	return 0;
}
