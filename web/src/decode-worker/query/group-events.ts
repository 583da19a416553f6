import type { Value } from '@probepad/protocol/values/value';
import type { EventCell } from '../event-cell.ts';
import type { EventCells } from '../event-cells.ts';
import type { History } from '../store/history.ts';
import type { RecordAt } from '../store/record-fields.ts';
import type { ColumnFacts } from './columns.ts';
import { cellOf } from './sort-events.ts';
import { type Keys, keysFor, putReal, sortedPlaces } from './sort-rows.ts';
import { quoteText } from './syntax.ts';
import { createTextIds } from './text-ids.ts';
import { type RowSelection, visitRows } from './visit-rows.ts';

/** Rows that have the same in some columns. */
export interface Group {
  /** By the columns asked for. */
  texts: string[];
  /** The numbers of those columns that hold some. */
  numbers: (number | undefined)[];
  /** Takes a filter to the rows of this group. */
  filter: string;
  count: number;
  /** Of the numbers of each measured column, exact quantiles included; undefined where no row has one. */
  measured: (Measured | undefined)[];
}

export interface Measured {
  sum: number;
  average: number;
  least: number;
  most: number;
  p50: number;
  p99: number;
}

/** More groups than this are not counted apart: nobody reads them, and each costs memory. */
export const GROUPS_MAX = 100_000;

export interface Grouping {
  groups: Group[];
  /** Rows whose groups were one too many. */
  others: number;
  rows: number;
}

/** Groups a selection by columns, and reckons with the numbers of others. */
export function* groupEvents(
  history: History,
  cells: EventCells,
  rows: RowSelection,
  by: readonly number[],
  measures: readonly number[],
): Generator<void, Grouping> {
  const groups: Group[] = [];
  const coders = by.map(() => new Map<EventCell | undefined, (at: RecordAt) => number>());
  const codes = by.map(() => new Map<string, number>());
  const pairs = new Map<number, number>();
  const groupOfCode = new Map<number, number>();
  const groupOf = new Int32Array(rows.length).fill(-1);
  const keys = measures.map(() => keysFor(rows.length));
  const values = measures.map(() => new Float64Array(rows.length));
  let others = 0;
  let counted = 0;

  function codeOf(level: number, cell: EventCell | undefined, at: RecordAt): number {
    const known = coders[level] as Map<EventCell | undefined, (at: RecordAt) => number>;
    let coder = known.get(cell);
    if (!coder) {
      coder = createCoder(cell, codes[level] as Map<string, number>);
      known.set(cell, coder);
    }
    return coder(at);
  }

  yield* visitRows(history, rows, (at, chunk, place) => {
    counted++;
    let code = 0;
    for (let level = 0; level < by.length; level++) {
      const own = codeOf(level, cellOf(cells, chunk.stream, at, by[level] as number), at);
      if (level === 0) {
        code = own;
        continue;
      }
      // There are no more codes than rows, so two of them and the level fit a double.
      const pair = (level * 2 ** 24 + code) * 2 ** 24 + own;
      const before = pairs.get(pair);
      code = before ?? pairs.size;
      if (before === undefined) pairs.set(pair, code);
    }
    let group = groupOfCode.get(code);
    if (group === undefined) {
      if (groups.length >= GROUPS_MAX) {
        others++;
        return;
      }
      group = groups.length;
      groupOfCode.set(code, group);
      const row = by.map((column) => cellOf(cells, chunk.stream, at, column));
      groups.push({
        texts: row.map((cell) => cell?.text(at) ?? ''),
        numbers: row.map((cell) => {
          const value = numberIn(cell, at);
          return Number.isNaN(value) ? undefined : value;
        }),
        filter: row
          .map((cell) => conditionOf(cell, at))
          .filter((each) => each !== '')
          .join(' && '),
        count: 0,
        measured: [],
      });
    }
    (groups[group] as Group).count++;
    groupOf[place] = group;
    for (let measure = 0; measure < measures.length; measure++) {
      const value = numberIn(cellOf(cells, chunk.stream, at, measures[measure] as number), at);
      (values[measure] as Float64Array)[place] = value;
      putReal(keys[measure] as Keys, place, value);
    }
  });
  for (let measure = 0; measure < measures.length; measure++) {
    yield* measureGroups(groups, measure, groupOf, values[measure] as Float64Array, keys[measure] as Keys);
  }
  return { groups, others, rows: counted };
}

