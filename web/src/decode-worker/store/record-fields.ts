import { isRelated, readLeaf } from '@probepad/protocol/leaf-value';
import type { Leaf } from '@probepad/protocol/leaves';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { isCharType, resolveType } from '@probepad/protocol/types';
import { readInteger, readValue, type Value } from '@probepad/protocol/values/value';
import { type Records, timeOf, wordOf } from './records.ts';

/** One record that is looked at. Whoever goes through many changes the same one. */
export interface RecordAt {
  records: Records;
  bytes: Uint8Array;
  view: DataView;
  /** Where its data lies in `bytes`. */
  start: number;
  end: number;
  /** Its number within `records`. */
  row: number;
}

/** A look at a block's records, at none of them yet. */
export function recordAt(records: Records): RecordAt {
  return { records, bytes: records.bytes, view: records.view, start: 0, end: 0, row: 0 };
}

/** One member of a record, read when it is asked for. */
export interface RecordField {
  /** Names of enums, exact integers; null where the record is too short. */
  value(at: RecordAt): Value;
  /** Set for whole integers, whatever they mean. */
  integer?: IntegerPlace;
  /** Set for text: where it begins, and its most bytes; 0 where it goes to the record's end. It ends at a NUL. */
  text?: { offset: number; length: number };
}

export interface IntegerPlace {
  offset: number;
  size: 1 | 2 | 4 | 8;
  signed: boolean;
}

/** How a leaf of a struct is read. */
export function fieldOf(schema: ProbeSchema, leaf: Leaf): RecordField {
  const { type: id, offset, size } = leaf;
  if (leaf.bitfield || isRelated(leaf)) return { value: (at) => readLeaf(schema, leaf, at) };
  const value = ({ bytes, start, end }: RecordAt): Value => readValue(schema, id, bytes, start + offset, end);
  const type = resolveType(schema, id);
  if (type.kind === 'array' && isCharType(schema, type.element)) {
    return { value, text: { offset, length: type.length } };
  }
  const isInteger =
    type.kind === 'pointer' || type.kind === 'enum' || (type.kind === 'int' && type.encoding !== 'bool');
  if (!isInteger || !isWhole(size)) return { value };
  return { value, integer: { offset, size, signed: type.kind !== 'pointer' && type.signed } };
}

function isWhole(size: number): size is IntegerPlace['size'] {
  return size === 1 || size === 2 || size === 4 || size === 8;
}

/** What stands in memory, without the names of enums. */
export function rawValue({ integer, value }: RecordField, at: RecordAt): Value {
  if (!integer || at.start + integer.offset + integer.size > at.end) return value(at);
  return readInteger(at.view, at.start + integer.offset, integer.size, integer.signed);
}

/** CLOCK_MONOTONIC of the frame. */
export const FRAME_TIME: RecordField = { value: ({ records, row }) => timeOf(records, row) };

/** A trace record: u64 time, u32 pid, 16 bytes of task name, text; its second word is the CPU (protocol/frames). */
export const TRACE_FIELDS = {
  time: { ...integerField(0, 8, false) },
  pid: integerField(8, 4, false),
  cpu: { value: ({ view, start }) => wordOf(view, start) },
  comm: textField(12, 16),
  text: textField(28, 0),
} satisfies Record<string, RecordField>;

/** A line of an iterator. */
export const LINE_FIELD: RecordField = textField(0, 0);

/** Where a text lies in this record. */
export function textRange(
  { bytes, start, end }: RecordAt,
  { offset, length }: { offset: number; length: number },
): { from: number; to: number } {
  const from = Math.min(end, start + offset);
  const limit = length === 0 ? end : Math.min(end, from + length);
  let to = from;
  while (to < limit && bytes[to] !== 0) to++;
  return { from, to };
}

function integerField(offset: number, size: IntegerPlace['size'], signed: boolean): RecordField {
  return {
    integer: { offset, size, signed },
    value: ({ view, start, end }) => {
      if (start + offset + size > end) return null;
      return size === 8 ? view.getBigUint64(start + offset, true) : view.getUint32(start + offset, true);
    },
  };
}

function textField(offset: number, length: number): RecordField {
  const text = { offset, length };
  return {
    text,
    value: (at) => {
      if (at.start + offset > at.end) return null;
      const { from, to } = textRange(at, text);
      return utf8.decode(at.bytes.subarray(from, to));
    },
  };
}

const utf8 = new TextDecoder();
