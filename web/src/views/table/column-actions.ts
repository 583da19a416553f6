import type { TableSettings } from '@probepad/protocol/control/snippet';
import type { RowSort, ViewColumn } from '../../session/decoder.ts';
import type { MenuItem } from '../../ui/popover.tsx';
import { type ArrangedColumn, neighbourOf, orderAfterMove } from './arrange-columns.ts';
import { columnWord } from './cell-condition.ts';

/** What can be done with a column. */
export interface ColumnActions {
  sort(column: ArrangedColumn, descending?: boolean): void;
  group(key: string): void;
  filter(start: string): void;
  show(key: string, shown: boolean): void;
  pin(key: string, pinned: boolean): void;
  move(key: string, by: 1 | -1): void;
  moveTo(key: string, to: string): void;
  widen(key: string, width: number): void;
  /** Everything about the columns as it was. */
  reset(): void;
}

/** Actions that change a table's settings. @param now what is known when one is used */
export function settingActions(
  now: () => {
    settings: TableSettings;
    arranged: readonly ArrangedColumn[];
    sort: RowSort | undefined;
    /** Whether sorting can be left off. */
    unsorted: boolean;
  },
  change: (change: Partial<TableSettings>) => void,
  filter: (start: string) => void,
): ColumnActions {
  return {
    sort({ key, column }, descending) {
      const { sort, unsorted } = now();
      const first = column.align === 'number' || column.role === 'time';
      if (descending !== undefined) change({ sort: { column: key, descending } });
      else if (sort?.column !== key) change({ sort: { column: key, descending: first } });
      else if (sort.descending === first) change({ sort: { column: key, descending: !first } });
      else change({ sort: unsorted ? undefined : { column: key, descending: first } });
    },
    group(key) {
      const { settings, arranged } = now();
      const { group = { by: [], measures: measuresAtFirst(arranged) } } = settings;
      change({
        group: { ...group, by: group.by.includes(key) ? group.by : [...group.by, key] },
        sort: undefined,
      });
    },
    filter,
    show: (key, shown) => change({ shown: { ...now().settings.shown, [key]: shown } }),
    pin(key, pinned) {
      const others = (now().settings.pinned ?? []).filter((each) => each !== key);
      change({ pinned: pinned ? [...others, key] : others });
    },
    move(key, by) {
      const { arranged } = now();
      const to = neighbourOf(arranged, key, by);
      if (to !== undefined) change({ order: orderAfterMove(arranged, key, to) });
    },
    moveTo: (key, to) => change({ order: orderAfterMove(now().arranged, key, to) }),
    widen: (key, width) => change({ widths: { ...now().settings.widths, [key]: width } }),
    reset: () => change({ order: undefined, shown: undefined, pinned: undefined, widths: undefined }),
  };
}

/** Whether rows with the same in a column can become one. */
export function canGroupBy({ role }: ViewColumn): boolean {
  return role === 'field' || role === 'key' || role === 'host';
}

/** Whether there is something to add up or rank in a column. */
export function canMeasure({ role, align }: ViewColumn): boolean {
  return align === 'number' && (role === 'field' || role === 'rate');
}

/** A map is grouped for what its numbers come to: its first one, by `columnKey`. Rows of events are counted. */
export function measuresAtFirst(columns: readonly ArrangedColumn[]): string[] {
  const isMap = columns.some(({ column }) => column.role === 'key');
  const first = columns.find(({ column }) => column.role === 'field' && column.align === 'number');
  return isMap && first ? [first.key] : [];
}

/** A column's menu. */
export function columnItems(arranged: ArrangedColumn, actions: ColumnActions, width: number): MenuItem[] {
  const { key, pinned, column } = arranged;
  return [
    { label: 'Sort ascending', icon: 'up', onSelect: () => actions.sort(arranged, false) },
    { label: 'Sort descending', icon: 'down', onSelect: () => actions.sort(arranged, true) },
    { label: 'Filter by…', icon: 'search', onSelect: () => actions.filter(`${columnWord(column.name)} `) },
    ...(canGroupBy(column)
      ? [{ label: 'Group by', icon: 'group', onSelect: () => actions.group(key) } as const]
      : []),
    {
      label: pinned ? 'Let scroll' : 'Keep at the left',
      icon: 'pin',
      onSelect: () => actions.pin(key, !pinned),
    },
    { label: 'Move left', keys: 'Alt+←', onSelect: () => actions.move(key, -1) },
    { label: 'Move right', keys: 'Alt+→', onSelect: () => actions.move(key, 1) },
    { label: 'Wider', keys: 'Alt+Shift+→', onSelect: () => actions.widen(key, width + 4) },
    { label: 'Narrower', keys: 'Alt+Shift+←', onSelect: () => actions.widen(key, Math.max(3, width - 4)) },
    { label: 'Hide', icon: 'close', onSelect: () => actions.show(key, false) },
  ];
}
