import type { Chunk, History } from '../store/history.ts';
import { type RecordAt, recordAt } from '../store/record-fields.ts';
import { endOf, startsOf } from '../store/records.ts';

/** Rows that a question is about, newest first. */
export interface RowSelection {
  readonly length: number;
  fromNewest(at: number): number | undefined;
}

/** Rows between two rests. */
const STRIDE = 4096;

/**
 * Looks at every record of a selection, newest first; rows that are gaps, or are no longer kept, are passed over.
 * @param visit gets the record, its chunk and its place in the selection
 */
export function* visitRows(
  history: History,
  rows: RowSelection,
  visit: (at: RecordAt, chunk: Chunk, place: number) => void,
): Generator<void> {
  const { length } = rows;
  let chunk: Chunk | undefined;
  let at: RecordAt | undefined;
  let starts = new Uint32Array(0);
  for (let place = 0; place < length; place++) {
    if (place % STRIDE === STRIDE - 1) {
      yield;
      // What was looked at may have grown into other memory.
      chunk = undefined;
    }
    const row = rows.fromNewest(place);
    if (row === undefined) return;
    if (!chunk || row < chunk.base || row >= chunk.base + chunk.rows) {
      chunk = history.find(row);
      if (!chunk) continue;
      at = chunk.content.kind === 'gap' ? undefined : recordAt(chunk.content);
      starts = chunk.content.kind === 'gap' ? starts : (startsOf(chunk.content) as Uint32Array<ArrayBuffer>);
    }
    if (!at) continue;
    at.row = row - chunk.base;
    at.start = starts[at.row] as number;
    if (at.start === 0) continue;
    at.end = endOf(at.view, at.start);
    visit(at, chunk, place);
  }
}

/** A selection that stays as it is while rows come and go. */
export function frozen(rows: RowSelection): RowSelection {
  const { length } = rows;
  const top = rows.fromNewest(0) ?? 0;
  const bottom = length === 0 ? top : (rows.fromNewest(length - 1) ?? top);
  if (top - bottom + 1 === length) return { length, fromNewest: (at) => top - at };
  const own = Float64Array.from({ length }, (_, at) => rows.fromNewest(at) ?? -1);
  return { length, fromNewest: (at) => own[at] };
}
