/** Numbers as their meaning wants them written. */
import { formatEither, formatIpv4, formatIpv6, formatMac, octetsOf } from './addresses.ts';
import { formatFileMode, formatFlags, formatOpenFlags } from './bits.ts';
import { escapeControls } from './escape.ts';
import type { FormatContext } from './format-context.ts';
import type { Presentation } from './presentation.ts';
import { BLOCK_OPERATIONS } from './tables/block.ts';
import { ERRNO } from './tables/errno.ts';
import { MOUNT_FLAGS } from './tables/files.ts';
import { MMAP_FLAGS, MMAP_PROT } from './tables/memory.ts';
import type { NameTable } from './tables/name-table.ts';
import {
  ADDRESS_FAMILIES,
  ETHER_TYPES,
  IP_PROTOCOLS,
  SOCKET_FLAGS,
  SOCKET_TYPES,
  TCP_STATES,
} from './tables/network.ts';
import { SIGNALS } from './tables/signals.ts';
import { SYSCALLS_ARM64, SYSCALLS_X86_64 } from './tables/syscalls.ts';
import { CAPABILITIES, CLONE_FLAGS, SOFTIRQS } from './tables/tasks.ts';
import { formatBytes, formatDuration } from './units.ts';

/** Addresses from here on are the kernel's, on x86-64 and arm64 alike. */
const KERNEL_HALF = 0xff00_0000_0000_0000n;

/** Without a unit of the author's own. */
export function formatNumber(value: number | bigint, shown: Presentation, context: FormatContext): string {
  switch (shown.meaning) {
    case 'plain':
    case 'id':
    case 'port':
      return String(value);
    case 'duration_ns':
      return durationOf(value, 1);
    case 'duration_us':
      return durationOf(value, 1e3);
    case 'duration_ms':
      return durationOf(value, 1e6);
    case 'duration_s':
      return durationOf(value, 1e9);
    case 'time_ns':
      return formatMoment(value, 1n, context);
    case 'time_us':
      return formatMoment(value, 1000n, context);
    case 'bytes':
      return formatBytes(Number(value));
    case 'kibibytes':
      return formatBytes(Number(value) * 1024);
    case 'bytes_per_second':
      return `${formatBytes(Number(value))}/s`;
    case 'percent':
      return `${value} %`;
    case 'hex':
      return hexOf(value);
    case 'big_endian':
    case 'port_be':
      return String(fromNetworkOrder(value, shown.meaning === 'port_be' ? 2 : sizeOf(value)));
    case 'char':
      return Number(value) > 32 && Number(value) < 127 ? String.fromCharCode(Number(value)) : String(value);
    case 'words':
      return String(value);
    case 'ipv4':
      return formatIpv4(octetsOf(value, 4));
    case 'ipv6':
      return formatIpv6(octetsOf(value, 16));
    case 'ip':
      return formatEither(octetsOf(value, 16));
    case 'mac':
    case 'prefix':
      return formatMac(octetsOf(value, 6));
    case 'ethertype':
      return ETHER_TYPES.get(Number(value)) ?? hexOf(value);
    case 'ethertype_be': {
      const type = fromNetworkOrder(value, 2);
      return ETHER_TYPES.get(Number(type)) ?? hexOf(type);
    }
    case 'address_family':
      return nameIn(ADDRESS_FAMILIES, value);
    case 'ip_protocol':
      return nameIn(IP_PROTOCOLS, value);
    case 'tcp_state':
      return nameIn(TCP_STATES, value);
    case 'socket_type':
      return formatSocketType(Number(value));
    case 'result':
    case 'stack_id':
      return formatResult(value);
    case 'errno':
      return Number(value) > 0 && ERRNO.has(Number(value))
        ? `${value} ${ERRNO.get(Number(value))}`
        : formatResult(value);
    case 'syscall':
      return formatSyscall(value, context.arch);
    case 'signal': {
      const name = SIGNALS.get(Number(value));
      return name === undefined ? String(value) : `${value} ${name}`;
    }
    case 'open_flags':
      return formatOpenFlags(value, context.arch);
    case 'file_mode':
      return formatFileMode(value);
    case 'mmap_prot':
      return formatFlags(value, MMAP_PROT, 'PROT_NONE');
    case 'mmap_flags':
      return formatFlags(value, MMAP_FLAGS);
    case 'mount_flags':
      return formatFlags(value, MOUNT_FLAGS);
    case 'clone_flags':
      return formatFlags(value, CLONE_FLAGS);
    case 'capability':
      return nameIn(CAPABILITIES, value);
    case 'softirq':
      return nameIn(SOFTIRQS, value);
    case 'block_operation':
      return formatBlockOperation(Number(value));
    case 'enum_flags':
      return formatFlags(value, shown.flags ?? []);
    case 'device':
      return named(formatDevice(Number(value)), shown, value, context);
    case 'pid_tgid': {
      const both = BigInt.asUintN(64, BigInt(value));
      const process = both >> 32n;
      const thread = both & 0xffff_ffffn;
      return process === thread ? String(process) : `${process}/${thread}`;
    }
    case 'pid':
    case 'uid':
    case 'gid':
    case 'map_id':
      return named(String(value), shown, value, context);
    case 'cgroup':
      return escapeControls(context.names?.('cgroup', BigInt(value))?.text ?? String(value));
    case 'code':
      return formatCode(value, shown, context);
  }
}

