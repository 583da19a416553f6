import { isRelated, readLeaf } from '@probepad/protocol/leaf-value';
import { type Leaf, leavesOf } from '@probepad/protocol/leaves';
import { recordTypeOf } from '@probepad/protocol/record-types';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { isCharType, resolveType } from '@probepad/protocol/types';
import { escapeControls } from '@probepad/protocol/values/escape';
import { formatValue } from '@probepad/protocol/values/format';
import { PLAIN, type Presentation, presentLeaves } from '@probepad/protocol/values/presentation';
import { textOf } from '@probepad/protocol/values/value';
import type { Stream } from '../stream.ts';
import { createTextCache } from './text-cache.ts';

/** Reads a record that lies at `start`…`end` of `bytes`, which `view` is of too. */
export interface RecordReader {
  /** NaN where there is none. */
  value(view: DataView, start: number, end: number): number;
  /** Empty without a column to split by. */
  key(bytes: Uint8Array, view: DataView, start: number, end: number): string;
}

type NumberOf = (view: DataView, start: number, end: number) => number;
type TextOf = (bytes: Uint8Array, view: DataView, start: number, end: number) => string;

/** Texts of numbers that come again and again; beyond so many they are made anew. */
const TEXTS_MAX = 20_000;

/** A reader of two members of a source's records and nothing else of them. */
export function createRecordReader(
  { arch, decoder: { schema } }: Stream,
  source: Source,
  measure: string | undefined,
  split: string | undefined,
): RecordReader {
  const readers = source.records.map(({ type }) => {
    const leaves = leavesOf(schema, type);
    const splitAt = leaves.findIndex(({ name }) => name === split);
    const shown = presentLeaves(schema, leaves, type)[splitAt] ?? PLAIN;
    return {
      type,
      number: numberReader(
        schema,
        leaves.find(({ name }) => name === measure),
      ),
      text: textReader(schema, leaves[splitAt], shown, arch),
    };
  });
  const byType = new Map(readers.map((reader) => [reader.type, reader]));
  const typeOf = recordTypeOf(schema, source);
  const only = readers.length === 1 ? readers[0] : undefined;
  const readerOf = (view: DataView, start: number, end: number) =>
    only ?? byType.get(typeOf(view, start, end) ?? -1);
  return {
    value: (view, start, end) => readerOf(view, start, end)?.number(view, start, end) ?? Number.NaN,
    key: (bytes, view, start, end) => readerOf(view, start, end)?.text(bytes, view, start, end) ?? '',
  };
}

/** @returns a reader whose numbers are NaN where the record is too short or has no such member */
function numberReader(schema: ProbeSchema, leaf: Leaf | undefined): NumberOf {
  const none: NumberOf = () => Number.NaN;
  if (!leaf) return none;
  const { offset, size } = leaf;
  if (leaf.bitfield || isRelated(leaf)) {
    return (view, start, end) => {
      const value = readLeaf(schema, leaf, { bytes: bytesOf(view), view, start, end });
      return typeof value === 'string' || value === null ? Number.NaN : Number(value);
    };
  }
  const type = resolveType(schema, leaf.type);
  const read = plainReader(type.kind === 'float' ? `f${size}` : signOf(type) + size);
  if (!read) return none;
  return (view, start, end) => (start + offset + size > end ? Number.NaN : read(view, start + offset));
}

/** Of the same memory. */
function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function signOf(type: ReturnType<typeof resolveType>): string {
  return (type.kind === 'int' || type.kind === 'enum') && type.signed ? 'i' : 'u';
}

function plainReader(kind: string): ((view: DataView, at: number) => number) | undefined {
  switch (kind) {
    case 'u1':
      return (view, at) => view.getUint8(at);
    case 'i1':
      return (view, at) => view.getInt8(at);
    case 'u2':
      return (view, at) => view.getUint16(at, true);
    case 'i2':
      return (view, at) => view.getInt16(at, true);
    case 'u4':
      return (view, at) => view.getUint32(at, true);
    case 'i4':
      return (view, at) => view.getInt32(at, true);
    // Two words instead of a bigint, which would have to be made for each record; beyond 2^53 it is rounded, as every drawn number.
    case 'u8':
      return (view, at) => view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case 'i8':
      return (view, at) => view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case 'f4':
      return (view, at) => view.getFloat32(at, true);
    case 'f8':
      return (view, at) => view.getFloat64(at, true);
    default:
      return undefined;
  }
}

function textReader(
  schema: ProbeSchema,
  leaf: Leaf | undefined,
  shown: Presentation,
  arch: string | undefined,
): TextOf {
  if (!leaf) return () => '';
  const type = resolveType(schema, leaf.type);
  if (type.kind === 'array' && isCharType(schema, type.element) && !isRelated(leaf)) {
    const text = createTextCache((bytes, from, to) => escapeControls(textOf(bytes, from, to)) || EMPTY);
    return (bytes, _view, start, end) => {
      const from = start + leaf.offset;
      const stop = type.length === 0 ? end : Math.min(from + type.length, end);
      return from > end ? EMPTY : text(bytes, from, endOfText(bytes, from, stop));
    };
  }
  const texts = new Map<number, string>();
  const number = numberReader(schema, leaf);
  const isNumber = type.kind === 'int' || type.kind === 'enum';
  return (bytes, view, start, end) => {
    const known = isNumber ? number(view, start, end) : Number.NaN;
    const found = Number.isSafeInteger(known) ? texts.get(known) : undefined;
    if (found !== undefined) return found;
    const value = readLeaf(schema, leaf, { bytes, view, start, end });
    const text = formatValue(value, shown, { arch }) || EMPTY;
    if (Number.isSafeInteger(known) && texts.size < TEXTS_MAX) texts.set(known, text);
    return text;
  };
}

/** What is behind a NUL is not of the text, and may differ from record to record. */
function endOfText(bytes: Uint8Array, from: number, limit: number): number {
  let to = from;
  while (to < limit && bytes[to] !== 0) to++;
  return to;
}

/** What an empty text is called: the empty key stands for all. */
const EMPTY = '(empty)';
