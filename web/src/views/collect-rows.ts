import type { RowWindow, ViewRow } from '../session/decoder.ts';

/** Rows that are asked for at once: the worker answers other questions between two of these. */
const PAGE = 10_000;

/**
 * All rows that a window is a part of, in its order: those that came up to its head, and as many as it counted. Rows that are given
 * up in the meantime are left out.
 */
export async function collectRows(
  window: RowWindow,
  ask: (query: { head: number; offset: number; limit: number }) => Promise<RowWindow>,
): Promise<ViewRow[]> {
  const rows: ViewRow[] = [];
  while (rows.length < window.total) {
    const limit = Math.min(PAGE, window.total - rows.length);
    const answer = await ask({ head: window.head, offset: rows.length, limit });
    if (answer.rows.length === 0) break;
    rows.push(...answer.rows);
  }
  return rows;
}
