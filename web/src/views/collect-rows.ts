import type { RowWindow, ViewRow } from '../session/decoder.ts';

/** Rows that are asked for at once: the worker answers other questions between two of these. */
const PAGE = 10_000;

/**
 * All rows that a window is a part of, in its order: those that came up to its head, also what a filter that still searches has yet to
 * find. Rows that are given up in the meantime are left out.
 */
export async function collectRows(
  { head }: Pick<RowWindow, 'head'>,
  ask: (query: { head: number; offset: number; limit: number }) => Promise<RowWindow>,
): Promise<ViewRow[]> {
  const rows: ViewRow[] = [];
  for (;;) {
    const answer = await ask({ head, offset: rows.length, limit: PAGE });
    rows.push(...answer.rows);
    if (answer.searching) continue;
    if (answer.rows.length === 0 || rows.length >= answer.total) return rows;
  }
}
