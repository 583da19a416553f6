import { isRelated, readLeaf } from './leaf-value.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import type { ProbeSchema } from './schema.ts';
import { isCharType, resolveType } from './types.ts';
import { enumName, readValue, textOf, type Value } from './values/value.ts';

/**
 * Records to columns. A plan is made once per type; filling it is one tight loop per column over the records' offsets.
 */

export type ColumnData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

export interface Column {
  leaf: Leaf;
  /** Numbers by row for integers, bools (0, 1), enums, floats and pointers; undefined for text, lists, bitfields and what depends on another member. */
  data: ColumnData | undefined;
  /** The value of a row, with enum names and booleans; null where the record was too short. */
  get(row: number): Value;
}

type Fill = (bytes: Uint8Array, view: DataView, starts: Uint32Array, ends: Uint32Array) => Column;

export interface ColumnPlan {
  leaves: Leaf[];
  /**
   * Columns of the records whose data lies at `starts[i]`…`ends[i]` in `bytes`. Text and lists keep a reference to `bytes`
   * and are decoded when asked for.
   */
  fill(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array): Column[];
}

/** The plan of a type. */
export function planColumns(schema: ProbeSchema, type: number): ColumnPlan {
  const leaves = leavesOf(schema, type);
  const fills = leaves.map((leaf) => fillOf(schema, leaf));
  return {
    leaves,
    fill(bytes, starts, ends) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return fills.map((fill) => fill(bytes, view, starts, ends));
    },
  };
}

function fillOf(schema: ProbeSchema, leaf: Leaf): Fill {
  if (leaf.bitfield !== undefined || isRelated(leaf)) {
    return (bytes, view, starts, ends) => ({
      leaf,
      data: undefined,
      get: (row) =>
        readLeaf(schema, leaf, { bytes, view, start: starts[row] as number, end: ends[row] as number }),
    });
  }
  const type = resolveType(schema, leaf.type);
  if (type.kind === 'array' && isCharType(schema, type.element)) return textFill(leaf, type.length);
  const number = numberFill(schema, leaf);
  return number ?? listFill(schema, leaf);
}

function textFill(leaf: Leaf, length: number): Fill {
  return (bytes, _view, starts, ends) => ({
    leaf,
    data: undefined,
    get: (row) => {
      const start = (starts[row] as number) + leaf.offset;
      const end = ends[row] as number;
      return start > end ? null : textOf(bytes, start, length === 0 ? end : Math.min(start + length, end));
    },
  });
}

function listFill(schema: ProbeSchema, leaf: Leaf): Fill {
  return (bytes, _view, starts, ends) => ({
    leaf,
    data: undefined,
    get: (row) =>
      readValue(schema, leaf.type, bytes, (starts[row] as number) + leaf.offset, ends[row] as number),
  });
}

interface NumberReader {
  make: (length: number) => ColumnData;
  read: (view: DataView, offset: number) => number | bigint;
}

const READERS: Record<string, NumberReader> = {
  i1: { make: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
  u1: { make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  i2: { make: (n) => new Int16Array(n), read: (view, at) => view.getInt16(at, true) },
  u2: { make: (n) => new Uint16Array(n), read: (view, at) => view.getUint16(at, true) },
  i4: { make: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at, true) },
  u4: { make: (n) => new Uint32Array(n), read: (view, at) => view.getUint32(at, true) },
  i8: { make: (n) => new BigInt64Array(n), read: (view, at) => view.getBigInt64(at, true) },
  u8: { make: (n) => new BigUint64Array(n), read: (view, at) => view.getBigUint64(at, true) },
  f4: { make: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at, true) },
  f8: { make: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at, true) },
};

function readerOf(schema: ProbeSchema, leaf: Leaf): NumberReader | undefined {
  const type = resolveType(schema, leaf.type);
  switch (type.kind) {
    case 'int':
      return READERS[`${type.signed && type.encoding !== 'bool' ? 'i' : 'u'}${type.size}`];
    case 'enum':
      return READERS[`${type.signed ? 'i' : 'u'}${type.size}`];
    case 'float':
      return READERS[`f${type.size}`];
    case 'pointer':
      return READERS.u8;
    default:
      return undefined;
  }
}

function numberFill(schema: ProbeSchema, leaf: Leaf): Fill | undefined {
  const reader = readerOf(schema, leaf);
  if (reader === undefined) return undefined;
  const type = resolveType(schema, leaf.type);
  const present: (raw: number | bigint) => Value =
    type.kind === 'enum'
      ? (raw) => enumName(type, raw)
      : type.kind === 'int' && type.encoding === 'bool'
        ? (raw) => raw !== 0
        : (raw) => raw;
  return (_bytes, view, starts, ends) => {
    const rows = starts.length;
    const data = reader.make(rows);
    let short: Set<number> | undefined;
    for (let row = 0; row < rows; row++) {
      const at = (starts[row] as number) + leaf.offset;
      if (at + leaf.size > (ends[row] as number)) {
        short ??= new Set();
        short.add(row);
      } else {
        data[row] = reader.read(view, at);
      }
    }
    return { leaf, data, get: (row) => (short?.has(row) ? null : present(data[row] as number | bigint)) };
  };
}
