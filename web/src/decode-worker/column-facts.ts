import type { ProbeSchema } from '@probepad/protocol/schema';
import { isCharType, resolveType } from '@probepad/protocol/types';
import type { Meaning } from '@probepad/protocol/values/meaning';
import type { Presentation } from '@probepad/protocol/values/presentation';
import type { Shown } from './present.ts';
import type { ColumnFacts } from './query/columns.ts';

/** Units of what a number means. */
const UNITS: Partial<Record<Meaning, ColumnFacts['unit']>> = {
  duration_ns: { dimension: 'time', size: 1n },
  duration_us: { dimension: 'time', size: 1_000n },
  duration_ms: { dimension: 'time', size: 1_000_000n },
  duration_s: { dimension: 'time', size: 1_000_000_000n },
  time_ns: { dimension: 'time', size: 1n },
  time_us: { dimension: 'time', size: 1_000n },
  bytes: { dimension: 'bytes', size: 1n },
  kibibytes: { dimension: 'bytes', size: 1024n },
  bytes_per_second: { dimension: 'bytes', size: 1n },
};
/** What a number of this meaning is in ns or in bytes. */
export function unitOfMeaning(meaning: Meaning): ColumnFacts['unit'] {
  return UNITS[meaning];
}

const NETWORK_ORDER: readonly Meaning[] = ['port_be', 'ethertype_be', 'big_endian', 'ipv4'];

const DIGITS = /^[-\d]*$/;
const DURATION = /^[-\d. nµmsi]*$/;
const BYTES = /^[-\d. kmgtpib/s]*$/;
const CLOCK = /^[-\d:.]*$/;
/** What can stand in the cells of a meaning, lower case: a text with any other letter is not looked for there. */
const LETTERS: Partial<Record<Meaning, RegExp>> = {
  plain: DIGITS,
  id: DIGITS,
  port: DIGITS,
  port_be: DIGITS,
  big_endian: DIGITS,
  pid: DIGITS,
  uid: DIGITS,
  gid: DIGITS,
  duration_ns: DURATION,
  duration_us: DURATION,
  duration_ms: DURATION,
  duration_s: DURATION,
  bytes: BYTES,
  kibibytes: BYTES,
  bytes_per_second: BYTES,
  ipv4: /^[\d.]*$/,
  hex: /^[-\da-fx]*$/,
  time_ns: CLOCK,
  time_us: CLOCK,
};

/** Letters of the cells of a number, where they are known: names that the host gives can hold any. */
export function lettersOf({ meaning, nameKind, unit }: Presentation): RegExp | undefined {
  return nameKind === undefined && unit === undefined ? LETTERS[meaning] : undefined;
}

/** Whether a number lies in memory the other way round from how people write it. */
export function isNetworkOrder({ meaning }: Presentation): boolean {
  return NETWORK_ORDER.includes(meaning);
}

/** What filters, sorting and grouping can know of a leaf. */
export function columnFacts(schema: ProbeSchema, { leaf, column, shown }: Shown): ColumnFacts {
  const { name } = column;
  const type = resolveType(schema, leaf.type);
  const { meaning } = shown;
  const isAddress = meaning === 'ipv4' || meaning === 'ipv6' || meaning === 'ip';
  const networkOrder = type.kind === 'int' && isNetworkOrder(shown) ? leaf.size : undefined;
  if (isAddress) {
    // A 128-bit number is compared as it is shown.
    const isWide = type.kind === 'int' && leaf.size !== 4 && leaf.family === undefined;
    return { name, kind: isWide ? 'other' : 'address', networkOrder };
  }
  const unit = UNITS[meaning];
  const words = lettersOf(shown) === undefined;
  switch (type.kind) {
    case 'enum': {
      const names = new Map(type.values.map(([word, value]) => [word, BigInt(value)] as const));
      return { name, kind: 'number', names, words: meaning !== 'plain' };
    }
    case 'int':
      return type.encoding === 'bool'
        ? { name, kind: 'flag' }
        : { name, kind: 'number', unit, words, networkOrder };
    case 'float':
    case 'pointer':
      return { name, kind: 'number', unit, words };
    case 'array':
      return { name, kind: isCharType(schema, type.element) ? 'text' : 'other' };
    default:
      return { name, kind: 'other' };
  }
}
