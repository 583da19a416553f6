// What the kernel was built with, read by libbpf from its configuration.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern int LINUX_KERNEL_VERSION __kconfig;
extern unsigned int CONFIG_HZ __kconfig;

struct kernel_build {
	u32 version;
	u32 hz;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} built SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *context)
{
	struct kernel_build event = { .version = LINUX_KERNEL_VERSION, .hz = CONFIG_HZ };

	bpf_ringbuf_output(&built, &event, sizeof(event), 0);
	return 0;
}
