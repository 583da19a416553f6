import { isRelated, readLeaf } from '@probepad/protocol/leaf-value';
import { type Leaf, leavesOf } from '@probepad/protocol/leaves';
import { recordTypeOf } from '@probepad/protocol/record-types';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { isCharType, resolveType } from '@probepad/protocol/types';
import { escapeControls } from '@probepad/protocol/values/escape';
import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import type { NameLookup } from '@probepad/protocol/values/name';
import {
  PLAIN,
  type Presentation,
  presentLeaves,
  processLeaf,
  processOf,
} from '@probepad/protocol/values/presentation';
import { textOf } from '@probepad/protocol/values/value';
import type { Stream } from '../stream.ts';
import { eachNumber, type NumberOf, numberReader, numbersReader } from './leaf-numbers.ts';
import { createTextCache } from './text-cache.ts';

/** Reads a record that lies at `start`…`end` of `bytes`, which `view` is of too. */
export interface RecordReader {
  /** NaN where there is none. */
  value(view: DataView, start: number, end: number): number;
  /** Puts the values of the records that begin at these places into `out`, those that have one. @returns how many */
  values(view: DataView, starts: Uint32Array, out: Float64Array): number;
  /** Empty without a column to split by. */
  key(bytes: Uint8Array, view: DataView, start: number, end: number): string;
  /** A key with the host's name for it, where there may be one: names come later than keys. Absent: keys are as they are shown. */
  label?: ((key: string, names: NameLookup | undefined) => string) | undefined;
}

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
    const shown = presentLeaves(schema, leaves, type);
    const process = processLeaf(leaves, shown);
    return {
      type,
      number: numberReader(schema, leafOf(leaves, measure)),
      numbers: numbersReader(schema, leafOf(leaves, measure)),
      ...keyReader(schema, { leaves, at: splitAt, shown, process }, arch),
    };
  });
  const byType = new Map(readers.map((reader) => [reader.type, reader]));
  const typeOf = recordTypeOf(schema, source);
  const only = readers.length === 1 ? readers[0] : undefined;
  const readerOf = (view: DataView, start: number, end: number) =>
    only ?? byType.get(typeOf(view, start, end) ?? -1);
  const value: NumberOf = (view, start, end) =>
    readerOf(view, start, end)?.number(view, start, end) ?? Number.NaN;
  return {
    value,
    values: only?.numbers ?? eachNumber(value),
    key: (bytes, view, start, end) => readerOf(view, start, end)?.key(bytes, view, start, end) ?? '',
    label: readers.find(({ label }) => label)?.label,
  };
}

function leafOf(leaves: readonly Leaf[], name: string | undefined): Leaf | undefined {
  return leaves.find((leaf) => leaf.name === name);
}

/** The column to split by among the members of its record, and the one that says of which process the record is; -1 without. */
interface Split {
  leaves: readonly Leaf[];
  at: number;
  shown: readonly Presentation[];
  process: number;
}

function keyReader(
  schema: ProbeSchema,
  { leaves, at, shown: all, process }: Split,
  arch: string | undefined,
): { key: TextOf } & Pick<RecordReader, 'label'> {
  const leaf = leaves[at];
  const shown = all[at] ?? PLAIN;
  if (!leaf) return { key: () => '' };
  if (shown.nameKind === undefined || !isNumeric(schema, leaf)) {
    return { key: textReader(schema, leaf, shown, { arch }) };
  }
  const number = textReader(schema, leaf, PLAIN, {});
  const whose = shown.nameKind === 'code' ? leaves[process] : undefined;
  return {
    key: whose ? codeReader(schema, leaf, number, textReader(schema, whose, PLAIN, {})) : number,
    label(key, names) {
      const [value = '', owner = ''] = key.split(' ');
      if (!WHOLE_NUMBER.test(value)) return value;
      const of = WHOLE_NUMBER.test(owner) ? processOf(BigInt(owner), all[process]) : undefined;
      return formatValue(BigInt(value), shown, { arch, names, pid: of });
    },
  };
}

/** An address in a process is another function in each. The kernel's, in the upper half or negative, are the same in all. */
function codeReader(schema: ProbeSchema, leaf: Leaf, number: TextOf, pid: TextOf): TextOf {
  const address = numberReader(schema, leaf);
  return (bytes, view, start, end) => {
    const text = number(bytes, view, start, end);
    const at = address(view, start, end);
    return at >= 0 && at < 2 ** 63 ? `${text} ${pid(bytes, view, start, end)}` : text;
  };
}

const WHOLE_NUMBER = /^-?\d+$/;

function isNumeric(schema: ProbeSchema, { type }: Leaf): boolean {
  const { kind } = resolveType(schema, type);
  return kind === 'int' || kind === 'pointer';
}

function textReader(schema: ProbeSchema, leaf: Leaf, shown: Presentation, context: FormatContext): TextOf {
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
    const text = formatValue(value, shown, context) || EMPTY;
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
