import type { TableSettings } from '@probepad/protocol/control/snippet';
import { type ExportedTable, headingsOf } from '@probepad/protocol/export/shown-table';
import { type RefObject, useMemo, useRef } from 'react';
import type { RowSort, SourceRef, ViewColumn, ViewRow } from '../../session/decoder.ts';
import { useCellTitles } from '../cell-facts.ts';
import { growWidths } from '../column-widths.ts';
import { type ArrangedColumn, arrangeColumns } from './arrange-columns.ts';
import { type ColumnActions, settingActions } from './column-actions.ts';

export interface TableColumns {
  /** All that there are, in their order. */
  arranged: readonly ArrangedColumn[];
  shown: readonly ArrangedColumn[];
  /** What heads each column, by its place in a row's cells. */
  headings: readonly string[];
  actions: ColumnActions;
  /** What `Grid` draws them by. */
  grid: {
    columns: readonly ArrangedColumn[];
    headings: readonly string[];
    widths: readonly number[];
    actions: ColumnActions;
    onPointerMove: ReturnType<typeof useCellTitles>;
  };
  /** Those of `shown` that have texts, for files. */
  told: readonly string[];
  /** Rows as they are on screen, for the clipboard. */
  tableOf(rows: readonly ViewRow[]): ExportedTable;
}

/** A table's columns as somebody arranged them, and what can be done with them. */
export function useTableColumns(
  source: SourceRef,
  columns: readonly ViewColumn[],
  rows: readonly ViewRow[],
  settings: TableSettings,
  change: (change: Partial<TableSettings>) => void,
  {
    sort,
    unsorted,
    filterInput,
  }: {
    sort: RowSort | undefined;
    /** Whether sorting can be left off. */
    unsorted: boolean;
    filterInput: RefObject<HTMLInputElement | null>;
  },
): TableColumns {
  const grown = useRef(new Map<string, number>());
  const shape = columns.map(({ role, name }) => `${role} ${name}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the columns, which come anew with each answer
  const arranged = useMemo(() => arrangeColumns(columns, settings), [shape, settings]);
  const shown = useMemo(() => arranged.filter((each) => each.shown), [arranged]);
  const fitted = useMemo(() => growWidths(grown.current, columns, rows), [columns, rows]);
  const widths = shown.map(({ key, at }) => settings.widths?.[key] ?? fitted[at] ?? 10);
  const headings = useMemo(() => headingsOf(columns), [columns]);
  const onPointerMove = useCellTitles(
    source,
    shown.map(({ column }) => column),
  );

  const now = useRef({ settings, arranged, sort, unsorted });
  now.current = { settings, arranged, sort, unsorted };
  const actions = useMemo(
    () =>
      settingActions(
        () => now.current,
        change,
        (start) => {
          const before = (now.current.settings.filter ?? '').trim();
          change({ filter: before === '' ? start : `${before} && ${start}` });
          filterInput.current?.focus();
        },
      ),
    [change, filterInput],
  );

  // A trend is a picture.
  const told = shown.filter(({ column }) => column.role !== 'trend');

  return {
    arranged,
    shown,
    headings,
    actions,
    grid: {
      columns: shown,
      headings: shown.map(({ at }) => headings[at] ?? ''),
      widths,
      actions,
      onPointerMove,
    },
    told: told.map(({ key }) => key),
    tableOf(from) {
      return {
        columns: told.map(({ column }) => column),
        rows: from.map(({ cells, gap }) => ({ cells: told.map(({ at }) => cells[at] ?? ''), gap })),
      };
    },
  };
}
