import type { Template } from '@probepad/protocol/control/snippet';

const settings = { params: {}, attach: {}, flags: [], seconds: 0, views: {} };

const EXECSNOOP = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* Only processes that lived longer than this are reported. */
const volatile __u64 min_duration_ns = 0;
const volatile char target_comm[16] = "";
const volatile bool verbose = false;

struct event {
	__u32 pid;
	__u32 ppid;
	char comm[16];
	char filename[64];
	__u64 dur_ns;
	__be32 daddr;
	__u32 uid;
	__u64 cgroup;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int handle_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct event *e;

	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
`;

function template(id: string, title: string, summary: string, needs: string[], text = EXECSNOOP): Template {
  return {
    id,
    title,
    summary,
    needs,
    files: [{ name: `${id}.bpf.c`, text }],
    settings,
    readme: `# ${title}\n\n${summary}\n\n## Workload\n\n\`\`\`sh\nfor i in $(seq 20); do /bin/true; done\n\`\`\`\n`,
  };
}

export const FAKE_TEMPLATES: Template[] = [
  template('hello', 'hello', 'A line for each new process, by bpf_printk.', []),
  template('execsnoop', 'execsnoop', 'New processes with parent, user and arguments.', []),
  template('opensnoop', 'opensnoop', 'Files opened, by whom, and with what result.', []),
  template('syscount', 'syscount', 'System calls counted by command.', []),
  template('runqlat', 'runqlat', 'How long tasks wait for a CPU, as a log2 histogram.', []),
  template('tcpconnect', 'tcpconnect', 'Outgoing TCP connections with their cgroup.', ['kprobe']),
  template('readlat', 'readlat', 'Latency of vfs_read by command.', ['kprobe']),
  template('xdp-count', 'xdp-count', 'Packets and bytes by protocol on one interface.', ['xdp']),
];
