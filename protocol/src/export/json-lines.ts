/** JSON lines: one object a line, members named as the columns. */
import { toJson, type Value } from '../values/value.ts';
import type { FileColumn, FileType } from './file-column.ts';
import { type TableFile, timestampText } from './table-writer.ts';

/** Numbers where JSON holds them exactly; integers beyond 2^53 are strings, as `probepad run --json` has them; times are ISO 8601. */
export function jsonLinesFile(columns: readonly FileColumn[]): TableFile {
  const line = (row: readonly Value[]): string =>
    `${JSON.stringify(Object.fromEntries(columns.map(({ name, type }, at) => [name, jsonOf(row[at] ?? null, type)])))}\n`;
  return { add: (rows) => [rows.map(line).join('')], finish: () => [] };
}

function jsonOf(value: Value, type: FileType): unknown {
  return type === 'timestamp' && typeof value === 'bigint' ? timestampText(value) : toJson(value);
}
