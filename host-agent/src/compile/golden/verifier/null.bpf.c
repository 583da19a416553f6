#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, u64); } counts SEC(".maps");
SEC("tp/syscalls/sys_enter_getppid")
int handle(void *ctx)
{
	u32 key = 1;
	u64 *value = bpf_map_lookup_elem(&counts, &key);
	*value += 1;
	return 0;
}
