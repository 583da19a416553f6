// A function's arguments and its result, in a ring buffer each.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct served_call {
	u32 pid;
	int number;
	char path[32];
};

struct served_result {
	u32 pid;
	int result;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} calls SEC(".maps"), results SEC(".maps");

SEC("uprobe")
int BPF_UPROBE(on_serve, int number, const char *path)
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

SEC("uretprobe")
int BPF_URETPROBE(on_served, int result)
{
	struct served_result event = { .pid = bpf_get_current_pid_tgid() >> 32, .result = result };

	bpf_ringbuf_output(&results, &event, sizeof(event), 0);
	return 0;
}
