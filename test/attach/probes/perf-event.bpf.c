// Samples of one command, sent through a perf event array.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct cpu_sample {
	u32 pid;
	u32 cpu;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
} samples SEC(".maps");

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *context)
{
	struct cpu_sample sample = {};

	sample.pid = bpf_get_current_pid_tgid() >> 32;
	sample.cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(sample.comm, sizeof(sample.comm));
	if (bpf_strncmp(sample.comm, sizeof(sample.comm), "pp-attach") == 0)
		bpf_perf_event_output(context, &samples, BPF_F_CURRENT_CPU, &sample, sizeof(sample));
	return 0;
}
