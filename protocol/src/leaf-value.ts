import type { Leaf, Place } from './leaves.ts';
import { PREFIX_LENGTH_SIZE } from './prefix-key.ts';
import type { ProbeSchema } from './schema.ts';
import { isCharType, resolveType, sizeOfType } from './types.ts';
import { looksLikeIpv4, mapIpv4 } from './values/addresses.ts';
import { readBits, readInteger, readValue, readWords, textOf, type Value } from './values/value.ts';

/** Reads one member of a record as its neighbours say that it is to be read. `view` is of the same bytes. */

/** Where a record lies: offsets into `bytes`. */
export interface RecordBytes {
  bytes: Uint8Array;
  view: DataView;
  start: number;
  end: number;
}

/** Whether more than a leaf's own type and place say what its value is. */
export function isRelated({ words, count, family, chosen, prefix }: Leaf): boolean {
  return [words, count, family, chosen, prefix].some((told) => told !== undefined);
}

/**
 * The value of a leaf; null where the record ends before it, or another member says that it is not in use. An address with a family is
 * its sixteen octets, an IPv4 one mapped into IPv6 (RFC 4291, section 2.5.5.2).
 */
export function readLeaf(schema: ProbeSchema, leaf: Leaf, record: RecordBytes): Value {
  const { bytes, view, start, end } = record;
  if (leaf.chosen !== undefined) {
    const chosen = numberAt(record, leaf.chosen);
    if (chosen === undefined || !leaf.chosen.values.includes(chosen)) return null;
  }
  if (leaf.bitfield !== undefined) {
    const { offsetBits, bits } = leaf.bitfield;
    return readBits(schema, leaf.type, view, start * 8 + offsetBits, bits, end);
  }
  const from = start + leaf.offset;
  if (leaf.words !== undefined) {
    return readWords(view, { start: from, length: leaf.size, countAt: start + leaf.words.countAt }, end);
  }
  if (leaf.prefix !== undefined) return prefixAt(leaf.prefix.bytes, from, record);
  if (leaf.family !== undefined) return addressAt(leaf, record);
  if (leaf.count !== undefined) return countedAt(schema, leaf, record);
  return readValue(schema, leaf.type, bytes, from, end);
}

function numberAt({ view, start, end }: RecordBytes, { at, size, signed }: Place): number | undefined {
  return start + at + size > end ? undefined : Number(readInteger(view, start + at, size, signed));
}

function prefixAt(size: number, from: number, record: RecordBytes): Value {
  const { bytes, view, end } = record;
  const at = from + PREFIX_LENGTH_SIZE;
  return at + size > end ? null : [...bytes.subarray(at, at + size), view.getUint32(from, true)];
}

/** AF_INET and AF_INET6 (linux/socket.h), or the version in an IP header. */
const VERSION_4 = [2, 4];
const VERSION_6 = [10, 6];

function addressAt(leaf: Leaf, record: RecordBytes): Value {
  const from = record.start + leaf.offset;
  if (from + 16 > record.end) return null;
  const octets = [...record.bytes.subarray(from, from + 16)];
  const family = (leaf.family && numberAt(record, leaf.family)) ?? 0;
  if (VERSION_6.includes(family)) return octets;
  return VERSION_4.includes(family) || looksLikeIpv4(octets) ? mapIpv4(octets.slice(0, 4)) : octets;
}

/** A text or list up to its count. A count that is none, or more than there is room for, leaves it as it is. */
function countedAt(schema: ProbeSchema, leaf: Leaf, record: RecordBytes): Value {
  const { bytes, start } = record;
  const from = start + leaf.offset;
  const type = resolveType(schema, leaf.type);
  const counted = leaf.count && numberAt(record, leaf.count);
  if (type.kind !== 'array' || counted === undefined || counted < 0) {
    return readValue(schema, leaf.type, bytes, from, record.end);
  }
  const size = counted * (leaf.count?.unit === 'elements' ? sizeOfType(schema, type.element) : 1);
  const end = Math.min(record.end, from + size, from + (leaf.size || size));
  if (!isCharType(schema, type.element)) return readValue(schema, leaf.type, bytes, from, end);
  if (size === 0) return readValue(schema, leaf.type, bytes, from, record.end);
  return from > record.end ? null : textOf(bytes, from, end);
}
