import type { ExportedColumn, ExportedRow } from '@probepad/protocol/export/shown-table';
import { columnKey, type ViewColumn, type ViewRow } from '../../session/decoder.ts';
import type { FilePage } from './file-job.ts';

/** Rows with their cells as they are on screen, in the columns that somebody chose. @param wanted by `columnKey` */
export function shownPage(
  columns: readonly ViewColumn[],
  rows: readonly ViewRow[],
  wanted: readonly string[],
): Pick<FilePage<ExportedColumn, ExportedRow>, 'columns' | 'rows'> {
  const keys = columns.map(columnKey);
  const places = wanted.map((key) => keys.indexOf(key)).filter((at) => at >= 0);
  return {
    columns: places.flatMap((at) => columns[at] ?? []),
    rows: rows.map(({ cells, gap }) => ({ cells: places.map((at) => cells[at] ?? ''), gap })),
  };
}
