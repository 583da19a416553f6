import { HEAD_ONLY } from '@probepad/protocol/head-only';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { MapWindow, SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { togglePause } from '../../session/time-axis.ts';
import { timeText } from '../chart/series-table.ts';
import { NotKept, notKeptText } from '../not-kept.tsx';
import { groupDigits } from '../numbers.ts';
import styles from '../table.module.css';
import { useAnswers } from '../use-live.ts';
import { useHeldMoment, useNoteKept } from '../use-shown-range.ts';
import { ViewTools } from '../view-tools.tsx';
import { arrangeColumns } from './arrange-columns.ts';
import { ColumnChooser } from './column-chooser.tsx';
import { FilterProblemLine } from './filter-field.tsx';
import { Grid } from './grid.tsx';
import { GroupChooser } from './group-chooser.tsx';
import { OpenRow } from './row-details.tsx';
import type { GridRow } from './row-sheet.tsx';
import { useCursor } from './use-cursor.ts';
import { usePinnedRows } from './use-pinned-rows.ts';
import { useRowWork } from './use-row-work.ts';
import { useRowsInView } from './use-rows-in-view.ts';
import { useTableSettings } from './use-table-settings.ts';

/** A map's entries as they are now, or while the time is held as they were at the end of what is shown. The first number has a bar for its share of the largest. */
export function MapTable({
  source,
  empty,
  label,
  headOnly = false,
}: {
  source: SourceRef;
  empty: ReactNode;
  label: string;
  /** The kernel shows one entry of it, see `showsHeadOnly`. */
  headOnly?: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const filterInput = useRef<HTMLInputElement>(null);
  const [settings, change] = useTableSettings(source.source);
  const [known, setKnown] = useState<MapWindow>();
  const [looked, setLooked] = useState<string>();
  const at = useHeldMoment(source.run);
  const still = at !== undefined;
  const pins = usePinnedRows(source);
  const cursor = useCursor(() => undefined);
  const { filter = '', sort, group } = settings;
  const total = known?.total ?? 0;
  const view = useRowsInView(scroller, total);
  const { offset, limit } = view.ask;
  const trend = settings.shown?.['trend trend'] ?? false;
  const keep = [...new Set([...pins.rows.map(({ id }) => id), ...(looked === undefined ? [] : [looked])])];
  const asked = { ...source, sort, filter, group, at };
  useAnswers(
    source,
    JSON.stringify([offset, limit, filter, sort, group, at, trend, keep]),
    () => theDecoder().map({ ...asked, offset, limit, keep, trend }),
    setKnown,
    { atOnce: true },
  );

  useNoteKept(known?.span);
  const kept = new Map(known?.kept.map((row) => [row.id, row]));
  const place = looked === undefined ? undefined : kept.get(looked)?.place;
  const work = useRowWork({
    source,
    settings,
    change,
    shown: known,
    known: (at): GridRow | undefined => (at === place ? kept.get(looked ?? '') : undefined),
    sort: known?.sort,
    unsorted: false,
    view,
    filterInput,
    cursor,
    pins,
    bring: async (first, count) =>
      (await theDecoder().map({ ...asked, offset: first, limit: count, trend })).rows,
    onHome: view.toTop,
    onSpace: togglePause,
  });

  // Entries change their places with every snapshot: the one that was picked is followed, by what it is.
  const { active, anchor } = cursor;
  const single = active !== undefined && anchor === undefined && !known?.grouped;
  const picked = work.active?.id;
  const followed = useRef<number>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: picked by this move, and not by another answer
  useEffect(() => {
    if (single && active === followed.current) return;
    followed.current = undefined;
    setLooked(single ? picked : undefined);
  }, [single, active]);
  const moved = single && place !== undefined && place >= 0 && place !== active;
  const { follow } = cursor;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each answer, once
  useEffect(() => {
    if (!moved) return;
    followed.current = place;
    follow(place);
  }, [known]);

  const problem = known?.filter === filter ? known.problem : undefined;
  const count = `${groupDigits(total)} ${group ? (total === 1 ? 'group' : 'groups') : total === 1 ? 'entry' : 'entries'}`;
  return (
    <div className={styles.view}>
      <ViewTools
        source={source.source}
        filter={{
          what: 'entries',
          text: filter,
          onChange: (text) => change({ filter: text === '' ? undefined : text }),
          problem,
          words: (known?.grouping ?? []).map(({ name }) => name),
          input: filterInput,
        }}
        choosers={
          <>
            <ColumnChooser columns={work.arranged} headings={work.headings} actions={work.actions} />
            <GroupChooser
              columns={group ? arrangeColumns(known?.grouping ?? [], {}) : work.arranged}
              group={group}
              onChange={(next) => change({ group: next, sort: undefined })}
            />
          </>
        }
        status={{
          text: [
            still && known?.taken !== undefined && `as of ${timeText(known.taken)}`,
            known?.partial && !headOnly && 'partly read',
            known?.partial && headOnly ? `${count}, ${HEAD_ONLY}` : count,
            total > 0 && notKeptText(known?.unkept),
          ]
            .filter(Boolean)
            .join(' · '),
          testId: 'entry-count',
          still,
        }}
        shown={
          total === 0
            ? undefined
            : { rows: asked, columns: work.told, visible: () => work.tableOf(known?.rows ?? []) }
        }
        typed={asked}
      />
      {problem && <FilterProblemLine text={filter} problem={problem} />}
      <Grid
        scroller={scroller}
        label={label}
        testId="map-table"
        rowTestId="map-row"
        {...work.grid}
        sort={known?.sort}
        total={total}
        rows={known?.rows ?? []}
        offset={known?.offset ?? 0}
        view={view}
        pinned={group ? [] : pins.rows.map((row) => kept.get(row.id) ?? row)}
        onUnpin={pins.toggle}
        active={cursor.active}
        anchor={cursor.anchor}
        cursor={cursor.column}
        bar={known?.bar ?? -1}
        menu={work.items}
        onPick={work.onPick}
        onOpen={work.openRow}
        onKeyDown={work.onKey}
      >
        {known &&
          total === 0 &&
          (known.unkept && at !== undefined ? (
            <NotKept unkept={known.unkept} at={at} />
          ) : (
            filter === '' && empty
          ))}
      </Grid>
      <OpenRow source={source} work={work} name={() => `entry of ${source.source}`} version={known?.taken} />
    </div>
  );
}
