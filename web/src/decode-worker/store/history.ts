import { type Budget, createBudget } from './budget.ts';
import { addRecords, type Records, recordsOf, sizeOfRecords } from './records.ts';
import { release } from './release.ts';

/** Records of some frames of one host, or one mark for records that were dropped. */
export interface Chunk {
  /** Ordinal of the first row within the history. */
  base: number;
  /** The newest chunk may still grow. */
  rows: number;
  stream: number;
  content: Records | { kind: 'gap'; place: string; records: number };
}

export interface History {
  /** @param payload of a frame: `rows` records, see `Records` @param timeNs CLOCK_MONOTONIC of the frame */
  append(stream: number, payload: Uint8Array, rows: number, timeNs: bigint): void;
  /** Records missing at this place; neighbouring ones become one row. */
  gap(stream: number, place: string, records: number): void;
  /** The chunk that holds a row; what is given up meanwhile can be read until this turn of the thread is over. */
  find(row: number): Chunk | undefined;
  /** Gives up everything. */
  close(): void;
  /** Ordinal of the oldest row kept. */
  readonly oldest: number;
  /** Ordinal of the row that comes next; rows kept are `oldest` … `next - 1`. */
  readonly next: number;
}

export const HISTORY_ROWS_MAX = 1_000_000;
const GAP_SIZE = 128;

/** The newest rows of one source, oldest given up first, within a number of rows and what the page has for all its sources. */
export function createHistory(rowsMax = HISTORY_ROWS_MAX, budget: Budget = createBudget()): History {
  /** A place that was given up is emptied at once, or its records would stay in memory. */
  let chunks: (Chunk | undefined)[] = [];
  let start = 0;
  let bytes = 0;
  let next = 0;

  const holder = {
    get bytes() {
      return bytes;
    },
    /** The newest chunk stays. */
    giveUp() {
      if (start >= chunks.length - 1) return false;
      const chunk = chunks[start] as Chunk;
      const size = sizeOf(chunk);
      free(chunk);
      chunks[start++] = undefined;
      if (start > 1024 && start > chunks.length / 2) {
        chunks = chunks.slice(start);
        start = 0;
      }
      bytes -= size;
      budget.changed(-size);
      return true;
    },
  };
  budget.join(holder);

  function grew(rows: number, size: number): void {
    next += rows;
    bytes += size;
    while (start < chunks.length - 1) {
      const first = chunks[start] as Chunk;
      if (next - first.base - first.rows < rowsMax) break;
      holder.giveUp();
    }
    budget.changed(size);
  }

  function add(chunk: Chunk): void {
    chunks.push(chunk);
    grew(chunk.rows, sizeOf(chunk));
  }

  /** Index of the chunk that holds `row`, by bisection. */
  function indexOf(row: number): number {
    let low = start;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((chunks[middle] as Chunk).base <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    append(stream, payload, rows, timeNs) {
      if (rows === 0) return;
      const last = chunks.at(-1);
      if (last?.stream === stream && last.content.kind === 'records') {
        const before = sizeOf(last);
        if (addRecords(last.content, payload, rows, timeNs)) {
          last.rows += rows;
          grew(rows, sizeOf(last) - before);
          return;
        }
      }
      add({ base: next, rows, stream, content: recordsOf(payload, rows, timeNs) });
    },
    gap(stream, place, records) {
      const last = chunks.at(-1);
      if (last?.stream === stream && last.content.kind === 'gap' && last.content.place === place) {
        last.content.records += records;
        return;
      }
      add({ base: next, rows: 1, stream, content: { kind: 'gap', place, records } });
    },
    find(row) {
      if (row < this.oldest || row >= next) return undefined;
      return chunks[indexOf(row)];
    },
    close() {
      budget.leave(holder);
      for (const chunk of chunks) if (chunk) free(chunk);
      chunks = [];
      start = 0;
      bytes = 0;
    },
    get oldest() {
      return chunks[start]?.base ?? next;
    },
    get next() {
      return next;
    },
  };
}

function free({ content }: Chunk): void {
  if (content.kind === 'records' && content.alone) release(content.bytes.buffer);
}

function sizeOf({ content }: Chunk): number {
  return content.kind === 'gap' ? GAP_SIZE : sizeOfRecords(content);
}
