import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { createStackTable, type StackTable } from '@probepad/protocol/views/stack-table';
import {
  type CellFact,
  columnKey,
  type MapQuery,
  type MapRow,
  type MapWindow,
  type ViewColumn,
} from '../session/decoder.ts';
import { createMapAggregates, type SnapshotAggregates } from './aggregate/map-aggregates.ts';
import { type EntryFilter, entryFilter } from './entry-filter.ts';
import { type TypedEntries, typedEntries } from './files/typed-entries.ts';
import { type GroupTable, groupTable, isNumeric, statisticColumn } from './group-rows.ts';
import { keptOf, unkeptOf } from './kept-range.ts';
import { type MapEntry, type MapReading, type MapSnapshot, readingOf } from './map-entry.ts';
import { groupEntries } from './map-groups.ts';
import { planLayout } from './map-layout.ts';
import { inOrder } from './map-order.ts';
import { type Pieces, type RememberedMember, snapshotBy, snapshotOf } from './map-snapshot.ts';
import { secondsOf } from './page-clock.ts';
import type { Group } from './query/group-events.ts';
import { type Budget, createBudget } from './store/budget.ts';
import { createMoments, MOMENT_BYTES_MAX } from './store/moments.ts';
import type { Stream } from './stream.ts';

/** A map whose entries are shown as they are now, or were at a moment, with the rates of their numbers. */
export interface MapSource {
  join(stream: Stream, source: Source): void;
  take(stream: Stream, frame: Frame): void;
  entries(query: Question): MapWindow;
  /** The entries as they are now, or the groups of them, for a file. */
  typed(query: Pick<MapQuery, 'sort' | 'filter' | 'group' | 'at'>): TypedEntries;
  /** By the entry's id. */
  facts(id: string): CellFact[];
  readonly aggregates: SnapshotAggregates;
  /** Lets go of its memory. */
  close(): void;
}

type Question = Omit<MapQuery, 'run' | 'source'>;
type GroupQuestion = Pick<MapQuery, 'sort' | 'filter'> & { group: NonNullable<MapQuery['group']> };

interface Member extends RememberedMember {
  /** Pieces of the snapshot that is coming. */
  building: Pieces;
  /** Of a stack trace map, which tells what is new. */
  table: StackTable | undefined;
  /** Something was told since its snapshot was made: the newest frame. */
  told: Frame | undefined;
}

/** What is shown while the time is held. */
interface Held {
  at: number;
  snapshots: Map<Member, MapSnapshot>;
  /** Those that have had entries by then, or may have, but none is kept that is old enough. */
  unkept: Member[];
}

/** Snapshots whose growth a trend shows, and entries whose trends are kept though charts have no history of them. */
const TREND_SNAPSHOTS = 40;
const TRENDS_MAX = 512;

