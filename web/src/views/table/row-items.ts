import type { ViewRow } from '../../session/decoder.ts';
import type { MenuItem } from '../../ui/popover.tsx';
import type { ArrangedColumn } from './arrange-columns.ts';
import { cellCondition } from './cell-condition.ts';
import type { CopyForm } from './copy-rows.ts';

export interface RowActions {
  copyCell(text: string): void;
  /** The row, or all that are chosen. */
  copy(form: CopyForm): void;
  filter(condition: string): void;
  group(key: string): void;
  pin(row: ViewRow): void;
  open(): void;
  showMoment(moment: number): void;
}

/** What can be done with a row, and with the cell of it that is pointed at. */
export function rowItems(
  row: ViewRow,
  cell: ArrangedColumn | undefined,
  chosen: number,
  isPinned: boolean,
  actions: RowActions,
): MenuItem[] {
  if (row.gap !== undefined) return [];
  const { filter, moment } = row;
  const { group, pin, open, showMoment } = actions;
  if (filter !== undefined) {
    return [
      {
        label: 'Show the rows of this group',
        icon: 'search',
        keys: 'Enter',
        onSelect: () => actions.filter(filter),
      },
      { label: 'Copy row', icon: 'copy', keys: 'Ctrl+C', onSelect: () => actions.copy('text') },
    ];
  }
  const text = cell ? (row.cells[cell.at] ?? '') : '';
  const { role, name } = cell?.column ?? {};
  const isOwn = role === 'field' || role === 'host' || role === 'key';
  const rows = chosen > 1 ? `${chosen} rows` : 'row';
  const own: MenuItem[] =
    cell && isOwn && text !== ''
      ? [
          {
            label: `Only where ${name} is this`,
            icon: 'search',
            onSelect: () => actions.filter(cellCondition(cell.column, text)),
          },
          {
            label: `Leave out where ${name} is this`,
            onSelect: () => actions.filter(cellCondition(cell.column, text, '!=')),
          },
          { label: `Group by ${name}`, icon: 'group', onSelect: () => group(cell.key) },
          { label: 'Copy cell', icon: 'copy', keys: 'Ctrl+Shift+C', onSelect: () => actions.copyCell(text) },
        ]
      : [];
  const copies: MenuItem[] = [
    { label: `Copy ${rows} as text`, icon: 'copy', keys: 'Ctrl+C', onSelect: () => actions.copy('text') },
    { label: `Copy ${rows} as JSON`, onSelect: () => actions.copy('JSON') },
    { label: `Copy ${rows} as CSV`, onSelect: () => actions.copy('CSV') },
  ];
  const label = isPinned ? 'Let go of the row' : 'Keep row at the top';
  const rest: MenuItem[] = [{ label, icon: 'pin', keys: 'P', onSelect: () => pin(row) }];
  if (moment !== undefined) {
    rest.push({
      label: 'Show this moment on the charts',
      icon: 'chart',
      keys: 'M',
      onSelect: () => showMoment(moment),
    });
  }
  rest.push({ label: 'Details', icon: 'list', keys: 'Enter', onSelect: open });
  return [...own, ...copies, ...rest];
}