/** Numbers in ascending order, dealt out to their groups, stand in ascending order in each. */
function* measureGroups(
  groups: Group[],
  measure: number,
  groupOf: Int32Array,
  values: Float64Array,
  keys: Keys,
): Generator<void> {
  const places = yield* sortedPlaces(keys, false);
  const sizes = new Uint32Array(groups.length);
  for (let place = 0; place < groupOf.length; place++) {
    const group = groupOf[place] as number;
    if (group >= 0 && keys.present[place]) sizes[group] = (sizes[group] as number) + 1;
  }
  yield;
  const begins = new Uint32Array(groups.length + 1);
  for (let group = 0; group < groups.length; group++) {
    begins[group + 1] = (begins[group] as number) + (sizes[group] as number);
  }
  const filled = begins.slice();
  const dealt = new Float64Array(begins[groups.length] as number);
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    const group = groupOf[place] as number;
    if (group < 0 || !keys.present[place]) continue;
    const to = filled[group] as number;
    dealt[to] = values[place] as number;
    filled[group] = to + 1;
    if (at % 100_000 === 99_999) yield;
  }
  for (const [index, group] of groups.entries()) {
    group.measured[measure] = measuredIn(dealt.subarray(begins[index], begins[index + 1]));
    if (index % 1000 === 999) yield;
  }
}

/** @param sorted ascending; undefined where there is none */
export function measuredIn(sorted: Float64Array): Measured | undefined {
  if (sorted.length === 0) return undefined;
  let sum = 0;
  for (const value of sorted) sum += value;
  return {
    sum,
    average: sum / sorted.length,
    least: sorted[0] as number,
    most: sorted[sorted.length - 1] as number,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
}

/** The nearest rank: a value that occurred. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}

/** A number as a double; NaN where there is none. */
export function numberIn(cell: EventCell | undefined, at: RecordAt): number {
  const integer = cell?.field.integer;
  if (integer?.size === 8 && !cell?.bigEndian) {
    const offset = at.start + integer.offset;
    if (offset + 8 > at.end) return Number.NaN;
    const high = integer.signed ? at.view.getInt32(offset + 4, true) : at.view.getUint32(offset + 4, true);
    return high * 2 ** 32 + at.view.getUint32(offset, true);
  }
  const value = cell?.value(at) ?? null;
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
}

/** A small number for what a record holds in a column, the same for the same text, whichever host and type it is of. */
function createCoder(cell: EventCell | undefined, codes: Map<string, number>): (at: RecordAt) => number {
  const codeOfText = (text: string): number => {
    const known = codes.get(text);
    if (known !== undefined) return known;
    const code = codes.size;
    codes.set(text, code);
    return code;
  };
  if (!cell) return () => codeOfText('');
  const place = cell.field.text;
  if (place && cell.verbatim && cell.constant === undefined) {
    const own: number[] = [];
    const ids = createTextIds(place, (at) => void own.push(codeOfText(cell.text(at))));
    return (at) => own[ids.idOf(at)] as number;
  }
  const { constant } = cell;
  if (constant !== undefined) return () => codeOfText(constant);
  const byValue = new Map<unknown, number>();
  return (at) => {
    const value = cell.value(at);
    if (typeof value === 'object') return codeOfText(cell.text(at));
    let code = byValue.get(value);
    if (code === undefined) {
      // What is shown alike, as rounded durations are, need not be the same.
      code = codeOfText(cell.facts.kind === 'number' ? `${value}` : cell.text(at));
      byValue.set(value, code);
    }
    return code;
  };
}

/** The filter that takes what a record has in this column. */
export function conditionOf(cell: EventCell | undefined, at: RecordAt): string {
  return cell ? conditionFor(cell.column.name, cell.facts, cell.value(at), () => cell.text(at)) : '';
}

/** The filter that takes this value. @param value with numbers as people write them, enums as their numbers */
export function conditionFor(
  column: string,
  { kind, names }: ColumnFacts,
  value: Value,
  text: () => string,
): string {
  const name = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/.test(column) ? column : `\`${column}\``;
  if (value === null) return '';
  if (kind === 'flag') return value === true ? name : `!${name}`;
  if (kind === 'address') return `${name} == ${text()}`;
  if (kind === 'number' && (typeof value === 'number' || typeof value === 'bigint')) {
    for (const [word, number] of names ?? []) {
      if (number === BigInt(value)) return `${name} == ${word}`;
    }
    return `${name} == ${value}`;
  }
  return `${name} == ${quoteText(text())}`;
}