/** @param budget of what is kept of earlier moments */
export function createMapSource(
  { name }: Pick<Source, 'name'>,
  budget: Budget = createBudget(MOMENT_BYTES_MAX),
): MapSource {
  const members = new Map<number, Member>();
  const aggregates = createMapAggregates(name);
  let reading: MapReading | undefined;
  let sorted: { key: string; entries: MapEntry[]; groups: Group[] } | undefined;
  /** Of entries that were shown with their trend: their rates since then, by id. */
  const trends = new Map<string, number[]>();
  let held: Held | undefined;

  function finish(member: Member, pieces: Pieces): void {
    const { stream } = member;
    const snapshot = snapshotOf(member, pieces, member.snapshot);
    member.snapshot = snapshot;
    const { entries, byId, time, partial } = snapshot;
    member.past.add(
      time,
      pieces.map(({ frame }) => frame),
    );
    for (const [id, rates] of trends) {
      const rate = byId.get(id)?.rates[0];
      if (rate !== undefined && rates.push(rate) > TREND_SNAPSHOTS) rates.shift();
    }
    // What has ended, or was seen late, may still be on its way.
    if (held && placeOf(member, snapshot) <= held.at) held = undefined;
    if (!held) sorted = undefined;
    aggregates.add(stream, time, entries, partial, (entry, asking) => readings().label(entry, asking));
  }

  /** Stacks are told one by one. They are put together when somebody looks at their table, for what was told by then. */
  function putTogether(by = Number.POSITIVE_INFINITY): void {
    for (const member of members.values()) {
      const { told, table, stream } = member;
      if (told === undefined || table === undefined) continue;
      if (secondsOf(told.header.timeNs) + stream.clock.offset > by) continue;
      member.told = undefined;
      const frame = table.entries(told);
      finish(member, [{ batch: stream.decoder.map(frame), frame }]);
    }
  }

  function readings(): MapReading {
    reading ??= readingOf([...members.values()]);
    return reading;
  }

  /** From now on the entries of a moment are shown, in seconds on the page's clock, or those of now. */
  function look(at: number | undefined): void {
    putTogether(at);
    if (held?.at === at) return;
    sorted = undefined;
    held = undefined;
    if (at === undefined) return;
    const found = new Map<Member, MapSnapshot>();
    const unkept: Member[] = [];
    for (const member of members.values()) {
      const snapshot = snapshotBy(member, at);
      if (snapshot) found.set(member, snapshot);
      else if (member.snapshot) unkept.push(member);
    }
    held = { at, snapshots: found, unkept };
  }

  /** Those that are shown. */
  function snapshots(): { member: Member; snapshot: MapSnapshot }[] {
    return [...members.values()].flatMap((member) => {
      const snapshot = held ? held.snapshots.get(member) : member.snapshot;
      return snapshot ? [{ member, snapshot }] : [];
    });
  }

  function entryOf(id: string): MapEntry | undefined {
    for (const { snapshot } of snapshots()) {
      const entry = snapshot.byId.get(id);
      if (entry) return entry;
    }
    return undefined;
  }

  /** Charts keep the history of the largest entries; of others it begins when somebody looks. */
  function trendOf({ id, member, timeNs, rates: [rate = Number.NaN] }: MapEntry): (number | null)[] {
    if (held) return aggregates.trend(member.stream, id, TREND_SNAPSHOTS, secondsOf(timeNs));
    const known = trends.get(id);
    if (!known) {
      for (const oldest of trends.keys()) if (trends.size >= TRENDS_MAX) trends.delete(oldest);
      trends.set(id, [rate]);
    }
    const charted = aggregates.trend(member.stream, id, TREND_SNAPSHOTS);
    const own = known ?? [rate];
    return charted.filter((each) => each !== null).length >= own.length
      ? charted
      : own.map((each) => (Number.isNaN(each) ? null : each));
  }

  function ranked(order: MapWindow['sort'], filter: string, { fits }: EntryFilter<MapEntry>): MapEntry[] {
    const key = `${order.column} ${order.descending} ${filter}`;
    if (sorted?.key === key) return sorted.entries;
    const { columns } = readings();
    const column = columns.find((each) => columnKey(each) === order.column);
    const all = snapshots()
      .flatMap(({ snapshot }) => snapshot.entries)
      .filter(fits);
    sorted = { key, entries: inOrder(all, column, order.descending, readings()), groups: [] };
    return sorted.entries;
  }

  function orderOf(sort: MapQuery['sort']): MapWindow['sort'] {
    const { columns, main } = readings();
    const by = main ?? columns[0];
    const known = sort && columns.some((column) => columnKey(column) === sort.column) ? sort : undefined;
    return known ?? { column: by ? columnKey(by) : '', descending: main !== undefined };
  }

  /** The groups in the place of entries, ranked. */
  function groupsOf(
    { group, sort, filter }: GroupQuestion,
    wanted: EntryFilter<MapEntry>,
  ): { by: ViewColumn[]; measures: ViewColumn[]; table: GroupTable; groups: Group[] } {
    const own = readings();
    const named = (keys: readonly string[] = []): ViewColumn[] =>
      keys.flatMap((key) => own.columns.find((column) => columnKey(column) === key) ?? []);
    const [by, measures] = [named(group.by), named(group.measures)];
    const [measure] = measures;
    const first = measure && { column: columnKey(statisticColumn('sum', measure)), descending: true };
    const table = groupTable(by, measures, group, sort ?? first);
    const key = JSON.stringify([group, table.sort, filter]);
    if (sorted?.key !== key) {
      const entries = snapshots()
        .flatMap(({ snapshot }) => snapshot.entries)
        .filter(wanted.fits);
      sorted = { key, entries: [], groups: table.ranked(groupEntries(entries, by, measures, own)) };
    }
    return { by, measures, table, groups: sorted.groups };
  }

  function grouped(
    query: GroupQuestion & Pick<Question, 'offset' | 'limit'>,
    wanted: EntryFilter<MapEntry>,
  ): Pick<MapWindow, 'columns' | 'total' | 'sort' | 'rows' | 'bar'> {
    const { measures, table, groups } = groupsOf(query, wanted);
    const [measure] = measures;
    const first = measure && columnKey(statisticColumn('sum', measure));
    const most = Math.max(0, ...groups.map(({ measured }) => measured[0]?.sum ?? 0));
    const formats = measures.map((column) => (number: number) => readings().format(column, number));
    return {
      columns: table.columns,
      total: groups.length,
      sort: table.sort,
      bar: table.columns.findIndex((column) => columnKey(column) === first),
      rows: groups.slice(query.offset, query.offset + query.limit).map((each) => ({
        ...table.row(each, formats, wanted.expression),
        magnitude: most > 0 ? Math.max(0, (each.measured[0]?.sum ?? 0) / most) : 0,
      })),
    };
  }

  return {
    join(stream, source) {
      const layout = planLayout(stream.decoder.schema, source);
      const table = source.mapType === 'stack_trace' ? createStackTable(source) : undefined;
      members.set(stream.stream, {
        ...{ stream, source, layout, table },
        ...{ building: [], snapshot: undefined, told: undefined },
        past: createMoments(budget),
      });
      aggregates.join(stream, source, layout);
      reading = undefined;
      sorted = undefined;
    },
    take(stream, frame) {
      const member = members.get(stream.stream);
      if (frame.header.kind === 'stacks' && member?.table?.take(frame)) member.told = frame;
      if (frame.header.kind !== 'map' || !member) return;
      const batch = stream.decoder.map(frame);
      if (batch.first) member.building = [];
      // The rest of a snapshot of which a piece was dropped is no snapshot.
      else if (member.building.at(-1)?.batch.snapshot !== batch.snapshot) return;
      member.building.push({ batch, frame });
      if (!batch.last) return;
      const pieces = member.building;
      member.building = [];
      finish(member, pieces);
    },
    entries(query) {
      const { sort, offset, limit, filter, group, keep = [], trend = false } = query;
      look(query.at);
      const own = readings();
      const wanted = entryFilter(filter, own);
      const all = snapshots();
      const times = all.map(({ member, snapshot }) => placeOf(member, snapshot));
      const answer = {
        offset,
        partial: all.some(({ snapshot }) => snapshot.partial),
        grouped: group !== undefined,
        grouping: own.columns,
        taken: times.length > 0 ? Math.max(...times) : undefined,
        unkept: unkeptOf(held?.unkept ?? []),
        span: keptOf([...members.values()]),
        filter,
        textual: wanted.textual,
        problem: wanted.problem,
      };
      if (group) return { ...answer, ...grouped({ ...query, group }, wanted), kept: [] };
      const order = orderOf(sort);
      const entries = ranked(order, filter, wanted);
      const largest = entries.reduce((most, { numbers }) => Math.max(most, numbers[0] || 0), 0);
      const rowOf = (entry: MapEntry): MapRow => {
        const number = entry.numbers[0] || 0;
        return {
          id: entry.id,
          cells: own.cells(entry),
          magnitude: largest > 0 && number > 0 ? number / largest : 0,
          ...(trend && { trend: trendOf(entry) }),
        };
      };
      return {
        ...answer,
        columns: own.columns,
        total: entries.length,
        sort: order,
        rows: entries.slice(offset, offset + limit).map(rowOf),
        kept: keep.flatMap((id) => {
          const entry = entryOf(id);
          return entry ? [{ ...rowOf(entry), place: entries.indexOf(entry) }] : [];
        }),
        bar: own.main ? own.columns.indexOf(own.main) : -1,
      };
    },
    typed({ sort, filter, group, at }) {
      look(at);
      if (group) {
        const { by, table, groups } = groupsOf({ sort, filter, group }, entryFilter(filter, readings()));
        const numeric = by.map((column) => isNumeric(readings().facts(column)));
        const { columns, rows } = table.typed(groups, numeric);
        return { columns, total: rows.length, rows: (offset, limit) => rows.slice(offset, offset + limit) };
      }
      const all = ranked(orderOf(sort), filter, entryFilter(filter, readings()));
      return typedEntries([...members.values()], all as (MapEntry & { member: Member })[]);
    },
    facts(id) {
      const entry = entryOf(id);
      return entry ? readings().behind(entry) : [];
    },
    aggregates,
    close() {
      for (const { past } of members.values()) past.close();
    },
  };
}

/** When a snapshot was made, in seconds on the page's clock. */
function placeOf({ stream }: Member, { time }: MapSnapshot): number {
  return time + stream.clock.offset;
}
