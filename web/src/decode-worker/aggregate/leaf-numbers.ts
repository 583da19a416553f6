import { isRelated, readLeaf } from '@probepad/protocol/leaf-value';
import type { Leaf } from '@probepad/protocol/leaves';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { resolveType } from '@probepad/protocol/types';
import { endOf } from '../store/records.ts';

/** The number of one member of a record that lies at `start`…`end`; NaN where the record is too short or has no such member. */
export type NumberOf = (view: DataView, start: number, end: number) => number;
/** Those of the records that begin at `starts`, into `out`, leaving out what has none. @returns how many there are */
export type NumbersOf = (view: DataView, starts: Uint32Array, out: Float64Array) => number;

export function numberReader(schema: ProbeSchema, leaf: Leaf | undefined): NumberOf {
  const none: NumberOf = () => Number.NaN;
  if (!leaf) return none;
  const { offset, size } = leaf;
  if (leaf.bitfield || isRelated(leaf)) {
    return (view, start, end) => {
      const value = readLeaf(schema, leaf, { bytes: bytesOf(view), view, start, end });
      return typeof value === 'string' || value === null ? Number.NaN : Number(value);
    };
  }
  const kind = plainKind(schema, leaf);
  if (!kind) return none;
  return (view, start, end) =>
    start + offset + size > end ? Number.NaN : readPlain(kind, view, start + offset);
}

/** As `numberReader` for many at once: a call for each, and a number that it has to be given back in, would take several times as long. */
export function numbersReader(schema: ProbeSchema, leaf: Leaf | undefined): NumbersOf {
  const kind = leaf && !leaf.bitfield && !isRelated(leaf) ? plainKind(schema, leaf) : undefined;
  if (!leaf || !kind) return eachNumber(numberReader(schema, leaf));
  const { offset, size } = leaf;
  return (view, starts, out) => {
    let count = 0;
    for (let row = 0; row < starts.length; row++) {
      const start = starts[row] as number;
      if (start === 0 || start + offset + size > endOf(view, start)) continue;
      const value = readPlain(kind, view, start + offset);
      if (!Number.isNaN(value)) out[count++] = value;
    }
    return count;
  };
}

export function eachNumber(read: NumberOf): NumbersOf {
  return (view, starts, out) => {
    let count = 0;
    for (const start of starts) {
      const value = start === 0 ? Number.NaN : read(view, start, endOf(view, start));
      if (!Number.isNaN(value)) out[count++] = value;
    }
    return count;
  };
}

/** Of the same memory. */
function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const PLAIN = ['u8', 'u4', 'i4', 'i8', 'u1', 'i1', 'u2', 'i2', 'f4', 'f8'] as const;
type Plain = (typeof PLAIN)[number];

function plainKind(schema: ProbeSchema, { type, size }: Leaf): Plain | undefined {
  const resolved = resolveType(schema, type);
  const isSigned = (resolved.kind === 'int' || resolved.kind === 'enum') && resolved.signed;
  const kind = `${resolved.kind === 'float' ? 'f' : isSigned ? 'i' : 'u'}${size}`;
  return PLAIN.find((known) => known === kind);
}

/** Small, so that the loops that call it have it in them. */
function readPlain(kind: Plain, view: DataView, at: number): number {
  switch (kind) {
    // Two words instead of a bigint, which would have to be made for each record; beyond 2^53 it is rounded, as every drawn number.
    case 'u8':
      return view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case 'u4':
      return view.getUint32(at, true);
    case 'i4':
      return view.getInt32(at, true);
    case 'i8':
      return view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case 'u1':
      return view.getUint8(at);
    case 'i1':
      return view.getInt8(at);
    case 'u2':
      return view.getUint16(at, true);
    case 'i2':
      return view.getInt16(at, true);
    case 'f4':
      return view.getFloat32(at, true);
    case 'f8':
      return view.getFloat64(at, true);
  }
}
