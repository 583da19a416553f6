// Static probes of a program, with their arguments.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

struct served_call {
	u32 pid;
	int number;
	char path[32];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} calls SEC(".maps");

SEC("usdt")
int BPF_USDT(on_request, int number, const char *path)
{
	struct served_call *call = bpf_ringbuf_reserve(&calls, sizeof(*call), 0);

	if (!call)
		return 0;
	call->pid = bpf_get_current_pid_tgid() >> 32;
	call->number = number;
	bpf_probe_read_user_str(call->path, sizeof(call->path), path);
	bpf_ringbuf_submit(call, 0);
	return 0;
}
