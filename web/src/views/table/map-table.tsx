import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { MapWindow, SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { copyText } from '../../ui/copy-button.tsx';
import { toast } from '../../ui/toast.tsx';
import { groupDigits } from '../numbers.ts';
import styles from '../table.module.css';
import { useAnswers } from '../use-live.ts';
import { ViewTools } from '../view-tools.tsx';
import { joinFilters } from './cell-condition.ts';
import { ColumnChooser } from './column-chooser.tsx';
import { type CopyForm, copiedText } from './copy-rows.ts';
import { FilterProblemLine } from './filter-field.tsx';
import { Grid, type GridRow, isInHead } from './grid.tsx';
import { rowItems } from './row-items.ts';
import { useCursor } from './use-cursor.ts';
import { useRowsInView } from './use-rows-in-view.ts';
import { useTableColumns } from './use-table-columns.ts';
import { useTableSettings } from './use-table-settings.ts';

/** A map's entries as they are now; sorted by any column, the first number with a bar for its share of the largest. */
export function MapTable({ source, empty, label }: { source: SourceRef; empty: ReactNode; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const filterInput = useRef<HTMLInputElement>(null);
  const [settings, change] = useTableSettings(source.source);
  const [known, setKnown] = useState<MapWindow>();
  const cursor = useCursor(() => undefined);
  const { filter = '', sort } = settings;
  const total = known?.total ?? 0;
  const view = useRowsInView(scroller, total);
  const { offset, limit } = view.ask;
  useAnswers(
    source,
    JSON.stringify([offset, limit, filter, sort]),
    () => theDecoder().map({ ...source, sort, offset, limit, filter }),
    setKnown,
  );
  const order = JSON.stringify([filter, sort]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other entries are at those places now
  useEffect(() => cursor.clear(), [order]);

  const columns = known?.columns ?? [];
  const rows: readonly GridRow[] = known?.rows ?? [];
  const { arranged, shown, headings, actions, grid, tableOf } = useTableColumns(
    source,
    columns,
    rows,
    settings,
    change,
    { sort: known?.sort, canGroup: false, unsorted: false, filterInput },
  );

  const active = cursor.active === undefined ? undefined : rows[cursor.active - (known?.offset ?? 0)];
  const activeColumn = cursor.column === undefined ? undefined : shown[cursor.column];
  const chosen = cursor.chosen ? cursor.chosen.last - cursor.chosen.first + 1 : 1;
  const copy = (form: CopyForm): void => {
    if (!cursor.chosen) return;
    const from = cursor.chosen.first - (known?.offset ?? 0);
    const own = rows.slice(Math.max(0, from), Math.max(0, from + chosen));
    void copyText(copiedText(tableOf(own), form)).then(() =>
      toast({ text: own.length === 1 ? 'Row copied' : `${own.length} rows copied` }),
    );
  };
  const copyCell = (text: string): void => void copyText(text).then(() => toast({ text: 'Cell copied' }));
  const items = active
    ? rowItems(active, activeColumn, chosen, undefined, {
        copyCell,
        copy,
        filter: (condition) => change({ filter: joinFilters(filter, condition, known?.textual ?? true) }),
      })
    : [];

  const onKey = (event: KeyboardEvent): void => {
    if (isInHead(event.target)) return;
    const top = Math.ceil(view.range.rowAt(scroller.current?.scrollTop ?? 0));
    if (cursor.press(event, { total, columns: shown.length, top, page: view.page, reveal: view.reveal })) {
      event.preventDefault();
    } else if (event.key === 'Home') scroller.current?.scrollTo({ top: 0 });
    else if (event.key.toLowerCase() === 'c' && (event.ctrlKey || event.metaKey) && active) {
      if (String(getSelection()) !== '') return;
      if (event.shiftKey && activeColumn) {
        event.preventDefault();
        copyCell(active.cells[activeColumn.at] ?? '');
      } else copy('text');
    } else if (event.key === 'Escape' && active) {
      event.preventDefault();
      event.stopPropagation();
      cursor.clear();
    }
  };

  const problem = known?.filter === filter ? known.problem : undefined;
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        filter={{
          what: 'entries',
          text: filter,
          onChange: (text) => change({ filter: text === '' ? undefined : text }),
          problem,
          words: columns.map(({ name }) => name),
          input: filterInput,
        }}
        choosers={<ColumnChooser columns={arranged} headings={headings} actions={actions} />}
        status={{
          text: `${known?.partial ? 'partly read · ' : ''}${groupDigits(total)} ${total === 1 ? 'entry' : 'entries'}`,
          testId: 'entry-count',
        }}
        shown={
          total === 0
            ? undefined
            : { rows: { ...source, sort, filter }, columns: shown.map(({ key }) => key) }
        }
        typed={{ ...source, sort, filter }}
      />
      {problem && <FilterProblemLine text={filter} problem={problem} />}
      <Grid
        scroller={scroller}
        label={label}
        testId="map-table"
        rowTestId="map-row"
        {...grid}
        sort={known?.sort}
        total={total}
        rows={rows}
        offset={known?.offset ?? 0}
        view={view}
        active={cursor.active}
        anchor={cursor.anchor}
        cursor={cursor.column}
        bar={known?.bar ?? -1}
        menu={items}
        onPick={cursor.pick}
        onOpen={() => undefined}
        onKeyDown={onKey}
      >
        {known && total === 0 && filter === '' && empty}
      </Grid>
    </div>
  );
}
