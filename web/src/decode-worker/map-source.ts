import type { MapBatch } from '@probepad/protocol/decode';
import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import type { Value } from '@probepad/protocol/values/value';
import {
  type CellFact,
  columnKey,
  type MapQuery,
  type MapWindow,
  type ViewColumn,
} from '../session/decoder.ts';
import { createMapAggregates, type SnapshotAggregates } from './aggregate/map-aggregates.ts';
import { type EntryFilter, entryFilter } from './entry-filter.ts';
import { type TypedEntries, typedEntries } from './files/typed-entries.ts';
import { type MapLayout, planLayout } from './map-layout.ts';
import { secondsOf } from './page-clock.ts';
import { contextOf, HOST_COLUMN, numberOf } from './present.ts';
import type { ColumnFacts } from './query/columns.ts';
import { rawText } from './raw-text.ts';
import type { Stream } from './stream.ts';

/** A map whose entries are shown as they are now, with the rate of the first number. */
export interface MapSource {
  join(stream: Stream, source: Source): void;
  take(stream: Stream, frame: Frame): void;
  entries(query: Omit<MapQuery, 'run' | 'source'>): MapWindow;
  /** The entries as they are now, for a file. */
  typed(query: Pick<MapQuery, 'sort' | 'filter'>): TypedEntries;
  /** By the entry's id. */
  facts(id: string): CellFact[];
  readonly aggregates: SnapshotAggregates;
}

/** The map on one host. */
interface Member {
  stream: Stream;
  source: Source;
  layout: MapLayout;
  /** Pieces of the snapshot that is coming. */
  building: { batch: MapBatch; frame: Frame }[];
  snapshot: Snapshot | undefined;
}

interface Snapshot {
  entries: Entry[];
  byId: Map<string, Entry>;
  /** CLOCK_MONOTONIC of the host, in nanoseconds and in seconds. */
  timeNs: bigint;
  time: number;
  partial: boolean;
}

interface Entry {
  id: string;
  member: Member;
  batch: MapBatch;
  row: number;
  /** Of the first amount; NaN where there is none. */
  number: number;
  /** Change a second since the snapshot before; NaN at first. */
  rate: number;
}

const RATE: ViewColumn = {
  name: 'per second',
  type: 'change since the last snapshot',
  align: 'number',
  width: 12,
  role: 'rate',
};

