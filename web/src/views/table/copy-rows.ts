import { type ExportedTable, shownText } from '@probepad/protocol/export/shown-table';

export type CopyForm = 'text' | 'JSON' | 'CSV';

/** Rows as they go to the clipboard: cells between tabs without a head, one object a line, or a file of its own. */
export function copiedText(table: ExportedTable, form: CopyForm): string {
  switch (form) {
    case 'text':
      return table.rows.map(({ cells, gap }) => gap ?? cells.join('\t')).join('\n');
    case 'JSON':
      return shownText('jsonl', table).join('').trimEnd();
    case 'CSV':
      return shownText('csv', table).join('').replace(/\r\n$/, '');
  }
}