/** The largest numbers of their type stand for "none yet" in minima, and are no duration. */
function durationOf(value: number | bigint, factor: number): string {
  const ns = Number(value) * factor;
  return typeof value === 'bigint' && value >= 0x7fff_ffff_ffff_ffffn ? String(value) : formatDuration(ns);
}

/** Below this many nanoseconds a moment that is not now is a span since another, as some probes call it. */
const SPAN_MAX = 3_600_000_000_000n;

function formatMoment(value: number | bigint, factor: bigint, { clock }: FormatContext): string {
  const ns = BigInt(value) * factor;
  // A moment that the program never filled in.
  if (ns === 0n) return '0';
  const wall = clock?.(ns);
  if (wall !== undefined) return wall;
  return clock !== undefined && ns >= 0n && ns < SPAN_MAX ? formatDuration(Number(ns)) : String(value);
}

function hexOf(value: number | bigint): string {
  const bits = typeof value === 'bigint' ? 64 : 32;
  return `0x${(value < 0 ? BigInt.asUintN(bits, BigInt(value)) : value).toString(16)}`;
}

/** 64-bit values are bigints; a number of 16 bits has a type of its own, `__be16`. */
function sizeOf(value: number | bigint): number {
  return typeof value === 'bigint' ? 8 : 4;
}

function fromNetworkOrder(value: number | bigint, size: number): bigint {
  return octetsOf(value, size).reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

function nameIn(table: NameTable, value: number | bigint): string {
  return table.get(Number(value)) ?? String(value);
}

/** The name behind the number where the host has told it: `1234 (postgres)`. */
function named(
  text: string,
  { nameKind }: Presentation,
  value: number | bigint,
  context: FormatContext,
): string {
  if (nameKind === undefined || nameKind === 'code') return text;
  const known = context.names?.(nameKind, BigInt(value));
  return known === undefined ? text : `${text} (${escapeControls(known.text)})`;
}

/** Error numbers are small and negative, also where an unsigned type keeps them. */
function formatResult(value: number | bigint): string {
  const signed =
    typeof value === 'bigint'
      ? BigInt.asIntN(64, value)
      : value > 0xffff_f000 && value <= 0xffff_ffff
        ? value - 0x1_0000_0000
        : value;
  const name = signed < 0 && signed > -4096 ? ERRNO.get(Number(-signed)) : undefined;
  return name === undefined ? String(value) : `${signed} ${name}`;
}

function formatSyscall(value: number | bigint, arch: string | undefined): string {
  const table =
    arch === 'x86_64' ? SYSCALLS_X86_64 : arch === 'aarch64' || arch === 'arm64' ? SYSCALLS_ARM64 : undefined;
  return table?.get(Number(value)) ?? String(value);
}

function formatSocketType(value: number): string {
  const name = SOCKET_TYPES.get(value & 15);
  if (name === undefined) return String(value);
  const flags = formatFlags((value & ~15) >>> 0, SOCKET_FLAGS, '');
  return flags === '' ? name : `${name}|${flags}`;
}

/** The operation and, in hex, the flags, whose bits move from kernel to kernel. */
function formatBlockOperation(value: number): string {
  const name = BLOCK_OPERATIONS.get(value & 255);
  const flags = (value & ~255) >>> 0;
  if (name === undefined) return hexOf(value);
  return flags === 0 ? name : `${name}|0x${flags.toString(16)}`;
}

/** Twelve bits of major and twenty of minor. Source: include/linux/kdev_t.h. */
function formatDevice(value: number): string {
  return `${value >>> 20}:${value & 0xfffff}`;
}

/** A symbol, where it is known; else the address. */
function formatCode(value: number | bigint, { nameKind }: Presentation, context: FormatContext): string {
  const address = BigInt.asUintN(64, BigInt(value));
  if (nameKind === undefined || address === 0n) return hexOf(address);
  const known =
    address >= KERNEL_HALF
      ? context.names?.('kernel_symbol', address)
      : context.pid === undefined
        ? undefined
        : context.names?.('user_symbol', address, context.pid);
  return known === undefined ? hexOf(address) : escapeControls(known.text);
}
