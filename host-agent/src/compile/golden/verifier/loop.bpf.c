#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, u64); } counts SEC(".maps");
u32 limit = 100;
SEC("tp/syscalls/sys_enter_getppid")
int handle(void *ctx)
{
	u64 sum = 0;
	for (u64 i = 0; i < bpf_ktime_get_ns(); i++)
		sum += i;
	return sum & 1;
}
