import type { Frame } from '@probepad/protocol/frames';

/** Records of one frame, or one mark for records that were dropped. */
export interface Chunk {
  /** Ordinal of the first row within the history. */
  base: number;
  rows: number;
  stream: number;
  content: { kind: 'frame'; frame: Frame } | { kind: 'gap'; place: string; records: number } | Lines;
}

/** Text that came without records: lines of an iterator program. */
interface Lines {
  kind: 'lines';
  lines: string[];
}

export interface History {
  append(stream: number, rows: number, content: Chunk['content']): void;
  /** Records missing at this place; neighbouring ones become one row. */
  gap(stream: number, place: string, records: number): void;
  /** The chunk that holds a row. */
  find(row: number): Chunk | undefined;
  /** Chunks from the one that holds `row` to the newest. */
  from(row: number): Iterable<Chunk>;
  /** Ordinal of the oldest row kept. */
  readonly oldest: number;
  /** Ordinal of the row that comes next; rows kept are `oldest` … `next - 1`. */
  readonly next: number;
}

export const HISTORY_ROWS_MAX = 200_000;
export const HISTORY_BYTES_MAX = 48 * 1024 * 1024;

/** The newest rows of one source, oldest given up first, within a number of rows and of bytes. */
export function createHistory(rowsMax = HISTORY_ROWS_MAX, bytesMax = HISTORY_BYTES_MAX): History {
  /** A place that was given up is emptied at once, or its frame would stay in memory. */
  let chunks: (Chunk | undefined)[] = [];
  let start = 0;
  let bytes = 0;
  let next = 0;

  function evict(): void {
    while (start < chunks.length - 1) {
      const first = chunks[start] as Chunk;
      if (next - first.base - first.rows < rowsMax && bytes <= bytesMax) break;
      bytes -= sizeOf(first);
      chunks[start++] = undefined;
    }
    if (start > 1024 && start > chunks.length / 2) {
      chunks = chunks.slice(start);
      start = 0;
    }
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
    append(stream, rows, content) {
      if (rows === 0) return;
      const chunk: Chunk = { base: next, rows, stream, content };
      chunks.push(chunk);
      next += rows;
      bytes += sizeOf(chunk);
      evict();
    },
    gap(stream, place, records) {
      const last = chunks.at(-1);
      if (last?.stream === stream && last.content.kind === 'gap' && last.content.place === place) {
        last.content.records += records;
        return;
      }
      this.append(stream, 1, { kind: 'gap', place, records });
    },
    find(row) {
      if (row < this.oldest || row >= next) return undefined;
      return chunks[indexOf(row)];
    },
    *from(row) {
      if (chunks.length === start) return;
      for (let index = indexOf(row); index < chunks.length; index++) yield chunks[index] as Chunk;
    },
    get oldest() {
      return chunks[start]?.base ?? next;
    },
    get next() {
      return next;
    },
  };
}

function sizeOf({ content }: Chunk): number {
  switch (content.kind) {
    case 'frame':
      // What it keeps from being freed: the whole message that it may be a view into.
      return content.frame.payload.buffer.byteLength + 128;
    case 'lines':
      return content.lines.reduce((sum, line) => sum + 2 * line.length, 128);
    case 'gap':
      return 64;
  }
}
