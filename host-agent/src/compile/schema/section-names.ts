import type { Program } from '@probepad/protocol/schema';

type Attach = Program['attach'];

/** What SEC() says about a program. */
export type Hook = {
  /** bpftool's word for the program type; empty when the section is not known. */
  type: string;
  attach: Attach;
  target: string;
  needsTarget: boolean;
  targetExample: string;
};

type Rule = {
  /** `name` alone; `name+`: alone or with `/target`; `name/`: with `/target`. As in libbpf's own table. */
  pattern: string;
  type: string;
  attach: Attach;
  example?: string;
  /** A target is needed even where SEC() names a direction or kind. */
  always?: boolean;
};

const FUNCTION = 'vfs_read';
const PATH = '/bin/bash:readline';
const CGROUP = '/sys/fs/cgroup/system.slice';

/** Source: libbpf, libbpf.c, section_defs (1.1 to 1.6), and Documentation/bpf/libbpf/program_types.rst. */
const RULES: readonly Rule[] = [
  ...rules('socket_filter', 'socket_filter', 'eth0', ['socket', 'socket_filter'], true),
  ...rules('kprobe', 'kprobe', FUNCTION, ['kprobe+']),
  ...rules('kprobe', 'kretprobe', FUNCTION, ['kretprobe+']),
  ...rules('kprobe', 'uprobe', PATH, [
    'uprobe+',
    'uprobe.s+',
    'uprobe.multi+',
    'uprobe.multi.s+',
    'uprobe.session+',
    'uprobe.session.s+',
  ]),
  ...rules('kprobe', 'uretprobe', PATH, [
    'uretprobe+',
    'uretprobe.s+',
    'uretprobe.multi+',
    'uretprobe.multi.s+',
  ]),
  ...rules('kprobe', 'kprobe_multi', 'vfs_*', ['kprobe.multi+', 'kretprobe.multi+', 'kprobe.session+']),
  ...rules('kprobe', 'ksyscall', 'openat', ['ksyscall+']),
  ...rules('kprobe', 'kretsyscall', 'openat', ['kretsyscall+']),
  ...rules('kprobe', 'usdt', '/lib/libc.so.6:libc:setjmp', ['usdt+', 'usdt.s+']),
  ...rules(
    'sched_cls',
    'tc',
    'eth0:ingress',
    [
      'tc',
      'classifier',
      'tc/ingress',
      'tc/egress',
      'tcx/ingress',
      'tcx/egress',
      'tc+',
      'classifier+',
      'netkit/primary',
      'netkit/peer',
    ],
    true,
  ),
  ...rules('sched_act', 'none', '', ['action', 'action+']),
  ...rules('tracepoint', 'tracepoint', 'syscalls/sys_enter_openat', ['tracepoint+', 'tp+']),
  ...rules('raw_tracepoint', 'raw_tracepoint', 'sched_switch', ['raw_tracepoint+', 'raw_tp+']),
  ...rules('raw_tracepoint_writable', 'raw_tracepoint', 'nbd_send_request', [
    'raw_tracepoint.w+',
    'raw_tp.w+',
  ]),
  ...rules('tracing', 'tp_btf', 'sched_switch', ['tp_btf+']),
  ...rules('tracing', 'fentry', FUNCTION, ['fentry+', 'fentry.s+']),
  ...rules('tracing', 'fmod_ret', 'bpf_modify_return_test', ['fmod_ret+', 'fmod_ret.s+']),
  ...rules('tracing', 'fexit', FUNCTION, ['fexit+', 'fexit.s+', 'fsession+', 'fsession.s+']),
  ...rules('tracing', 'iter', '2s', ['iter+', 'iter.s+']),
  ...rules('ext', 'none', '', ['freplace+']),
  ...rules('lsm', 'lsm', 'file_open', ['lsm+', 'lsm.s+']),
  ...rules('lsm', 'cgroup', CGROUP, ['lsm_cgroup+'], true),
  ...rules('syscall', 'none', '', ['syscall']),
  ...rules('xdp', 'xdp', 'eth0', ['xdp', 'xdp.frags', 'xdp+', 'xdp.frags+'], true),
  ...rules('xdp', 'none', '', ['xdp/devmap', 'xdp/cpumap', 'xdp.frags/devmap', 'xdp.frags/cpumap']),
  ...rules('perf_event', 'perf_event', 'cpu-clock', ['perf_event', 'perf_event+'], true),
  ...rules('lwt_in', 'none', '', ['lwt_in']),
  ...rules('lwt_out', 'none', '', ['lwt_out']),
  ...rules('lwt_xmit', 'none', '', ['lwt_xmit']),
  ...rules('lwt_seg6local', 'none', '', ['lwt_seg6local']),
  ...rules('sk_skb', 'none', '', [
    'sk_skb',
    'sk_skb/stream_parser',
    'sk_skb/stream_verdict',
    'sk_skb/verdict',
    'sk_skb+',
  ]),
  ...rules('sk_msg', 'none', '', ['sk_msg']),
  ...rules('sk_lookup', 'none', '', ['sk_lookup', 'sk_lookup/']),
  ...rules('sk_reuseport', 'none', '', ['sk_reuseport', 'sk_reuseport/migrate']),
  ...rules('flow_dissector', 'none', '', ['flow_dissector']),
  ...rules('lirc_mode2', 'none', '', ['lirc_mode2']),
  ...rules('netfilter', 'none', '', ['netfilter']),
  ...rules(
    'cgroup_skb',
    'cgroup',
    CGROUP,
    ['cgroup_skb/ingress', 'cgroup_skb/egress', 'cgroup/skb', 'cgroup_skb'],
    true,
  ),
  ...rules(
    'cgroup_sock',
    'cgroup',
    CGROUP,
    ['cgroup/sock', 'cgroup/sock_create', 'cgroup/sock_release', 'cgroup/post_bind4', 'cgroup/post_bind6'],
    true,
  ),
  ...rules('cgroup_sock_addr', 'cgroup', CGROUP, [...addresses()], true),
  ...rules('cgroup_device', 'cgroup', CGROUP, ['cgroup/dev'], true),
  ...rules('cgroup_sysctl', 'cgroup', CGROUP, ['cgroup/sysctl'], true),
  ...rules('cgroup_sockopt', 'cgroup', CGROUP, ['cgroup/getsockopt', 'cgroup/setsockopt'], true),
  ...rules('sock_ops', 'cgroup', CGROUP, ['sockops'], true),
  ...rules('struct_ops', 'struct_ops', '', ['struct_ops+', 'struct_ops.s+']),
];

