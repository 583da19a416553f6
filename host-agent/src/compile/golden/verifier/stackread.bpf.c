#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, u64); } counts SEC(".maps");
SEC("tp/syscalls/sys_enter_getppid")
int handle(void *ctx)
{
	u32 index = bpf_get_prandom_u32();
	char text[16] = {};
	u32 key = 0;
	return text[index];
}
