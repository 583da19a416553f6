#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, u32); __type(value, u64); } counts SEC(".maps");
SEC("xdp")
int handle(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data;
	return data[14] & 1 ? XDP_PASS : XDP_ABORTED;
}
