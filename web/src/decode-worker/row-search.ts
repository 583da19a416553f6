import type { Chunk, History } from './history.ts';

/** The rows of a history that hold a text, found piece by piece: decoding all of it at once would hold up everything else. */
export interface RowSearch {
  /** Goes on searching: first what is new, then from there back to the oldest row. Rows that match, oldest first. */
  advance(): { rows: readonly number[]; complete: boolean };
}

/** Rows that are read at most before the search makes a pause. */
export const SEARCH_ROWS_MAX = 20_000;

/** @param cellsOf the texts of a chunk's rows */
export function createRowSearch(
  history: History,
  text: string,
  cellsOf: (chunk: Chunk) => string[][],
  rowsMax = SEARCH_ROWS_MAX,
): RowSearch {
  const wanted = text.toLowerCase();
  /** Rows from `low` up to but not including `high` have been read. */
  let low = history.next;
  let high = history.next;
  let found: number[] = [];

  function matchesOf(chunk: Chunk, from: number, to: number): number[] {
    if (chunk.content.kind === 'gap') return [];
    const rows: number[] = [];
    const cells = cellsOf(chunk);
    for (let row = Math.max(from, chunk.base); row < Math.min(to, chunk.base + chunk.rows); row++) {
      if (cells[row - chunk.base]?.some((cell) => cell.toLowerCase().includes(wanted))) rows.push(row);
    }
    return rows;
  }

  return {
    advance() {
      // More came than can be read: what is newest is what people look for, so it begins there again.
      if (history.next - high > rowsMax) {
        low = history.next;
        high = history.next;
        found = [];
      }
      let left = rowsMax;
      for (const chunk of high < history.next ? history.from(high) : []) {
        found.push(...matchesOf(chunk, high, history.next));
        left -= chunk.rows;
      }
      high = history.next;
      const earlier: number[][] = [];
      while (left > 0 && low > history.oldest) {
        const chunk = history.find(low - 1);
        if (!chunk) break;
        earlier.push(matchesOf(chunk, chunk.base, low));
        left -= chunk.rows;
        low = chunk.base;
      }
      if (earlier.length > 0) found = earlier.reverse().flat().concat(found);
      const gone = found.findIndex((row) => row >= history.oldest);
      if (gone !== 0) found.splice(0, gone < 0 ? found.length : gone);
      return { rows: found, complete: low <= history.oldest };
    },
  };
}
