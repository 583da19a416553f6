/** A table as it is on screen, as a Parquet file: numbers and times as such, the rest as the text that is shown. */
import type { Value } from '../values/value.ts';
import { coerce, type FileColumn, type ScalarType } from './file-column.ts';
import { parquetFile } from './parquet.ts';
import { distinctNames, type ExportedColumn, type ExportedRow, type ExportedTable } from './shown-table.ts';
import type { Piece } from './table-writer.ts';

export const SHOWN_PARQUET = {
  label: 'Parquet',
  ending: 'parquet',
  type: 'application/vnd.apache.parquet',
} as const;

/** The whole file, in pieces. Rows in the place of something that is missing are left out. */
export function shownParquet({ columns, rows }: ExportedTable): Piece[] {
  const names = distinctNames(columns);
  const typed = columns.map(({ stored = 'text' }, at): FileColumn & { type: ScalarType } => ({
    name: names[at] ?? '',
    type: stored,
  }));
  const file = parquetFile(typed);
  return [
    ...file.add(rows.filter(({ gap }) => gap === undefined).map((row) => valuesOf(row, typed))),
    ...file.finish(),
  ];
}

function valuesOf({ cells, values }: ExportedRow, columns: readonly { type: ScalarType }[]): Value[] {
  return columns.map(({ type }, at) => {
    const value = values === undefined ? readAs(cells[at] ?? '', type) : (values[at] ?? null);
    return coerce(value, type);
  });
}

/** What a cell's text stands for; null where that is nothing of the type. */
function readAs(text: string, type: NonNullable<ExportedColumn['stored']>): Value {
  if (type === 'text') return text;
  if (text === '') return null;
  if (type === 'timestamp') {
    const milliseconds = Date.parse(text);
    return Number.isNaN(milliseconds) ? null : BigInt(milliseconds) * 1_000_000n;
  }
  const number = Number(text);
  return Number.isNaN(number) ? null : number;
}

/** Seconds since 1970 as a timestamp, to the microsecond: doubles of today have no more. */
export function timestampOf(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e6)) * 1000n;
}
