// Files that one command opens, from where the kernel asks whether it may.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct opened_file {
	u32 pid;
	char name[32];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} opened SEC(".maps");

SEC("lsm/file_open")
int BPF_PROG(on_open, struct file *file, int result)
{
	struct opened_file event = {};
	char comm[16];

	if (result)
		return result;
	bpf_get_current_comm(comm, sizeof(comm));
	if (bpf_strncmp(comm, sizeof(comm), "pp-attach"))
		return 0;
	event.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_kernel_str(event.name, sizeof(event.name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	bpf_ringbuf_output(&opened, &event, sizeof(event), 0);
	return 0;
}
