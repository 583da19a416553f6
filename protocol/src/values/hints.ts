import type { Type } from '../schema.ts';
import type { Meaning } from './meaning.ts';

/**
 * What names and types tell about a value. All that a row names has to fit, and the first row that fits counts. A wrong meaning is worse
 * than a bare number: what is ambiguous asks for the struct or the programs around it.
 */
export interface Hint {
  meaning: Meaning;
  /** The member's own name, in lower case. */
  name?: RegExp;
  /** A name of the type: as written, or any typedef behind that. */
  type?: RegExp;
  kind?: Type['kind'];
  /** Sizes in bytes; absent: any. */
  sizes?: readonly number[];
  /** Name of the struct that the member is in. */
  struct?: RegExp;
  /** What one of the programs is attached to, as SEC() says it. */
  program?: RegExp;
  /** The program uses ports of this name as the kernel keeps them, without turning their bytes around (`ProbeSchema.networkOrder`). */
  networkOrder?: true;
  /** The program sets a member of this name to a time less another (`ProbeSchema.timeDifferences`). */
  timeDifference?: true;
  /** The unit is nanoseconds, as the kernel gives them, unless the program turns them into another (`memberTimeUnit`). */
  unitUntold?: true;
}

const WORD = [4, 8];
const LONG = [8];

