import type { FileColumn } from '@probepad/protocol/export/file-column';
import type { Piece } from '@probepad/protocol/export/table-file';
import type { Value } from '@probepad/protocol/values/value';
import type { FileAnswer } from '../../session/decoder.ts';
import type { Slice } from '../query/slice.ts';

/** Some of the rows that a file is to hold. */
export interface FilePage<Column = FileColumn, Row = readonly Value[]> {
  columns: readonly Column[];
  rows: readonly Row[];
  /** All rows that there are, those without a record too. */
  total: number;
  /** The newest row that counts. */
  head: number;
  /** Rows have still to be looked for: the page is to be asked for again. */
  searching: boolean;
}

/** A file in the making, which rests when its turn is over. */
export interface FileJob {
  advance(slice: Slice): FileAnswer;
}

/** Rows that are asked for at once: some milliseconds' work. */
const PAGE = 500;
/** Bytes (or characters) that wait before they go into the file, which the browser may keep on its disk. */
const GATHER = 4 * 1024 * 1024;

/** One of the formats that a file of such rows can have. */
export interface FileKind<Column, Row> {
  type: string;
  begin(columns: readonly Column[]): { add(rows: readonly Row[]): Piece[]; finish(): Piece[] };
}

export function fileJob<Column, Row>(
  { begin, type }: FileKind<Column, Row>,
  page: (head: number | undefined, offset: number, limit: number, slice: Slice) => FilePage<Column, Row>,
): FileJob {
  let file: ReturnType<typeof begin> | undefined;
  let blob = new Blob([], { type });
  let pieces: Piece[] = [];
  let waiting = 0;
  let head: number | undefined;
  let offset = 0;
  let rows = 0;

  function put(more: readonly Piece[], last: boolean): void {
    for (const piece of more) {
      pieces.push(piece);
      waiting += piece.length;
    }
    if (waiting < GATHER && !last) return;
    blob = new Blob([blob, ...pieces], { type });
    pieces = [];
    waiting = 0;
  }

  return {
    advance(slice) {
      do {
        const next = page(head, offset, PAGE, slice);
        if (next.searching) return { rows, total: next.total, searching: true };
        head = next.head;
        file ??= begin(next.columns);
        put(file.add(next.rows), false);
        rows += next.rows.length;
        offset += PAGE;
        if (offset >= next.total) {
          put(file.finish(), true);
          return { rows, total: next.total, searching: false, blob };
        }
      } while (!slice.isOver());
      return { rows, total: offset, searching: true };
    },
  };
}
