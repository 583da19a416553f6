import type { TableSettings } from '@probepad/protocol/control/snippet';
import type { RowSort } from '../../session/decoder.ts';
import type { MenuItem } from '../../ui/popover.tsx';
import { type ArrangedColumn, neighbourOf, orderAfterMove } from './arrange-columns.ts';
import { columnWord } from './cell-condition.ts';

/** What can be done with a column. */
export interface ColumnActions {
  sort(column: ArrangedColumn, descending?: boolean): void;
  /** Undefined where rows can't be grouped. */
  group: ((key: string) => void) | undefined;
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
  canGroup: boolean,
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
    group: canGroup
      ? (key) => {
          const { group } = now().settings;
          const by = group?.by.includes(key) ? group.by : [...(group?.by ?? []), key];
          change({ group: { ...group, by }, sort: undefined });
        }
      : undefined,
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

/** A column's menu. */
export function columnItems(arranged: ArrangedColumn, actions: ColumnActions, width: number): MenuItem[] {
  const { key, pinned, column } = arranged;
  const { group } = actions;
  const isGroupable = group && (column.role === 'field' || column.role === 'host');
  return [
    { label: 'Sort ascending', icon: 'up', onSelect: () => actions.sort(arranged, false) },
    { label: 'Sort descending', icon: 'down', onSelect: () => actions.sort(arranged, true) },
    { label: 'Filter by…', icon: 'search', onSelect: () => actions.filter(`${columnWord(column.name)} `) },
    ...(isGroupable ? [{ label: 'Group by', icon: 'group', onSelect: () => group(key) } as const] : []),
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
