/**
 * What a host allows when nobody wrote a policy for it: everything that looks, nothing that changes what the traced
 * machine does, except for the packets of loopback and veth pairs.
 */

/**
 * Tracing of all kinds, and the network types. Those can drop what they see, so `interfaces` confines xdp and tc to loopback and
 * veth pairs, and cgroup programs attach nowhere until the policy's `cgroups` names a group. Left out: lsm and
 * struct_ops (decide for the kernel), ext (replaces another's program), fmod_ret (changes return values),
 * raw_tracepoint_writable, syscall, lirc_mode2, cgroup_device, cgroup_sysctl and cgroup_sockopt (refuse operations).
 */
export const SAFE_PROGRAM_TYPES: readonly string[] = [
  'kprobe',
  'tracepoint',
  'raw_tracepoint',
  'perf_event',
  'tracing',
  'socket_filter',
  'xdp',
  'sched_cls',
  'sched_act',
  'cgroup_skb',
  'cgroup_sock',
  'cgroup_sock_addr',
  'sock_ops',
];

/**
 * Helpers that write to other processes, signal them, change return values, reach bpf(2) itself, send packets to another
 * interface than the one they came by, or run for hours in one event (callbacks within callbacks; so does `may_goto`, which is
 * an instruction). Several of them load with CAP_BPF and CAP_PERFMON alone.
 */
export const DENIED_HELPERS: readonly string[] = [
  'bpf_probe_write_user',
  'bpf_override_return',
  'bpf_send_signal',
  'bpf_send_signal_thread',
  'bpf_sys_bpf',
  'bpf_sys_close',
  'bpf_kallsyms_lookup_name',
  'bpf_redirect*',
  'bpf_clone_redirect',
  'bpf_loop',
  'bpf_for_each_map_elem',
  'bpf_user_ringbuf_drain',
  'may_goto',
  'bpf_set_retval',
  'bpf_sysctl_set_new_value',
];

/** Kernel functions that only read or count references. Open-coded number iterators are left out for what bpf_loop is. */
export const SAFE_KFUNCS: readonly string[] = [
  'bpf_rdonly_cast',
  'bpf_cast_to_kern_ctx',
  'bpf_rcu_read_lock',
  'bpf_rcu_read_unlock',
  'bpf_task_acquire',
  'bpf_task_release',
  'bpf_task_from_pid',
  'bpf_task_get_cgroup1',
  'bpf_task_under_cgroup',
  'bpf_cgroup_acquire',
  'bpf_cgroup_release',
  'bpf_cgroup_ancestor',
  'bpf_cgroup_from_id',
  'bpf_cpumask_*',
  'bpf_dynptr_*',
];
