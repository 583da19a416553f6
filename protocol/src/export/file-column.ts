/** The columns of a file that other programs read: their types, and how values of a probe become theirs. */

import type { Leaf } from '../leaves.ts';
import type { ProbeSchema } from '../schema.ts';
import { isCharType, resolveType } from '../types.ts';
import { octetsOf } from '../values/addresses.ts';
import { formatValue } from '../values/format.ts';
import type { Meaning } from '../values/meaning.ts';
import type { Presentation } from '../values/presentation.ts';
import { toJson, type Value } from '../values/value.ts';

export type IntegerType = 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64';

/** A timestamp is a bigint: nanoseconds since 1970, UTC. 64-bit integers are bigints, smaller ones numbers. */
export type ScalarType = IntegerType | 'float32' | 'float64' | 'boolean' | 'text' | 'timestamp';

export type FileType = ScalarType | { list: ScalarType };

export interface FileColumn {
  name: string;
  type: FileType;
}

/** One member of a record as a column: its type in a file, and what of a decoded value stands there. */
export interface MemberType {
  type: FileType;
  /** Null where there is nothing. */
  convert(value: Value): Value;
}

/** Nobody reads these as numbers. */
const ADDRESSES: readonly Meaning[] = ['ipv4', 'ipv6', 'ip', 'mac', 'prefix', 'words'];
/** Integers whose bytes lie in network order: a file has the number that they stand for. */
const NETWORK_ORDER: readonly Meaning[] = ['big_endian', 'port_be', 'ethertype_be'];

/**
 * How a member is written as itself: numbers stay numbers whatever they mean, 64-bit ones exact; enums have their names, addresses
 * their usual form; structs in lists are JSON.
 */
export function memberType(schema: ProbeSchema, leaf: Leaf, shown: Presentation): MemberType {
  if (ADDRESSES.includes(shown.meaning)) {
    return { type: 'text', convert: (value) => (value === null ? null : formatValue(value, shown)) };
  }
  const scalar = leaf.type < 0 ? 'text' : scalarType(schema, leaf.type);
  if (scalar !== undefined) {
    const size = leaf.size;
    return NETWORK_ORDER.includes(shown.meaning) && leaf.bitfield === undefined
      ? { type: scalar, convert: (value) => coerce(fromNetworkOrder(value, size), scalar) }
      : { type: scalar, convert: (value) => coerce(value, scalar) };
  }
  const type = resolveType(schema, leaf.type);
  const element = type.kind === 'array' ? scalarType(schema, type.element) : undefined;
  const listed: FileType = element === undefined ? 'text' : { list: element };
  return { type: listed, convert: (value) => coerce(value, listed) };
}

/** The type of a value that is no list or struct; undefined for those. */
function scalarType(schema: ProbeSchema, id: number): ScalarType | undefined {
  const type = resolveType(schema, id);
  switch (type.kind) {
    case 'int':
      if (type.encoding === 'bool') return 'boolean';
      return type.size > 8 ? 'text' : integerType(type.signed, type.size);
    case 'pointer':
      return 'uint64';
    case 'float':
      return type.size === 4 ? 'float32' : type.size === 8 ? 'float64' : 'text';
    case 'array':
      return isCharType(schema, type.element) ? 'text' : undefined;
    case 'struct':
    case 'union':
      return undefined;
    default:
      return 'text';
  }
}

const INTEGERS: Record<string, IntegerType> = {
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
};

function integerType(signed: boolean, size: number): IntegerType {
  return INTEGERS[`${signed ? 'i' : 'u'}${size}`] ?? 'int64';
}

function fromNetworkOrder(value: Value, size: number): Value {
  if (typeof value !== 'number' && typeof value !== 'bigint') return value;
  const swapped = octetsOf(value, size).reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  return size > 4 ? swapped : Number(swapped);
}

/** The value as this type has it; null where it can't. Hosts with other kernels may have other types for one name. */
export function coerce(value: Value, type: FileType): Value {
  if (value === null) return null;
  if (typeof type === 'object') {
    return Array.isArray(value) ? value.map((each) => coerce(each, type.list)) : null;
  }
  switch (type) {
    case 'text':
      return typeof value === 'string'
        ? value
        : typeof value === 'object'
          ? JSON.stringify(toJson(value))
          : String(value);
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'int64':
    case 'uint64':
    case 'timestamp':
      if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
      return typeof value === 'bigint' ? value : null;
    case 'float32':
    case 'float64':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
    default:
      return within(typeof value === 'bigint' ? Number(value) : value, type);
  }
}

const SMALL_INTEGERS = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint8: [0, 0xff],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
} as const;

function within(value: Value, type: keyof typeof SMALL_INTEGERS): Value {
  const [least, most] = SMALL_INTEGERS[type];
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    ? value
    : null;
}

/** A name for each, no two alike, for programs find a column by its name: `pid`, `pid (2)`. */
export function distinctFileNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let next = 2; taken.has(distinct); next++) distinct = `${name} (${next})`;
    taken.add(distinct);
    return distinct;
  });
}
