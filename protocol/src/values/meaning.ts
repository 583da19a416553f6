import type { NameKind } from './name.ts';

/** What a number, text or list is, beyond its C type. */
export const MEANINGS = [
  /** Nothing is known: as C prints it. */
  'plain',
  /** A number that tells things apart and is no amount: a CPU, a descriptor, an inode. */
  'id',
  'duration_ns',
  'duration_us',
  'duration_ms',
  'duration_s',
  /** A moment, in nanoseconds of CLOCK_MONOTONIC. */
  'time_ns',
  'time_us',
  'bytes',
  'kibibytes',
  'bytes_per_second',
  'percent',
  'hex',
  /** An integer in network byte order. */
  'big_endian',
  /** One character. */
  'char',
  /** Words of a command line, each with its NUL. */
  'words',
  'ipv4',
  'ipv6',
  /** Sixteen octets that hold an IPv6 address, or an IPv4 one in the first four. */
  'ip',
  'mac',
  /** Octets, and how many bits of them count. */
  'prefix',
  'port',
  'port_be',
  'ethertype',
  'ethertype_be',
  'address_family',
  'ip_protocol',
  'tcp_state',
  'socket_type',
  /** A result: an amount, or a negative error number. */
  'result',
  /** An error number of either sign. */
  'errno',
  'syscall',
  'signal',
  'open_flags',
  'file_mode',
  'mmap_prot',
  'mmap_flags',
  'mount_flags',
  'clone_flags',
  'capability',
  'softirq',
  'block_operation',
  /** An enum whose values are bits, several of which may be set. */
  'enum_flags',
  /** A dev_t as the kernel keeps it. */
  'device',
  'pid',
  /** What bpf_get_current_pid_tgid() gives: the process in the upper half, its thread in the lower. */
  'pid_tgid',
  'uid',
  'gid',
  'cgroup',
  /** The kernel's id of a map, which a map of maps holds. */
  'map_id',
  /** Where code is: of the kernel in the upper half of the address space, of a process in the lower. */
  'code',
  /** A key of a stack trace map, or a negative error number. */
  'stack_id',
] as const;
export type Meaning = (typeof MEANINGS)[number];

/** Meanings that are amounts: fit for sums, bars and charts. */
const AMOUNTS: readonly Meaning[] = [
  'plain',
  'duration_ns',
  'duration_us',
  'duration_ms',
  'duration_s',
  'bytes',
  'kibibytes',
  'bytes_per_second',
  'percent',
  'big_endian',
  'result',
];

export function isAmountMeaning(meaning: Meaning): boolean {
  return AMOUNTS.includes(meaning);
}

/** What the host is asked for a name of; addresses of code are the kernel's or a process's by their value. */
export function nameKindOf(meaning: Meaning): NameKind | 'code' | undefined {
  switch (meaning) {
    case 'pid':
      return 'process';
    case 'uid':
      return 'user';
    case 'gid':
      return 'group';
    case 'cgroup':
      return 'cgroup';
    case 'device':
      return 'device';
    case 'map_id':
      return 'map';
    case 'code':
      return 'code';
    default:
      return undefined;
  }
}
