import type { MapBatch } from '@probepad/protocol/decode';
import type { Source } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/values/value';
import { inferViews } from '@probepad/protocol/views/infer-views';
import type { Measure, Slots, View } from '@probepad/protocol/views/view';
import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  Ranking,
  RankingQuery,
  Series,
  SeriesQuery,
} from '../../session/aggregates.ts';
import type { MapLayout } from '../map-layout.ts';
import { numberOf } from '../present.ts';
import type { Stream } from '../stream.ts';
import type { SnapshotSubject } from './placed-snapshots.ts';
import { distributionsOfSnapshots, heatmapsOfSnapshots } from './snapshot-histograms.ts';
import { type CountedEntry, createSnapshotHistory } from './snapshot-history.ts';
import { rankingOfSnapshots, seriesOfSnapshots } from './snapshot-views.ts';
import { unitOf } from './units.ts';

type Asked<Q> = Omit<Q, 'run' | 'source'>;

/** What a map's entries come to, now and over time. */
export interface SnapshotAggregates {
  join(stream: Stream, source: Source, layout: MapLayout): void;
  add<E extends SnapshotEntry>(
    stream: Stream,
    time: number,
    entries: readonly E[],
    partial: boolean,
    labelOf: (entry: E, asking: boolean) => string,
  ): void;
  /**
   * The growth of an entry's main number in the last snapshots, or the number itself where it goes up and down.
   * @param until the last by this time on the host's own clock; absent: the newest
   */
  trend(stream: Stream, id: string, count: number, until?: number): (number | null)[];
  series(query: Asked<SeriesQuery>): Series;
  distributions(query: Asked<DistributionQuery>): Distribution[];
  heatmaps(query: Asked<HeatmapQuery>): Heatmap[];
  ranking(query: Asked<RankingQuery>): Ranking;
}

export interface SnapshotEntry {
  id: string;
  batch: MapBatch;
  row: number;
}

/** How one host's entries are read. */
interface Member {
  layout: MapLayout;
  numbers: ((entry: SnapshotEntry) => number)[];
  slots: ((entry: SnapshotEntry) => number[])[];
  /** The entries are the slots of one histogram. */
  countOf: ((entry: SnapshotEntry) => number) | undefined;
}

export function createMapAggregates(name: string): SnapshotAggregates {
  const history = createSnapshotHistory();
  const members = new Map<number, Member>();
  const subject: { -readonly [K in keyof SnapshotSubject]: SnapshotSubject[K] } = {
    name,
    measures: [],
    slots: [],
    byEntry: false,
  };

  return {
    join(stream, source, layout) {
      const { schema } = stream.decoder;
      const views = inferViews(schema).find((each) => each.source === source.name)?.views ?? [];
      const measures = measuresIn(views);
      const slots = slotsIn(views);
      const reader =
        (column: string) =>
        ({ batch, row }: SnapshotEntry): Value =>
          layout.member(column)?.(batch, row) ?? null;
      const entrySlots = slots.find((each) => each.in === 'entries');
      members.set(stream.stream, {
        layout,
        numbers: measures.map(({ column }) => {
          const read = reader(column);
          return (entry) => numberOf(read(entry));
        }),
        slots: slots.map((each) => {
          const read = reader(each.column);
          return (entry) => countsOf(read(entry), each);
        }),
        countOf: entrySlots && ((entry) => numberOf(reader(entrySlots.column)(entry))),
      });
      if (subject.measures.length === 0) {
        subject.measures = measures.map(({ column, growth }) => ({
          column,
          unit: unitOf(layout.presentation(column)),
          gauge: growth === 'gauge',
        }));
      }
      if (subject.slots.length === 0) subject.slots = slots.map(({ scale, unit = '' }) => ({ unit, scale }));
    },
    add(stream, time, entries, partial, labelOf) {
      const member = members.get(stream.stream);
      if (!member || (member.numbers.length === 0 && member.slots.length === 0)) return;
      const { host, hostName, clock } = stream;
      const byId = new Map(entries.map((entry) => [entry.id, entry]));
      const counted = member.countOf
        ? [asSlots(stream, entries, member)]
        : entries.map((entry) => count(entry, member));
      history.add(
        { stream: stream.stream, host, hostName, clock },
        time,
        counted,
        (id, asking) => {
          const entry = byId.get(id);
          return entry && !(entries.length === 1 && isForAll(entry)) ? labelOf(entry, asking) : '';
        },
        partial,
      );
    },
    trend({ stream }, id, count, until) {
      const main = members.get(stream)?.layout.mainMember;
      const at = subject.measures.findIndex(({ column }) => column === main);
      if (at < 0) return [];
      const growth = !subject.measures[at]?.gauge && !history.fell(at, id);
      return history.recent(stream, id, at, count, growth, until);
    },
    series: (query) => seriesOfSnapshots(history, subject, query),
    distributions: (query) => distributionsOfSnapshots(history, subject, query),
    heatmaps: (query) => heatmapsOfSnapshots(history, subject, query),
    ranking: (query) => rankingOfSnapshots(history, subject, query),
  };
}

function count(entry: SnapshotEntry, { numbers, slots }: Member): CountedEntry {
  return {
    id: entry.id,
    numbers: numbers.map((read) => read(entry)),
    slots: slots.map((read) => read(entry)),
  };
}

function asSlots(
  stream: Stream,
  entries: readonly SnapshotEntry[],
  { layout, countOf }: Member,
): CountedEntry {
  const counts: number[] = [];
  for (const entry of entries) {
    const slot = numberOf(layout.key(entry.batch, entry.row));
    if (slot >= 0) counts[slot] = countOf?.(entry) || 0;
  }
  return { id: `${stream.stream}:`, numbers: [], slots: [Array.from(counts, (each) => each ?? 0)] };
}

/** One entry for all, as in an array of one element: programs that tell nothing apart take a key of zeros, or of ones. */
function isForAll({ batch, row }: SnapshotEntry): boolean {
  return batch.keys.every((column) => isNoKey(column.get(row), column.leaf.size));
}

function isNoKey(value: Value, size: number): boolean {
  if (Array.isArray(value)) return value.every((each) => Number(each) === 0);
  if (typeof value === 'number' || typeof value === 'bigint') {
    const bits = BigInt.asUintN(size * 8, BigInt(value));
    return bits === 0n || bits === (1n << BigInt(size * 8)) - 1n;
  }
  return value === '' || value === false;
}

/** Of a list of structs the sum, slot by slot. */
export function countsOf(value: Value, slots: Slots): number[] {
  if (!Array.isArray(value)) return [];
  if (slots.in !== 'list') return value.map(Number);
  const sum: number[] = [];
  for (const each of value) {
    const list =
      typeof each === 'object' && each !== null && !Array.isArray(each) ? each[slots.member] : null;
    if (Array.isArray(list))
      list.forEach((n, at) => {
        sum[at] = (sum[at] ?? 0) + Number(n);
      });
  }
  return sum;
}

export function measuresIn(views: readonly View[]): Measure[] {
  return (
    views.flatMap((view) => ('measures' in view && view.measures.length > 0 ? [view.measures] : []))[0] ?? []
  );
}

export function slotsIn(views: readonly View[]): Slots[] {
  return views.flatMap((view) => ('slots' in view && view.slots.length > 0 ? [view.slots] : []))[0] ?? [];
}