function rules(
  type: string,
  attach: Attach,
  example: string,
  patterns: readonly string[],
  always = false,
): Rule[] {
  return patterns.map((pattern) => ({ pattern, type, attach, example, always }));
}

function addresses(): string[] {
  const names = ['bind', 'connect', 'sendmsg', 'recvmsg', 'getpeername', 'getsockname'];
  return names.flatMap((name) => [`cgroup/${name}4`, `cgroup/${name}6`, `cgroup/${name}_unix`]);
}

/** Reads a section name the way libbpf does; a program with `?` in front is off by default, so it needs no target. */
export function hookOfSection(name: string): Hook {
  if (name.startsWith('?')) return { ...hookOfSection(name.slice(1)), needsTarget: false };
  const exact = RULES.find(({ pattern }) => pattern === name);
  if (exact) return hook(exact, exact.attach === 'tc' || exact.attach === 'cgroup' ? afterSlash(name) : '');
  for (const rule of RULES) {
    const word = rule.pattern.replace(/[+/]$/, '');
    if (rule.pattern === word) continue;
    if (name === word && rule.pattern.endsWith('+')) return hook(rule, '');
    if (name.startsWith(`${word}/`)) return hook(rule, name.slice(word.length + 1));
  }
  return { type: '', attach: 'none', target: '', needsTarget: false, targetExample: '' };
}

function hook(rule: Rule, target: string): Hook {
  const attachable = rule.attach !== 'none' && rule.attach !== 'struct_ops';
  const complete = target !== '' && !rule.always && isComplete(rule.attach, target);
  return {
    type: rule.type,
    attach: rule.attach,
    target,
    // Without one a perf_event program samples every CPU.
    needsTarget: attachable && !complete && rule.attach !== 'perf_event',
    targetExample: rule.example ?? '',
  };
}

/** The user space that belongs to a program, which isn't here: the loader would look into itself. */
const OWN_BINARY = '/proc/self/exe:';

/** A uprobe names binary and function (`/path:function`), a USDT probe binary, provider and name, a tracepoint its category. */
function isComplete(attach: Attach, target: string): boolean {
  if (target.startsWith(OWN_BINARY)) return false;
  switch (attach) {
    case 'uprobe':
    case 'uretprobe':
      return /^.+:.+$/.test(target);
    case 'usdt':
      return /^.+:.+:.+$/.test(target);
    case 'tracepoint':
      return /^[^/]+\/.+$/.test(target);
    default:
      return true;
  }
}

function afterSlash(name: string): string {
  return name.includes('/') ? name.slice(name.indexOf('/') + 1) : '';
}