export function createMapSource({ name }: Pick<Source, 'name'>): MapSource {
  const members = new Map<number, Member>();
  const aggregates = createMapAggregates(name);
  let columns: ViewColumn[] | undefined;
  let sorted: { key: string; entries: Entry[] } | undefined;

  function finish(member: Member, pieces: Member['building']): void {
    const { source, layout, stream, snapshot: before } = member;
    const timeNs = pieces.at(-1)?.frame.header.timeNs ?? 0n;
    const time = secondsOf(timeNs);
    const seconds = before ? time - before.time : 0;
    const entries: Entry[] = [];
    const byId = new Map<string, Entry>();
    for (const { batch, frame } of pieces) {
      for (let row = 0; row < batch.rows; row++) {
        const id = `${stream.stream}:${rawKey(frame.payload, row * source.keySize, source.keySize)}`;
        const number = numberOf((layout.main && layout.value(batch, row, layout.main)) ?? null);
        const known = before?.byId.get(id);
        // A key that was not there before has grown from nothing, unless it may only not have been read.
        const grown = known || !before?.partial ? number - (known?.number ?? 0) : Number.NaN;
        const rate = seconds > 0 ? grown / seconds : Number.NaN;
        const entry: Entry = { id, member, batch, row, number, rate };
        entries.push(entry);
        byId.set(id, entry);
      }
    }
    member.snapshot = { entries, byId, timeNs, time, partial: pieces.some(({ batch }) => batch.partial) };
    sorted = undefined;
    aggregates.add(stream, time, entries, member.snapshot.partial, labelOf);
  }

  function labelOf({ member, batch, row }: Entry): string {
    return member.layout.keyText(batch, row, contextFor(member)).join(' · ');
  }

  /** What any host has, keys first. */
  function allColumns(): ViewColumn[] {
    if (columns) return columns;
    const layouts = [...members.values()].map(({ layout }) => layout);
    const byKey = new Map<string, ViewColumn>();
    for (const column of layouts.flatMap((layout) => layout.columns)) {
      if (!byKey.has(columnKey(column))) byKey.set(columnKey(column), column);
    }
    const own = [...byKey.values()];
    columns = [
      ...(members.size > 1 ? [HOST_COLUMN] : []),
      ...own.filter(({ role }) => role === 'key'),
      ...own.filter(({ role }) => role === 'field'),
      ...(layouts.some(({ main, hasSlots }) => main && !hasSlots) ? [RATE] : []),
    ];
    return columns;
  }

  function allEntries(): Entry[] {
    return [...members.values()].flatMap(({ snapshot }) => snapshot?.entries ?? []);
  }

  function cellsOf(entry: Entry): string[] {
    return allColumns().map((column) => cellOf(entry, column));
  }

  function cellOf({ member, batch, row, rate }: Entry, column: ViewColumn): string {
    if (column.role === 'host') return member.stream.hostName;
    return column.role === 'rate'
      ? rateText(rate)
      : member.layout.text(batch, row, column, contextFor(member));
  }

  function valueIn({ member, batch, row, rate }: Entry, column: ViewColumn): Value {
    if (column.role === 'host') return member.stream.hostName;
    if (column.role === 'rate') return Number.isNaN(rate) ? null : rate;
    return member.layout.value(batch, row, column) ?? null;
  }

  function factsOf(column: ViewColumn): ColumnFacts {
    const { name, role } = column;
    for (const { layout } of members.values()) {
      const facts = layout.facts(column);
      if (facts) return facts;
    }
    return { name, kind: role === 'rate' ? 'number' : 'text' };
  }

  function filterFor(text: string): EntryFilter<Entry> {
    return entryFilter(text, { columns: allColumns(), facts: factsOf, value: valueIn, text: cellOf });
  }

  function ranked(order: MapWindow['sort'], filter: string, { fits }: EntryFilter<Entry>): Entry[] {
    const key = `${order.column} ${order.descending} ${filter}`;
    if (sorted?.key === key) return sorted.entries;
    const column = allColumns().find((each) => columnKey(each) === order.column);
    const all = allEntries()
      .filter(fits)
      .map((entry) => ({ entry, by: column ? sortValue(entry, column) : 0 }));
    all.sort((a, b) => (order.descending ? compare(b.by, a.by) : compare(a.by, b.by)));
    sorted = { key, entries: all.map(({ entry }) => entry) };
    return sorted.entries;
  }

  function orderOf(sort: MapQuery['sort']): { order: MapWindow['sort']; bar: number } {
    const shown = allColumns();
    const mains = new Set([...members.values()].map(({ layout }) => layout.main && columnKey(layout.main)));
    const bar = shown.findIndex((column) => mains.has(columnKey(column)));
    const by = shown[Math.max(0, bar)];
    const known = sort && shown.some((column) => columnKey(column) === sort.column) ? sort : undefined;
    return { order: known ?? { column: by ? columnKey(by) : '', descending: bar >= 0 }, bar };
  }

  return {
    join(stream, source) {
      const layout = planLayout(stream.decoder.schema, source);
      members.set(stream.stream, { stream, source, layout, building: [], snapshot: undefined });
      aggregates.join(stream, source, layout);
      columns = undefined;
      sorted = undefined;
    },
    take(stream, frame) {
      const member = members.get(stream.stream);
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
    entries({ sort, offset, limit, filter }) {
      const shown = allColumns();
      const { order, bar } = orderOf(sort);
      const wanted = filterFor(filter);
      const entries = ranked(order, filter, wanted);
      const largest = entries.reduce((most, { number }) => Math.max(most, number || 0), 0);
      const all = [...members.values()];
      return {
        columns: shown,
        total: entries.length,
        offset,
        sort: order,
        rows: entries.slice(offset, offset + limit).map((entry) => ({
          id: entry.id,
          cells: cellsOf(entry),
          magnitude: largest > 0 && entry.number > 0 ? entry.number / largest : 0,
        })),
        bar,
        partial: all.some(({ snapshot }) => snapshot?.partial),
        filter,
        textual: wanted.textual,
        problem: wanted.problem,
      };
    },
    typed({ sort, filter }) {
      const all = ranked(orderOf(sort).order, filter, filterFor(filter));
      return typedEntries(
        [...members.values()],
        all.map(({ member, batch, row }) => ({ member, batch, row, timeNs: member.snapshot?.timeNs ?? 0n })),
      );
    },
    facts(id) {
      const entry = [...members.values()].flatMap(({ snapshot }) => snapshot?.byId.get(id) ?? [])[0];
      if (!entry) return [];
      const { member, batch, row } = entry;
      return allColumns().flatMap((column) => {
        const value = member.layout.value(batch, row, column);
        if (value === undefined || (column.role !== 'key' && column.role !== 'field')) return [];
        return [{ column: columnKey(column), path: column.name, type: column.type, raw: rawText(value) }];
      });
    },
    aggregates,
  };
}

function contextFor({ stream, snapshot }: Member): FormatContext {
  return contextOf(stream, snapshot?.timeNs ?? 0n);
}

/** What a column sorts by. */
function sortValue({ member, batch, row, rate }: Entry, column: ViewColumn): number | string {
  if (column.role === 'rate') return rate;
  if (column.role === 'host') return member.stream.hostName;
  const value = member.layout.value(batch, row, column) ?? null;
  const number = numberOf(value);
  return Number.isNaN(number) ? formatValue(value) : number;
}

/** The key's bytes as a string of one character each: an identity, never shown. */
function rawKey(payload: Uint8Array, start: number, size: number): string {
  let key = '';
  for (let at = start; at < start + size; at++) key += String.fromCharCode(payload[at] ?? 0);
  return key;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
    return Number.isNaN(b) ? 1 : a - b;
  }
  return String(a).localeCompare(String(b));
}

/** A rate with three digits or fewer after the point, none for large ones. */
function rateText(rate: number): string {
  if (Number.isNaN(rate)) return '–';
  if (rate === 0) return '0';
  return Math.abs(rate) >= 100 ? String(Math.round(rate)) : String(Number(rate.toPrecision(3)));
}