export const HINTS: readonly Hint[] = [
  // Types that leave no doubt.
  { meaning: 'port_be', type: /^__be16$/, name: /port/ },
  { meaning: 'ethertype_be', type: /^__be16$/, name: /proto|ether_?type/ },
  {
    meaning: 'big_endian',
    type: /^__be32$/,
    name: /seq|ack|spi|flow|label|xid|mark|port|(^|_)(id|vni|len)$/,
  },
  { meaning: 'ipv4', type: /^__be32$/ },
  { meaning: 'big_endian', type: /^__be(16|64)$/ },
  { meaning: 'file_mode', type: /^(umode_t|mode_t|__kernel_mode_t)$/ },
  { meaning: 'device', type: /^(dev_t|__kernel_dev_t)$/ },
  { meaning: 'hex', type: /^(gfp_t|blk_opf_t)$/ },

  // Processes, users, groups. Before the types of ids: people take a gid_t for a tgid.
  { meaning: 'pid_tgid', name: /^(pid_?tgid|tgid_?pid)$/, kind: 'int', sizes: LONG },
  { meaning: 'pid', name: /(^|_)([a-z]?pid|[a-z]?tgid|[ktp]?tid)$/, kind: 'int', sizes: WORD },
  { meaning: 'pid', type: /^pid_t$/ },
  { meaning: 'uid', name: /(^|_)(e|s|fs|r|k|login)?uid$/, kind: 'int', sizes: WORD },
  { meaning: 'gid', name: /(^|_)(e|s|fs|r|k)?gid$/, kind: 'int', sizes: WORD },
  { meaning: 'uid', type: /^(uid_t|__kernel_uid32_t)$/ },
  { meaning: 'gid', type: /^(gid_t|__kernel_gid32_t)$/ },
  { meaning: 'cgroup', name: /(^|_)(cgid|cgroup(_?id)?|cgrp_?id|cg_?id)$/, kind: 'int', sizes: LONG },

  // Network addresses.
  { meaning: 'mac', kind: 'array', sizes: [6] },
  { meaning: 'ipv4', name: /(addr|(^|_)ip|ip_?v?4|_v4|addr4)$/, sizes: [4] },
  { meaning: 'ipv6', name: /v6$|(addr|ip)6$/, kind: 'array', sizes: [16] },
  { meaning: 'ip', name: /(addr|(^|_)ip|v6|(addr|ip)6)$/, sizes: [16] },
  { meaning: 'port_be', name: /(^|_)\w?port$/, kind: 'int', sizes: [2], networkOrder: true },
  { meaning: 'port', name: /(^|_)((s|d|l|r|src|dst|src_|dst_)?port)$/, kind: 'int', sizes: [2, 4] },
  { meaning: 'address_family', name: /^(af|(sa_|sk_|skc_|addr_|address_|ip_)?family)$/, kind: 'int' },
  { meaning: 'ethertype', name: /^(h_proto|eth_?proto|ether_?type)$/, kind: 'int', sizes: [2] },
  { meaning: 'ip_protocol', name: /^(proto|protocol|ip_?proto|ip_protocol|l4_?proto|nexthdr)$/, sizes: [1] },
  { meaning: 'ip_protocol', name: /^(ip_?proto|ip_protocol|ipproto|l4_?proto|sk_protocol)$/, kind: 'int' },
  {
    meaning: 'ip_protocol',
    name: /^(proto|protocol)$/,
    kind: 'int',
    program: /inet|tcp|udp|ipv[46]|sys_(enter|exit)_socket/,
  },
  {
    meaning: 'tcp_state',
    name: /^(old|new|tcp|sk|skc)?_?state$/,
    kind: 'int',
    program: /tcp|inet_sock_set_state/,
  },
  { meaning: 'tcp_state', name: /^(old|new|tcp|sk|skc)?_?state$/, kind: 'int', struct: /tcp|sock|conn/ },
  { meaning: 'socket_type', name: /^(sock(et)?_?type|sk_type)$/, kind: 'int' },
  { meaning: 'socket_type', name: /^type$/, kind: 'int', program: /sys_(enter|exit)_socket/ },

  // Results and what system calls are given.
  { meaning: 'errno', name: /^(errno|err(or)?_?(no|code))$/, kind: 'int' },
  {
    meaning: 'result',
    name: /^(ret|retval|rc|res|result|err|error|retcode|ret_val|return_value)$/,
    kind: 'int',
  },
  { meaning: 'result', name: /_(ret|retval|rc|err|error)$/, kind: 'int' },
  { meaning: 'syscall', name: /^(sys_?call|sys_?no|sys_?nr)(_?(nr|no|id|num|number))?$/, kind: 'int' },
  {
    meaning: 'syscall',
    name: /^(id|nr)$/,
    kind: 'int',
    program: /raw_syscalls\/|raw_tp\/sys_|raw_tracepoint\/sys_/,
  },
  { meaning: 'signal', name: /^(sig|signal|signo|sig_?nr|sig_?num|exit_signal|si_signo)$/, kind: 'int' },
  { meaning: 'open_flags', name: /^(o|open)_?flags$/, kind: 'int' },
  { meaning: 'clone_flags', name: /^clone_?flags$/, kind: 'int' },
  { meaning: 'mount_flags', name: /^(flags|mount_flags|mnt_flags)$/, struct: /^mount$/, kind: 'int' },
  { meaning: 'mount_flags', name: /^(mount|mnt)_flags$/, kind: 'int' },
  {
    meaning: 'open_flags',
    name: /^flags$/,
    kind: 'int',
    program: /sys_(enter|exit)_(open|openat2?|creat)$|do_sys_open|do_filp_open|vfs_open|file_open/,
  },
  { meaning: 'mmap_prot', name: /^(prot|vm_prot|mmap_prot|reqprot)$/, kind: 'int' },
  { meaning: 'mmap_flags', name: /^(mmap_|map_)flags$/, kind: 'int' },
  { meaning: 'mmap_flags', name: /^flags$/, kind: 'int', program: /mmap/ },
  { meaning: 'file_mode', name: /^(i_mode|st_mode|file_mode|fmode)$/, kind: 'int' },
  {
    meaning: 'file_mode',
    name: /^mode$/,
    kind: 'int',
    program:
      /sys_(enter|exit)_(open|creat|mkdir|mknod|\w*chmod)|do_sys_open|do_filp_open|vfs_(open|create|mkdir|mknod)|inode_/,
  },
  { meaning: 'capability', name: /^(cap|capability)$/, kind: 'int', program: /cap_capable|security_capable/ },
  { meaning: 'softirq', name: /^vec(_nr)?$/, kind: 'int', program: /softirq/ },
  { meaning: 'block_operation', name: /^(cmd_flags|req_op|bi_opf)$/, kind: 'int' },
  { meaning: 'device', name: /(^|_)r?dev(_t)?$/, kind: 'int', sizes: [4] },

  // Rates end in a unit of time too.
  { meaning: 'bytes_per_second', name: /bytes_(per_)?s(ec(ond)?)?$/, kind: 'int' },

  // Moments, unless they are reckoned from others, then spans of time.
  {
    meaning: 'duration_ns',
    name: /^(time|ts|timestamp)(_?ns)?$/,
    kind: 'int',
    sizes: LONG,
    timeDifference: true,
  },
  { meaning: 'time_us', name: /^(ts|timestamp|start|end|time)_us$/, kind: 'int', sizes: LONG },
  { meaning: 'map_id', type: /^bpf_map_id$/ },
  { meaning: 'id', type: /^loff_t$/ },
  {
    meaning: 'time_ns',
    name: /^(\w+_)?(ts|timestamp|ktime)(_?ns(ec)?)?$|^(start|end|begin|boot|exit|create|enter)(_?(ts|time))?(_?ns)?$/,
    kind: 'int',
    sizes: LONG,
  },
  { meaning: 'time_ns', name: /^time(_?ns)?$/, kind: 'int', sizes: LONG },
  { meaning: 'id', name: /(mnt|net|pid|user|uts|ipc|cgroup)_?ns$/, kind: 'int' },
  { meaning: 'duration_ns', name: /(^|_)(ns|nsecs?|nanosecs|nanoseconds)$/, kind: 'int' },
  { meaning: 'duration_us', name: /(^|_)(us|usecs?|microsecs|microseconds)$/, kind: 'int' },
  { meaning: 'duration_ms', name: /(^|_)(ms|msecs?|millisecs|milliseconds)$/, kind: 'int' },
  { meaning: 'duration_s', name: /(^|_)(secs?|seconds)$/, kind: 'int' },
  // bcc's offcputime divides before it adds up.
  { meaning: 'duration_us', name: /^delta$/, struct: /^val_t$/, kind: 'int', sizes: LONG },
  {
    meaning: 'duration_ns',
    name: /(^|_)q?(dur|duration|delta|latency|lat|elapsed|runtime|oncpu|offcpu)$|(total|max|min|wait|hold|hld|acq|run|block|sleep|queue)_time$/,
    kind: 'int',
    sizes: LONG,
    unitUntold: true,
  },

  // Sizes.
  { meaning: 'bytes', name: /(^|_)bytes($|_)|^[rt]x_b$/, kind: 'int' },
  { meaning: 'bytes', name: /^(sent|received)$/, type: /^s?size_t$/ },
  { meaning: 'kibibytes', name: /(^|_)(kb|kib|kbytes)$/, kind: 'int' },
  { meaning: 'percent', name: /(^|_)(percent|pct)$/ },
  { meaning: 'plain', name: /(queue|q|list|map|hash|table|array|batch|pool|path|depth)_?(size|len)$/ },
  { meaning: 'bytes', name: /(^|_)(size|sz|len|length)$/, kind: 'int', sizes: WORD },

  // Addresses and words of bits.
  { meaning: 'code', type: /^bpf_stack$/, kind: 'array' },
  { meaning: 'code', name: /^(\w+_)?([ku](ern|ernel|ser)?_?)?stack$/, kind: 'array' },
  { meaning: 'code', name: /^callers?$|^(return|caller)_addr(ess)?e?s?$/ },
  { meaning: 'code', name: /^(\w+_)?(ip|kip|pc|call_?site|caller|ksym)$/, sizes: LONG },
  { meaning: 'code', name: /^(func|fn|function|location)(_?addr)?$/, sizes: LONG, kind: 'pointer' },
  { meaning: 'code', name: /^(func|fn|function|location)(_?addr)?$/, sizes: LONG, kind: 'int' },
  { meaning: 'stack_id', name: /stack_?id$/, kind: 'int' },
  { meaning: 'hex', kind: 'pointer' },
  { meaning: 'hex', name: /(addr|address|ptr|pointer|cookie|handle|cr[23])$/, kind: 'int', sizes: LONG },
  { meaning: 'hex', name: /^(sk|skb|sock|skbaddr|inode_?p|task)$/, kind: 'int', sizes: LONG },
  { meaning: 'hex', name: /(^|_)(flags|mask|bitmap|magic|csum|checksum|crc)$/, kind: 'int' },

  // Texts.
  { meaning: 'words', name: /^(args|argv|cmd_?line)$/, kind: 'array' },
  { meaning: 'char', type: /^char$/, kind: 'int', sizes: [1] },

  // Numbers that nobody adds up.
  {
    meaning: 'id',
    name: /(^|_)(cpu|cpu_?id|fd|dfd|dirfd|ino|inode|id|index|idx|if_?index|netns|net_?ns|mnt_?ns|pid_?ns|inum|irq|type|kind|op|opcode|cmd|code|sector|last_sector|offset|prio|priority|nice|version|ver|major|minor|stage|exit_code|state|bound_dev_if)$/,
    kind: 'int',
  },
];
