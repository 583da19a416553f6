/** Files of rows: what formats there are, and how one is written piece by piece. */
import { csvFile } from './csv.ts';
import type { FileColumn } from './file-column.ts';
import { jsonLinesFile } from './json-lines.ts';
import { parquetFile } from './parquet.ts';
import type { Piece, TableFile } from './table-writer.ts';

export type { Piece, TableFile };

export const TABLE_FORMATS = {
  csv: { label: 'CSV', ending: 'csv', type: 'text/csv', begin: csvFile },
  jsonl: { label: 'JSON lines', ending: 'jsonl', type: 'application/jsonl', begin: jsonLinesFile },
  parquet: {
    label: 'Parquet',
    ending: 'parquet',
    type: 'application/vnd.apache.parquet',
    begin: parquetFile,
  },
} as const satisfies Record<
  string,
  { label: string; ending: string; type: string; begin(columns: readonly FileColumn[]): TableFile }
>;
export type TableFormat = keyof typeof TABLE_FORMATS;

export function isTableFormat(text: string): text is TableFormat {
  return Object.hasOwn(TABLE_FORMATS, text);
}
