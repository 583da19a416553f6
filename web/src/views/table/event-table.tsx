import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { SourceRef, ViewRow } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { showMoment } from '../../session/time-axis.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-button.tsx';
import { toast } from '../../ui/toast.tsx';
import { groupDigits } from '../numbers.ts';
import { RateStrip } from '../rate-strip.tsx';
import styles from '../table.module.css';
import { ViewTools } from '../view-tools.tsx';
import { arrangeColumns } from './arrange-columns.ts';
import { joinFilters } from './cell-condition.ts';
import { ColumnChooser } from './column-chooser.tsx';
import { type CopyForm, copiedText } from './copy-rows.ts';
import { FilterProblemLine } from './filter-field.tsx';
import { Grid, type GridRow, isInHead } from './grid.tsx';
import { GroupChooser } from './group-chooser.tsx';
import { RowDetails } from './row-details.tsx';
import { rowItems } from './row-items.ts';
import { useCursor } from './use-cursor.ts';
import { useEventRows } from './use-event-rows.ts';
import { useTableColumns } from './use-table-columns.ts';
import { useTableSettings } from './use-table-settings.ts';

/** Rows that are copied at most: a clipboard is no file. */
const COPY_MAX = 10_000;
const PINNED_MAX = 20;

/** The rows of an event source or a trace, newest first. Scrolling down, choosing a row, sorting or Pause holds the rows still. */
export function EventTable({
  source,
  live,
  empty,
  label,
}: {
  source: SourceRef;
  live: boolean;
  /** Shown while there are no rows. */
  empty: ReactNode;
  label: string;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const filterInput = useRef<HTMLInputElement>(null);
  const [settings, change] = useTableSettings(source.source);
  const [open, setOpen] = useState(false);
  const [pinned, setPinned] = useState<ViewRow[]>([]);
  const [ranged, setRanged] = useState(false);
  const holdRef = useRef<() => void>(() => undefined);
  const cursor = useCursor(() => holdRef.current());
  const state = useEventRows(scroller, source, live, settings, {
    chosen: cursor.active !== undefined,
    ranged,
  });
  const { window, view, still, fresh } = state;
  holdRef.current = state.hold;
  const { filter = '', sort, group } = settings;

  const order = JSON.stringify([filter, sort, group]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows are at those places now
  useEffect(() => {
    cursor.clear();
    setOpen(false);
  }, [order]);

  const columns = window?.columns ?? [];
  const rows: readonly GridRow[] = window?.rows ?? [];
  const { arranged, shown, headings, actions, grid, tableOf } = useTableColumns(
    source,
    columns,
    rows,
    settings,
    change,
    { sort: group ? window?.sort : sort, canGroup: true, unsorted: group === undefined, filterInput },
  );

  const rowAt = (place: number | undefined): GridRow | undefined =>
    place === undefined ? undefined : rows[place - (window?.offset ?? 0)];
  const active = rowAt(cursor.active);
  const activeColumn = cursor.column === undefined ? undefined : shown[cursor.column];

  const asked = { ...source, filter, sort, group, between: ranged ? state.range : undefined };

  const copy = async (form: CopyForm): Promise<void> => {
    if (!window || !cursor.chosen) return;
    const { first, last } = cursor.chosen;
    const limit = Math.min(COPY_MAX, last - first + 1);
    const at = first - window.offset;
    const held = rows.slice(at, at + limit);
    const own =
      at >= 0 && held.length === limit
        ? held
        : (await theDecoder().rows({ ...asked, head: window.head, offset: first, limit })).rows;
    await copyText(copiedText(tableOf(own), form));
    toast({ text: own.length === 1 ? 'Row copied' : `${own.length} rows copied` });
  };
  const pin = (row: ViewRow): void =>
    setPinned((before) =>
      before.some(({ id }) => id === row.id)
        ? before.filter(({ id }) => id !== row.id)
        : [...before, row].slice(-PINNED_MAX),
    );
  const filterBy = (condition: string): void =>
    change(
      group
        ? { filter: condition, group: undefined, sort: undefined }
        : { filter: joinFilters(filter, condition, window?.textual ?? true) },
    );
  const copyCell = (text: string): void => void copyText(text).then(() => toast({ text: 'Cell copied' }));
  const openRow = (): void => {
    if (active?.filter !== undefined) filterBy(active.filter);
    else if (active) setOpen(true);
  };
  const items = active
    ? rowItems(
        active,
        activeColumn,
        cursor.chosen ? cursor.chosen.last - cursor.chosen.first + 1 : 1,
        pinned.some(({ id }) => id === active.id),
        {
          copyCell,
          copy: (form) => void copy(form),
          filter: filterBy,
          group: (key) => actions.group?.(key),
          pin,
          open: () => setOpen(true),
          showMoment,
        },
      )
    : [];

  const onKey = (event: KeyboardEvent): void => {
    if (isInHead(event.target)) return;
    const { key } = event;
    const control = event.ctrlKey || event.metaKey;
    const top = Math.ceil(view.range.rowAt(scroller.current?.scrollTop ?? 0));
    const table = {
      total: window?.total ?? 0,
      columns: shown.length,
      top,
      page: view.page,
      reveal: view.reveal,
    };
    if (cursor.press(event, table)) event.preventDefault();
    else if (key === 'Home') {
      cursor.clear();
      state.release();
    } else if (key === 'Enter' && active && !control) {
      if (open) setOpen(false);
      else openRow();
    } else if (key === ' ') {
      event.preventDefault();
      if (still) cursor.clear();
      state.togglePause();
    } else if (key.toLowerCase() === 'c' && control && active && String(getSelection()) === '') {
      if (event.shiftKey && activeColumn) {
        event.preventDefault();
        copyCell(active.cells[activeColumn.at] ?? '');
      } else void copy('text');
    } else if (key === 'p' && active && !control && active.filter === undefined) pin(active);
    else if (key === 'm' && active?.moment !== undefined && !control) showMoment(active.moment);
    else if (key === 'Escape' && active) {
      event.preventDefault();
      event.stopPropagation();
      cursor.clear();
      setOpen(false);
    }
  };

  // Live rows move on, each with its element; those of other orders stay at their places.
  const byId = window?.filter === '' && window.sort === undefined && !window.grouped;
  const searching = window !== undefined && (window.searching || (filter !== '' && window.filter !== filter));
  const what = group ? 'groups' : window?.filter && !window.problem ? 'match' : 'rows';
  const hasSorted = sort !== undefined && !group;
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        buttons={
          <IconButton
            icon={still && live ? 'play' : 'pause'}
            small
            on={state.paused}
            label={still ? 'Go on with the newest rows' : 'Pause'}
            keys="Space"
            data-testid="pause"
            onClick={() => {
              if (still) cursor.clear();
              state.togglePause();
            }}
          />
        }
        filter={{
          what: 'rows',
          text: filter,
          onChange: (text) => change({ filter: text === '' ? undefined : text }),
          problem: window?.filter === filter ? window.problem : undefined,
          words: columns.map(({ name }) => name),
          input: filterInput,
        }}
        choosers={
          <>
            <ColumnChooser columns={arranged} headings={headings} actions={actions} />
            <GroupChooser
              columns={group ? arrangeColumns(window?.grouping ?? [], {}) : arranged}
              group={group}
              onChange={(next) => change({ group: next, sort: undefined })}
            />
            {state.range && (
              <IconButton
                icon="clock"
                small
                on={ranged}
                label="Only rows of the time shown by the charts"
                data-testid="only-range"
                onClick={() => setRanged((before) => !before)}
              />
            )}
          </>
        }
        status={{
          text: [
            still && (state.paused ? 'paused' : hasSorted ? 'sorted, held' : 'held'),
            `${groupDigits(window?.total ?? 0)} ${what}`,
            searching && 'searching…',
          ]
            .filter(Boolean)
            .join(' · '),
          testId: 'row-count',
          still,
        }}
        shown={
          window && window.total > 0
            ? { rows: { ...asked, head: window.head }, columns: shown.map(({ key }) => key) }
            : undefined
        }
        typed={group ? undefined : { ...asked, head: window?.head }}
      />
      {window?.problem && window.filter === filter && (
        <FilterProblemLine text={filter} problem={window.problem} />
      )}
      <RateStrip source={source} live={live} />
      <div className={styles.frame}>
        {fresh > 0 && !group && (
          <Button
            small
            className={styles.newRows}
            icon="up"
            style={{ top: '2.2rem' }}
            onClick={() => {
              cursor.clear();
              state.release();
            }}
          >
            {groupDigits(fresh)} new
          </Button>
        )}
        <Grid
          scroller={scroller}
          label={label}
          testId="event-table"
          rowTestId="event-row"
          {...grid}
          sort={group ? window?.sort : sort}
          total={window?.total ?? 0}
          rows={rows}
          offset={window?.offset ?? 0}
          view={view}
          pinned={group ? [] : pinned}
          onUnpin={pin}
          active={cursor.active}
          anchor={cursor.anchor}
          cursor={cursor.column}
          slotOf={(row, place) => String((byId ? Number(row.id) : place) % view.count)}
          menu={items}
          onPick={(place, column, event) => {
            const row = rowAt(place);
            if (row?.filter !== undefined && event.type === 'click') filterBy(row.filter);
            else cursor.pick(place, column, event);
          }}
          onOpen={openRow}
          onKeyDown={onKey}
        >
          {window && window.total === 0 && window.filter === '' && !searching && empty}
        </Grid>
      </div>
      {open && active && (
        <RowDetails
          source={source}
          row={active}
          columns={arranged}
          headings={headings}
          copies={items.filter(({ label: each }) => each !== 'Details')}
          onCopy={() => void copy('text')}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}
