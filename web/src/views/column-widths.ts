import type { ViewColumn, ViewRow } from '../session/decoder.ts';

const WIDTH_MAX = 48;
const PADDING = 2.2;

/**
 * Widths in characters: a column starts at its guess and grows with what it has to show, never back, so that live rows
 * don't make the table tremble. `known` is changed in place.
 */
export function growWidths(
  known: Map<string, number>,
  columns: readonly ViewColumn[],
  rows: readonly ViewRow[],
): number[] {
  return columns.map((column, at) => {
    let width = known.get(column.name) ?? Math.min(WIDTH_MAX, startWidth(column));
    for (const row of rows) width = Math.max(width, Math.min(WIDTH_MAX, row.cells[at]?.length ?? 0));
    known.set(column.name, width);
    return width;
  });
}

/** Text starts narrow and grows: most char arrays are far longer than what they hold. */
function startWidth({ name, align, width }: ViewColumn): number {
  return Math.max(name.length + 1, align === 'text' ? Math.min(width, 14) : Math.min(width, 10));
}

/** A grid template for these widths; one column, the last unless told otherwise, takes what is left, and has `room` at least beside its text. */
export function gridTemplate(widths: readonly number[], growing = widths.length - 1, room = 0): string {
  return widths
    .map((width, at) =>
      at === growing ? `minmax(${width + PADDING + room}ch, 1fr)` : `${width + PADDING}ch`,
    )
    .join(' ');
}

/** The least width of a row with these columns. Told outright: a row that measured its own cells would be laid out twice. */
export function rowWidth(widths: readonly number[], room = 0): string {
  const sum = widths.reduce((total, width) => total + width + PADDING, room);
  return `max(100%, calc(${sum.toFixed(1)}ch + 1rem))`;
}
