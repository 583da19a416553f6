import type { EventCell } from '../event-cell.ts';
import type { EventCells } from '../event-cells.ts';
import type { History } from '../store/history.ts';
import type { RecordAt } from '../store/record-fields.ts';
import { type Keys, keysFor, putReal, putWhole, sortedPlaces } from './sort-rows.ts';
import { createTextIds } from './text-ids.ts';
import { type RowSelection, visitRows } from './visit-rows.ts';

/** The ordinals of a selection by what a column holds; equal ones stay newest first, rows without a value come last. */
export function* sortEvents(
  history: History,
  cells: EventCells,
  rows: RowSelection,
  column: number,
  descending: boolean,
): Generator<void, Float64Array> {
  const keys = keysFor(rows.length);
  const put = putFor(cells, column);
  const isText = cells.all().some((layout) => layout[column] !== undefined && !isNumeric(layout[column]));
  yield* isText
    ? textKeys(history, cells, rows, column, keys)
    : visitRows(history, rows, (at, chunk, place) => {
        const cell = cellOf(cells, chunk.stream, at, column);
        if (cell) put(keys, place, cell, at);
      });
  const places = yield* sortedPlaces(keys, descending);
  const sorted = new Float64Array(places.length);
  for (let at = 0; at < places.length; at++) {
    sorted[at] = rows.fromNewest(places[at] as number) ?? -1;
    if (at % 100_000 === 99_999) yield;
  }
  return sorted;
}

/** Texts get the numbers of their places among all distinct ones. */
function* textKeys(
  history: History,
  cells: EventCells,
  rows: RowSelection,
  column: number,
  keys: Keys,
): Generator<void> {
  const texts: string[] = [];
  const byText = new Map<string, number>();
  const ids = new Uint32Array(rows.length);
  const idOfText = (text: string): number => {
    const known = byText.get(text);
    if (known !== undefined) return known;
    const id = texts.push(text) - 1;
    byText.set(text, id);
    return id;
  };
  /** By cell: the same bytes are the same text. */
  const coders = new Map<EventCell, (at: RecordAt) => number>();
  const coderOf = (cell: EventCell): ((at: RecordAt) => number) => {
    const place = cell.field.text;
    if (cell.constant !== undefined || !place || !cell.verbatim) return (at) => idOfText(cell.text(at));
    const ours: number[] = [];
    const textIds = createTextIds(place, (at) => void ours.push(idOfText(cell.text(at))));
    return (at) => ours[textIds.idOf(at)] as number;
  };
  yield* visitRows(history, rows, (at, chunk, place) => {
    const cell = cellOf(cells, chunk.stream, at, column);
    if (!cell || isMissing(cell, at)) return;
    let coder = coders.get(cell);
    if (!coder) {
      coder = coderOf(cell);
      coders.set(cell, coder);
    }
    ids[place] = coder(at);
    keys.present[place] = 1;
  });
  const folded = texts.map((text) => text.toLowerCase());
  const order = Array.from(texts, (_, id) => id).sort((a, b) =>
    compareTexts(folded[a] ?? '', folded[b] ?? ''),
  );
  yield;
  const ranks = new Uint32Array(texts.length);
  order.forEach((id, rank) => {
    ranks[id] = rank;
  });
  for (let place = 0; place < ids.length; place++) keys.low[place] = ranks[ids[place] as number] as number;
}

/** Whether the record ends before the column's place. */
function isMissing(cell: EventCell, at: RecordAt): boolean {
  const { text } = cell.field;
  return text ? at.start + text.offset > at.end : cell.value(at) === null;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The column's cell in this record; the layouts that its host has may depend on its length. */
export function cellOf(
  cells: EventCells,
  stream: number,
  at: RecordAt,
  column: number,
): EventCell | undefined {
  return cells.layouts(stream)?.of(at)[column];
}

function isNumeric(cell: EventCell | undefined): boolean {
  const kind = cell?.facts.kind;
  return (
    kind === 'number' ||
    kind === 'flag' ||
    kind === 'clock' ||
    (kind === 'address' && cell?.field.integer !== undefined)
  );
}

type PutNumber = (keys: Keys, place: number, cell: EventCell, at: RecordAt) => void;

/**
 * How the numbers of a column are put in order. Structs and hosts may have it in different types: all have one order then, at the
 * price of a bigint each, or of what a double can't hold where some are no whole numbers.
 */
function putFor(cells: EventCells, column: number): PutNumber {
  const all = cells.all().flatMap((layout) => layout[column] ?? []);
  const kinds = new Set(all.map(kindOf));
  if (kinds.size <= 1) return putNumber;
  if (kinds.has('other')) {
    return (keys, place, cell, at) => {
      const value = numberIn(cell, at);
      if (value !== null) putReal(keys, place, Number(value));
    };
  }
  // Unsigned ones fill the range of 64 bits by themselves. Beside signed ones those above are all the largest.
  const shift = all.some(({ field }) => field.integer?.signed) ? 0n : 2n ** 63n;
  return (keys, place, cell, at) => {
    const value = numberIn(cell, at);
    if (value === null) return;
    const whole = BigInt(value) - shift;
    putWhole(keys, place, whole < 2n ** 63n ? whole : 2n ** 63n - 1n);
  };
}

/** Numbers of one kind are in the order of what `putNumber` makes of them. */
function kindOf({ field: { integer }, bigEndian, facts }: EventCell): string {
  if (facts.kind === 'clock') return 'bigint';
  if (!integer) return 'other';
  if (integer.size < 8) return 'number';
  return bigEndian ? 'bigint' : `word ${integer.signed}`;
}

function numberIn(cell: EventCell, at: RecordAt): number | bigint | null {
  const value = cell.value(at);
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value)) ? value : null;
}

function putNumber(keys: Keys, place: number, cell: EventCell, at: RecordAt): void {
  const { integer } = cell.field;
  if (integer?.size === 8 && !cell.bigEndian) {
    const offset = at.start + integer.offset;
    if (offset + 8 > at.end) return;
    keys.low[place] = at.view.getUint32(offset, true);
    // The sign turned over, negative numbers come before the others.
    keys.high[place] = at.view.getUint32(offset + 4, true) ^ (integer.signed ? 0x80000000 : 0);
    keys.present[place] = 1;
    return;
  }
  const value = numberIn(cell, at);
  if (typeof value === 'bigint') putWhole(keys, place, value);
  else if (value !== null) putReal(keys, place, value);
}
