import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import { PLAIN } from '@probepad/protocol/values/presentation';
import type { Value } from '@probepad/protocol/values/value';
import type { ViewColumn } from '../session/decoder.ts';
import { columnFacts, isNetworkOrder, lettersOf } from './column-facts.ts';
import { clockText, type Shown } from './present.ts';
import type { ColumnFacts, ColumnReader } from './query/columns.ts';
import { compareWhole, equalsText } from './query/compare-bytes.ts';
import { createTextIds } from './query/text-ids.ts';
import { FRAME_TIME, type RecordAt, type RecordField } from './store/record-fields.ts';
import type { Stream } from './stream.ts';

/** One column of the records of one type, on one host. */
export interface EventCell extends ColumnReader<RecordAt> {
  column: ViewColumn;
  facts: ColumnFacts;
  field: RecordField;
  /** The cell's text for the screen: the host is asked for names that it has not told yet. */
  shown(at: RecordAt): string;
  /** A number of the column, as its cells show it. */
  format(value: Value): string;
  /** The number counts in network byte order in memory. */
  bigEndian: boolean;
  /** The same for all records: known without a look at one. */
  constant?: string;
  /** The cell is the field's own text, byte by byte, but for control characters. */
  verbatim: boolean;
  /** The letters that cells can hold, lower case, where they are known: a text with any other is not looked for. */
  letters: RegExp | undefined;
}

/**
 * A member of a struct.
 * @param known what is known about the record beside the member
 * @param asking the same, and asks the host for names that are not known
 */
export function fieldCell(
  own: Shown,
  field: RecordField,
  stream: Stream,
  known: (at: RecordAt) => FormatContext,
  asking: (at: RecordAt) => FormatContext,
): EventCell {
  const { column, shown } = own;
  const bigEndian = isNetworkOrder(shown);
  const facts = columnFacts(stream.decoder.schema, own);
  const verbatim = field.text !== undefined && shown.meaning !== 'words';
  return {
    column,
    facts,
    field,
    format: (value) => formatValue(value, shown, { arch: stream.arch }),
    bigEndian,
    verbatim,
    letters: field.integer && !facts.names ? lettersOf(shown) : undefined,
    ids: field.text && verbatim ? idsOf(field.text) : undefined,
    value: readerOf(field, facts, bigEndian),
    text: (at) => formatValue(field.value(at), shown, known(at)),
    shown: (at) => formatValue(field.value(at), shown, asking(at)),
    compare: field.integer && compareWhole(field.integer, bigEndian),
    equals: field.text && verbatim ? equalsText(field.text) : undefined,
  };
}

/** The same bytes are the same text on screen. */
function idsOf(place: { offset: number; length: number }): () => (at: RecordAt) => number {
  return () => createTextIds(place, () => undefined).idOf;
}

/** Enums as their numbers, numbers in network order as people write them. */
function readerOf(field: RecordField, facts: ColumnFacts, bigEndian: boolean): (at: RecordAt) => Value {
  const { integer } = field;
  if (integer && (bigEndian || facts.names)) {
    const { offset, size, signed } = integer;
    return ({ view, start, end }) => {
      const place = start + offset;
      if (place + size > end) return null;
      switch (size) {
        case 1:
          return signed ? view.getInt8(place) : view.getUint8(place);
        case 2:
          return signed ? view.getInt16(place, !bigEndian) : view.getUint16(place, !bigEndian);
        case 4:
          return signed ? view.getInt32(place, !bigEndian) : view.getUint32(place, !bigEndian);
        case 8:
          return signed ? view.getBigInt64(place, !bigEndian) : view.getBigUint64(place, !bigEndian);
      }
    };
  }
  const { names } = facts;
  if (!names) return field.value;
  return (at) => {
    const value = field.value(at);
    return typeof value === 'string' ? (names.get(value) ?? value) : value;
  };
}

/** A cell whose text is its value and nothing else. */
export function plainCell(column: ViewColumn, field: RecordField): EventCell {
  const isText = column.align === 'text';
  return {
    column,
    facts: { name: column.name, kind: isText ? 'text' : 'number' },
    field,
    format: (value) => formatValue(value),
    bigEndian: false,
    verbatim: field.text !== undefined,
    letters: field.integer && lettersOf(PLAIN),
    ids: field.text && idsOf(field.text),
    value: field.value,
    text: (at) => formatValue(field.value(at)),
    shown: (at) => formatValue(field.value(at)),
    compare: field.integer && compareWhole(field.integer, false),
    equals: field.text && equalsText(field.text),
  };
}

/** A text that all records of one kind share: their host, the name of their type. */
export function constantCell(column: ViewColumn, text: string): EventCell {
  return { ...plainCell(column, { value: () => text }), constant: text };
}

/** When it was: the host's wall time, empty until it has told its clock. `own`: the record's own time, else its frame's. */
export function timeCell(column: ViewColumn, own: RecordField | undefined, stream: Stream): EventCell {
  const field = own ?? FRAME_TIME;
  let known: { ns: Value; wall: bigint | undefined; text: string } = { ns: null, wall: undefined, text: '' };
  const textOf = (at: RecordAt): string => {
    const ns = field.value(at);
    const { wall } = stream.clock;
    // Records of one frame share its time, and making a text of it takes longer than all else.
    if (known.ns !== ns || known.wall !== wall) {
      known = { ns, wall, text: wall === undefined || typeof ns !== 'bigint' ? '' : clockText(ns + wall, 3) };
    }
    return known.text;
  };
  return {
    ...plainCell(column, field),
    facts: { name: column.name, kind: 'clock' },
    value: (at) => {
      const ns = field.value(at);
      return typeof ns === 'bigint' ? ns + (stream.clock.wall ?? 0n) : null;
    },
    text: textOf,
    shown: textOf,
    compare: undefined,
    letters: /^[\d:.]*$/,
  };
}
