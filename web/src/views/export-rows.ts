/** A table as it is on screen, as files that other programs read. */
export interface ExportedTable {
  columns: readonly ExportedColumn[];
  rows: readonly ExportedRow[];
}

export interface ExportedColumn {
  name: string;
  /** A cell of a number column that is a plain number becomes one in JSON. */
  align: 'text' | 'number';
}

export interface ExportedRow {
  cells: readonly string[];
  /** In place of cells: what is missing here. */
  gap?: string | undefined;
}

/** A number as C and JSON write it, which JSON can hold exactly. */
const PLAIN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** Spreadsheets take a cell that begins so for a formula, and what stands in it comes from whoever is traced. */
const FORMULA_START = /^[\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]/;

/**
 * As RFC 4180 says: CRLF, quotes doubled. A text that a spreadsheet would run as a formula gets an apostrophe before it, which
 * spreadsheets show as text.
 */
export function csvOf({ columns, rows }: ExportedTable): string[] {
  const line = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
  return [
    line(columns.map(({ name }) => name)),
    ...rows.map(({ cells, gap }) =>
      line(columns.map((_, at) => (gap === undefined ? (cells[at] ?? '') : at === 0 ? gap : ''))),
    ),
  ];
}

function csvCell(text: string): string {
  const harmless = FORMULA_START.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One JSON object a line, members named as the columns; `{"gap": …}` where records are missing. */
export function jsonLinesOf({ columns, rows }: ExportedTable): string[] {
  return rows.map(({ cells, gap }) => {
    const members = columns.map(({ name, align }, at) => [name, jsonValue(cells[at] ?? '', align)]);
    return `${JSON.stringify(gap === undefined ? Object.fromEntries(members) : { gap })}\n`;
  });
}

/** Integers beyond 2^53 stay text, as on the command line. */
function jsonValue(text: string, align: ExportedColumn['align']): string | number {
  if (align === 'text' || !PLAIN_NUMBER.test(text)) return text;
  const number = Number(text);
  return String(number) === text ? number : text;
}
