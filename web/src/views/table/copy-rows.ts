import { csvOf, type ExportedTable, jsonLinesOf } from '../export-rows.ts';

export type CopyForm = 'text' | 'JSON' | 'CSV';

/** Rows as they go to the clipboard: cells between tabs without a head, one object a line, or a file of its own. */
export function copiedText(table: ExportedTable, form: CopyForm): string {
  switch (form) {
    case 'text':
      return table.rows.map(({ cells, gap }) => gap ?? cells.join('\t')).join('\n');
    case 'JSON':
      return jsonLinesOf(table).join('').trimEnd();
    case 'CSV':
      return csvOf(table).join('').replace(/\r\n$/, '');
  }
}
