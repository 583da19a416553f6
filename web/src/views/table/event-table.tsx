import { type ReactNode, useRef, useState } from 'react';
import type { SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { groupDigits } from '../numbers.ts';
import { RateStrip } from '../rate-strip.tsx';
import styles from '../table.module.css';
import { ViewTools } from '../view-tools.tsx';
import { arrangeColumns } from './arrange-columns.ts';
import { ColumnChooser } from './column-chooser.tsx';
import { FilterProblemLine } from './filter-field.tsx';
import { Grid } from './grid.tsx';
import { GroupChooser } from './group-chooser.tsx';
import { OpenRow } from './row-details.tsx';
import { useCursor } from './use-cursor.ts';
import { useEventRows } from './use-event-rows.ts';
import { usePinnedRows } from './use-pinned-rows.ts';
import { useRowSlots } from './use-row-slots.ts';
import { useRowWork } from './use-row-work.ts';
import { useSoughtRow } from './use-sought-row.ts';
import { useTableSettings } from './use-table-settings.ts';

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
  const pins = usePinnedRows(source);
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
  const togglePause = (): void => {
    if (still) cursor.clear();
    state.togglePause();
  };

  const asked = { ...source, filter, sort, group, between: ranged ? state.range : undefined };
  const work = useRowWork({
    source,
    settings,
    change,
    shown: window,
    sort: group ? window?.sort : sort,
    unsorted: group === undefined,
    view,
    filterInput,
    cursor,
    pins,
    bring: async (offset, limit) =>
      (await theDecoder().rows({ ...asked, head: window?.head, offset, limit })).rows,
    onHome() {
      cursor.clear();
      state.release();
    },
    onSpace: togglePause,
  });
  const { arranged, headings, actions } = work;
  useSoughtRow({
    run: source.run,
    canSeek: window !== undefined && sort === undefined && group === undefined,
    hold: state.hold,
    placeOf: async (near) =>
      (await theDecoder().rows({ ...asked, head: window?.head, offset: 0, limit: 0, near })).near,
    go(place) {
      cursor.follow(place);
      view.reveal(place);
    },
  });

  const isLive = window?.filter === '' && window.sort === undefined && !window.grouped;
  const slotOf = useRowSlots(isLive ? window.head : undefined, view.count);
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
            onClick={togglePause}
          />
        }
        filter={{
          what: 'rows',
          text: filter,
          onChange: (text) => change({ filter: text === '' ? undefined : text }),
          problem: window?.filter === filter ? window.problem : undefined,
          words: (window?.columns ?? []).map(({ name }) => name),
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
        beside={
          fresh > 0 &&
          !group && (
            <Button
              small
              className={styles.newRows}
              icon="up"
              onClick={() => {
                cursor.clear();
                state.release();
              }}
            >
              {groupDigits(fresh)} new
            </Button>
          )
        }
        shown={
          window && window.total > 0
            ? {
                rows: { ...asked, head: window.head },
                columns: work.told,
                visible: () => work.tableOf(window.rows),
              }
            : undefined
        }
        typed={{ ...asked, head: window?.head }}
      />
      {window?.problem && window.filter === filter && (
        <FilterProblemLine text={filter} problem={window.problem} />
      )}
      <RateStrip source={source} live={live} />
      <div className={styles.frame}>
        <Grid
          scroller={scroller}
          label={label}
          testId="event-table"
          rowTestId="event-row"
          {...work.grid}
          sort={group ? window?.sort : sort}
          total={window?.total ?? 0}
          rows={window?.rows ?? []}
          offset={window?.offset ?? 0}
          view={view}
          pinned={group ? [] : pins.rows}
          onUnpin={pins.toggle}
          active={cursor.active}
          anchor={cursor.anchor}
          cursor={cursor.column}
          slotOf={slotOf}
          menu={work.items}
          onPick={work.onPick}
          onOpen={work.openRow}
          onKeyDown={work.onKey}
        >
          {window && window.total === 0 && window.filter === '' && !searching && empty}
        </Grid>
      </div>
      <OpenRow source={source} work={work} name={(row) => `row ${row.id}`} />
    </div>
  );
}
