import type { TableSettings } from '@probepad/protocol/control/snippet';
import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useState } from 'react';
import type { RowSort, SourceRef, ViewColumn, ViewRow } from '../../session/decoder.ts';
import { showMoment } from '../../session/time-axis.ts';
import { copyText } from '../../ui/copy-button.tsx';
import type { MenuItem } from '../../ui/popover.tsx';
import { toast } from '../../ui/toast.tsx';
import type { ArrangedColumn } from './arrange-columns.ts';
import { joinFilters } from './cell-condition.ts';
import { type CopyForm, copiedText } from './copy-rows.ts';
import { isInHead } from './grid.tsx';
import { rowItems } from './row-items.ts';
import type { GridRow } from './row-sheet.tsx';
import type { Cursor } from './use-cursor.ts';
import type { PinnedRows } from './use-pinned-rows.ts';
import type { RowsInView } from './use-rows-in-view.ts';
import { type TableColumns, useTableColumns } from './use-table-columns.ts';

/** Rows that are copied at most: a clipboard is no file. */
const COPY_MAX = 10_000;

/** The rows at hand, of events, entries or groups. */
export interface ShownRows {
  columns: readonly ViewColumn[];
  rows: readonly GridRow[];
  offset: number;
  total: number;
  textual: boolean;
}

export interface RowWork extends TableColumns {
  /** The row that the keyboard is on. */
  active: GridRow | undefined;
  /** What can be done with it. */
  items: readonly MenuItem[];
  /** Its details are open. */
  open: boolean;
  close(): void;
  openRow(): void;
  copy(form: CopyForm): void;
  onPick(place: number, column: number | undefined, event: MouseEvent): void;
  onKey(event: KeyboardEvent): void;
}

/** What any table does with its rows by mouse and keyboard: choose, look into, pin, copy, filter by and group by them. */
export function useRowWork({
  source,
  settings,
  change,
  shown,
  known,
  sort,
  unsorted,
  view,
  filterInput,
  cursor,
  pins,
  bring,
  onHome,
  onSpace,
}: {
  source: SourceRef;
  settings: TableSettings;
  change(change: Partial<TableSettings>): void;
  shown: ShownRows | undefined;
  /** Finds the row at a place that is not at hand. */
  known?(place: number): GridRow | undefined;
  sort: RowSort | undefined;
  /** Whether sorting can be left off. */
  unsorted: boolean;
  view: RowsInView;
  filterInput: RefObject<HTMLInputElement | null>;
  cursor: Cursor;
  pins: PinnedRows;
  /** Rows that are not all at hand. */
  bring(first: number, limit: number): Promise<readonly ViewRow[]>;
  onHome(): void;
  onSpace(): void;
}): RowWork {
  const { filter = '', group } = settings;
  const [open, setOpen] = useState(false);
  const order = JSON.stringify([filter, settings.sort, group]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are at those places now
  useEffect(() => {
    cursor.clear();
    setOpen(false);
  }, [order]);

  const rows = shown?.rows ?? [];
  const offset = shown?.offset ?? 0;
  const table = useTableColumns(source, shown?.columns ?? [], rows, settings, change, {
    sort,
    unsorted,
    filterInput,
  });
  const rowAt = (place: number | undefined): GridRow | undefined =>
    place === undefined ? undefined : (rows[place - offset] ?? known?.(place));
  const active = rowAt(cursor.active);
  const column: ArrangedColumn | undefined =
    cursor.column === undefined ? undefined : table.shown[cursor.column];
  const { chosen } = cursor;

  const copy = async (form: CopyForm): Promise<void> => {
    if (!chosen) return;
    const limit = Math.min(COPY_MAX, chosen.last - chosen.first + 1);
    const at = chosen.first - offset;
    const held = at >= 0 ? rows.slice(at, at + limit) : [];
    const own = held.length === limit ? held : await bring(chosen.first, limit);
    await copyText(copiedText(table.tableOf(own), form));
    toast({ text: own.length === 1 ? 'Row copied' : `${own.length} rows copied` });
  };
  const copyCell = (text: string): void => void copyText(text).then(() => toast({ text: 'Cell copied' }));
  const filterBy = (condition: string): void =>
    change(
      group
        ? { filter: condition, group: undefined, sort: undefined }
        : { filter: joinFilters(filter, condition, shown?.textual ?? true) },
    );
  const openRow = (): void => {
    if (active?.filter !== undefined) filterBy(active.filter);
    else if (active) setOpen(true);
  };
  const items = active
    ? rowItems(active, column, chosen ? chosen.last - chosen.first + 1 : 1, pins.has(active), {
        copyCell,
        copy: (form) => void copy(form),
        filter: filterBy,
        group: (key) => table.actions.group(key),
        pin: pins.toggle,
        open: () => setOpen(true),
        showMoment,
      })
    : [];

  const onKey = (event: KeyboardEvent): void => {
    if (isInHead(event.target)) return;
    const { key } = event;
    const control = event.ctrlKey || event.metaKey;
    const top = Math.ceil(view.place.y / view.rowHeight);
    const moves = {
      total: shown?.total ?? 0,
      columns: table.shown.length,
      top,
      page: view.page,
      reveal: view.reveal,
    };
    if (cursor.press(event, moves)) event.preventDefault();
    else if (key === 'Home') onHome();
    else if (key === 'Enter' && active && !control) {
      if (open) setOpen(false);
      else openRow();
    } else if (key === ' ') {
      event.preventDefault();
      onSpace();
    } else if (key.toLowerCase() === 'c' && control && active && String(getSelection()) === '') {
      if (event.shiftKey && column) {
        event.preventDefault();
        copyCell(active.cells[column.at] ?? '');
      } else void copy('text');
    } else if (key === 'p' && active && !control && active.filter === undefined) pins.toggle(active);
    else if (key === 'm' && active?.moment !== undefined && !control) showMoment(active.moment);
    else if (key === 'Escape' && active) {
      event.preventDefault();
      event.stopPropagation();
      cursor.clear();
      setOpen(false);
    }
  };

  return {
    ...table,
    active,
    items,
    open: open && active !== undefined,
    close: () => setOpen(false),
    openRow,
    copy: (form) => void copy(form),
    onPick(place, at, event) {
      const row = rowAt(place);
      if (row?.filter !== undefined && event.type === 'click') filterBy(row.filter);
      else cursor.pick(place, at, event);
    },
    onKey,
  };
}
