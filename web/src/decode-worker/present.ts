import { type Leaf, leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { isCharType, nameOfType, resolveType } from '@probepad/protocol/types';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import type { Meaning } from '@probepad/protocol/values/meaning';
import { PLAIN, type Presentation, presentLeaves } from '@probepad/protocol/values/presentation';
import type { Value } from '@probepad/protocol/values/value';
import type { ViewColumn } from '../session/decoder.ts';
import type { Stream } from './stream.ts';

/** How one leaf of a type is shown. */
export interface Shown {
  leaf: Leaf;
  column: ViewColumn;
  shown: Presentation;
  isText: boolean;
}

/** Numbers that are shown as words, and about how wide those are. */
const WORDED: Partial<Record<Meaning, number>> = {
  ipv4: 16,
  ipv6: 26,
  ip: 18,
  mac: 18,
  prefix: 20,
  ethertype: 8,
  ethertype_be: 8,
  address_family: 10,
  ip_protocol: 8,
  tcp_state: 12,
  socket_type: 14,
  errno: 14,
  syscall: 16,
  signal: 11,
  open_flags: 22,
  file_mode: 18,
  mmap_prot: 20,
  mmap_flags: 20,
  mount_flags: 20,
  clone_flags: 24,
  capability: 18,
  softirq: 10,
  block_operation: 12,
  enum_flags: 20,
  cgroup: 20,
  code: 24,
};

/** Comes first where several hosts share a table. */
export const HOST_COLUMN: ViewColumn = { name: 'host', type: '', align: 'text', width: 14, role: 'host' };

const TEXT_WIDTH_MAX = 30;
/** A probe's own timestamp this near to its frame's is taken for CLOCK_MONOTONIC. */
const SAME_CLOCK_NS = 3_600_000_000_000n;

/**
 * The columns of a type.
 * @param alone names a type that is one value without members
 * @param beside the leaves of what else is in the same row
 */
export function shownColumns(
  schema: ProbeSchema,
  type: number,
  role: 'field' | 'key',
  alone: string,
  beside: readonly Leaf[] = [],
): Shown[] {
  const leaves = leavesOf(schema, type);
  const presentations = presentLeaves(schema, leaves, type, beside);
  return leaves.map((leaf, at) => {
    const shown = presentations[at] ?? PLAIN;
    const name = leaf.name === '' ? alone : leaf.name;
    const { align, width } = shapeOf(schema, leaf, shown);
    const { label, hidden } = shown;
    return {
      leaf,
      shown,
      isText: isText(schema, leaf),
      column: {
        name,
        ...(label !== undefined && { label }),
        ...(hidden && { hidden }),
        type: nameOfType(schema, leaf.type),
        align,
        width: Math.max(width, (label ?? name).length + 2),
        role,
      },
    };
  });
}

function isText(schema: ProbeSchema, leaf: Leaf): boolean {
  const type = resolveType(schema, leaf.type);
  return type.kind === 'array' && isCharType(schema, type.element);
}

function shapeOf(
  schema: ProbeSchema,
  leaf: Leaf,
  { meaning, nameKind }: Presentation,
): { align: ViewColumn['align']; width: number } {
  const type = resolveType(schema, leaf.type);
  const worded = WORDED[meaning];
  if (worded !== undefined) return { align: 'text', width: worded };
  switch (type.kind) {
    case 'array':
      if (isCharType(schema, type.element)) {
        return { align: 'text', width: Math.min(TEXT_WIDTH_MAX, Math.max(8, type.length * 0.75)) };
      }
      return { align: 'text', width: 30 };
    case 'enum':
      return { align: 'text', width: Math.max(6, ...type.values.map(([name]) => name.length)) };
    case 'pointer':
      return { align: 'number', width: 20 };
    case 'int':
      if (type.encoding === 'bool') return { align: 'text', width: 7 };
      if (nameKind !== undefined)
        return { align: 'text', width: nameKind === 'user' || nameKind === 'group' ? 12 : 18 };
      if (meaning !== 'plain') return { align: 'number', width: meaning.startsWith('time_') ? 17 : 11 };
      return { align: 'number', width: type.size === 8 ? 14 : 9 };
    default:
      return { align: 'text', width: 20 };
  }
}

/** How the values of a stream's frame are to be written; monotonic timestamps near the frame's become wall time. */
export function contextOf(stream: Stream, frameTime: bigint): FormatContext {
  const { wall } = stream.clock;
  return {
    arch: stream.arch,
    names: stream.names,
    clock:
      wall === undefined
        ? undefined
        : (ns) => {
            const distance = ns > frameTime ? ns - frameTime : frameTime - ns;
            return distance < SAME_CLOCK_NS ? clockText(ns + wall, 6) : undefined;
          },
  };
}

const timeOfDay = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Local time of day with `digits` digits after the second. `ns` since 1970. */
export function clockText(ns: bigint, digits: 3 | 6): string {
  const milliseconds = Number(ns / 1_000_000n);
  const fraction = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .slice(0, digits);
  return `${timeOfDay.format(milliseconds)}.${fraction}`;
}

/** A number to sort and draw by; NaN for what is no number. */
export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return Number(value);
  return Number.NaN;
}
