/** CSV as RFC 4180 says (CRLF, quotes doubled), of which no cell runs as a formula. */
import { escapeControls } from '../values/escape.ts';
import { toJson, type Value } from '../values/value.ts';
import type { FileColumn, FileType } from './file-column.ts';
import { type TableFile, timestampText } from './table-writer.ts';

/** A number as C and JSON write it. */
export const PLAIN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;
/** Spreadsheets take a cell that begins so for a formula, and what stands in it comes from whoever is traced. */
const FORMULA_START = /^[\s]*[=+\-@\uff0b\uff0d\uff1d\uff20]/;
/**
 * Where the comma is the decimal point, spreadsheets cut a line at each semicolon instead, and see the quotes around a cell only where
 * those begin the line: what follows in the cell begins one of its own, and so after a tab and a new line.
 */
const FORMULA_AFTER_CUT = /[;\t\r\n](?=[\s"]*[=+\-@\uff0b\uff0d\uff1d\uff20])/g;

/** One line. A text that a spreadsheet would run as a formula gets an apostrophe before it, which spreadsheets show as text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const begun = FORMULA_START.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  const harmless = begun.replaceAll(FORMULA_AFTER_CUT, "$&'");
  return /[",;\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Values as they are: numbers in decimal, times as ISO 8601, lists as JSON, nothing as an empty cell. Control characters are escaped. */
export function csvFile(columns: readonly FileColumn[]): TableFile {
  let begun = false;
  const head = (): string[] => {
    if (begun) return [];
    begun = true;
    return [csvLine(columns.map(({ name }) => escapeControls(name)))];
  };
  return {
    add: (rows) => [
      ...head(),
      rows.map((row) => csvLine(columns.map(({ type }, at) => cellText(row[at] ?? null, type)))).join(''),
    ],
    finish: head,
  };
}

function cellText(value: Value, type: FileType): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeControls(value);
  if (type === 'timestamp' && typeof value === 'bigint') return timestampText(value);
  return typeof value === 'object' ? escapeControls(JSON.stringify(toJson(value))) : String(value);
}
