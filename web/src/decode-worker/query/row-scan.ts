import type { Chunk, History } from '../store/history.ts';
import type { RecordAt } from '../store/record-fields.ts';
import { startsOf } from '../store/records.ts';
import type { Predicate } from './compile.ts';
import { createRowList, type RowList } from './row-list.ts';
import { sieveOf } from './sieve.ts';
import type { Slice } from './slice.ts';

/** Which records of a chunk are wanted; undefined where none is. */
export type ChunkPredicate = (chunk: Chunk) => Predicate<RecordAt> | undefined;

/** The rows of a history that fit a filter, found piece by piece: all of it at once would hold up everything else. */
export interface RowScan {
  /** Goes on: first with what is new, then from there back to the oldest row. @returns whether all rows have been looked at */
  advance(slice: Slice): boolean;
  readonly rows: RowList;
}

/** Rows that may come while a scan looks away; after more of them it begins again with the newest. */
const BEHIND_MAX = 300_000;

export function createRowScan(history: History, predicateOf: ChunkPredicate): RowScan {
  const rows = createRowList();
  /** Rows from `low` up to but not including `high` have been looked at. */
  let low = history.next;
  let high = history.next;

  return {
    rows,
    advance(slice) {
      if (history.next - high > BEHIND_MAX) {
        low = history.next;
        high = history.next;
        rows.clear();
      }
      rows.dropBefore(history.oldest);
      while (high < history.next) {
        const chunk = history.find(Math.max(high, history.oldest));
        if (!chunk) break;
        const to = chunk.base + chunk.rows;
        eachMatch(chunk, predicateOf(chunk), Math.max(high, chunk.base), to, 1, rows.addNewer);
        high = to;
        if (slice.isOver()) return false;
      }
      while (low > history.oldest) {
        const chunk = history.find(low - 1);
        if (!chunk) break;
        eachMatch(chunk, predicateOf(chunk), chunk.base, low, -1, rows.addOlder);
        low = chunk.base;
        if (slice.isOver()) break;
      }
      return low <= history.oldest;
    },
  };
}

/** Rows of a block that may still fit. */
let left = new Uint32Array(4096);

/** Calls `found` for the rows from `from` up to but not including `to` that fit, upwards or downwards. */
function eachMatch(
  { base, content }: Chunk,
  fits: Predicate<RecordAt> | undefined,
  from: number,
  to: number,
  step: 1 | -1,
  found: (row: number) => void,
): void {
  if (content.kind === 'gap' || !fits) return;
  if (left.length < to - from) left = new Uint32Array(2 * (to - from));
  const starts = startsOf(content);
  let count = 0;
  for (let row = from - base; row < to - base; row++) if (starts[row] !== 0) left[count++] = row;
  count = sieveOf(fits)(content, left, count);
  if (step > 0) for (let at = 0; at < count; at++) found(base + (left[at] as number));
  else for (let at = count - 1; at >= 0; at--) found(base + (left[at] as number));
}
