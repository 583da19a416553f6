import type { ProbeSchema } from '@probepad/protocol/schema';
import { isCharType, type Leaf, leavesOf, nameOfType, resolveType } from '@probepad/protocol/types';
import { formatValue } from '@probepad/protocol/values/format';
import { type Meaning, meaningOf } from '@probepad/protocol/values/meaning';
import type { Value } from '@probepad/protocol/values/value';
import type { ViewColumn } from '../session/decoder.ts';

/** How one leaf of a type is shown. */
export interface Shown {
  leaf: Leaf;
  column: ViewColumn;
  meaning: Meaning;
}

/** Comes first where several hosts share a table. */
export const HOST_COLUMN: ViewColumn = { name: 'host', type: '', align: 'text', width: 14, role: 'host' };

const TEXT_WIDTH_MAX = 44;
/** A probe's own timestamp this near to its frame's is taken for CLOCK_MONOTONIC. */
const SAME_CLOCK_NS = 3_600_000_000_000n;

/** The columns of a type. `alone` names a type that is one value without members. */
export function shownColumns(
  schema: ProbeSchema,
  type: number,
  role: 'field' | 'key',
  alone: string,
): Shown[] {
  return leavesOf(schema, type).map((leaf) => {
    const meaning = meaningOf(schema, leaf.type, leaf.name);
    const name = leaf.name === '' ? alone : leaf.name;
    const { align, width } = shapeOf(schema, leaf, meaning);
    return {
      leaf,
      meaning,
      column: {
        name,
        type: nameOfType(schema, leaf.type),
        align,
        width: Math.max(width, name.length + 2),
        role,
      },
    };
  });
}

function shapeOf(
  schema: ProbeSchema,
  leaf: Leaf,
  meaning: Meaning,
): { align: ViewColumn['align']; width: number } {
  const type = resolveType(schema, leaf.type);
  if (meaning === 'ipv6') return { align: 'text', width: 26 };
  if (meaning === 'ipv4') return { align: 'text', width: 16 };
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
      if (meaning !== 'plain') return { align: 'number', width: meaning === 'time_ns' ? 17 : 11 };
      return { align: 'number', width: type.size === 8 ? 14 : 9 };
    default:
      return { align: 'text', width: 20 };
  }
}

/** A cell's text. `frameTime` and `clockOffset` (ns) turn a probe's own monotonic timestamps into wall time. */
export function cellText(
  value: Value,
  meaning: Meaning,
  frameTime: bigint,
  clockOffset: bigint | undefined,
): string {
  if (meaning === 'time_ns' && typeof value === 'bigint' && clockOffset !== undefined) {
    const distance = value > frameTime ? value - frameTime : frameTime - value;
    if (distance < SAME_CLOCK_NS) return clockText(value + clockOffset, 6);
  }
  return formatValue(value, meaning);
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
