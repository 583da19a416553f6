import type { Column } from '@probepad/protocol/columns';
import type { MapBatch } from '@probepad/protocol/decode';
import { formatValue } from '@probepad/protocol/format';
import type { Frame } from '@probepad/protocol/frames';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/value';
import type { Histogram, MapQuery, MapWindow, Series, ViewColumn } from '../session/decoder.ts';
import { isSlotArray, slotsLeaf } from '../session/histograms.ts';
import type { Stream } from './event-source.ts';
import { isNumeric, numberOf, type Shown, shownColumns, sumOverCpus } from './present.ts';

/** A map whose entries are shown as they are now, with the rate of the first number. */
export interface MapSource {
  join(stream: Stream): void;
  take(stream: Stream, frame: Frame): void;
  entries(query: Omit<MapQuery, 'run' | 'source'>): MapWindow;
  histograms(): Histogram[];
  series(): Series;
}

interface Entry {
  id: string;
  stream: Stream;
  batch: MapBatch;
  row: number;
  /** Of the first numeric column; NaN where there is none. */
  number: number;
  /** Change a second since the snapshot before; NaN at first. */
  rate: number;
}

interface Snapshot {
  entries: Entry[];
  byId: Map<string, Entry>;
  /** Seconds since 1970. */
  time: number;
  partial: boolean;
}

interface Layout {
  keys: Shown[];
  values: Shown[];
  /** Index in `values` of the first number, -1 without. */
  main: number;
  /** Index in `values` of a list of log2 slots, -1 without. */
  slots: number;
}

const SERIES_LINES = 8;
const SERIES_POINTS = 600;
/** Maps with more keys keep a history of their busiest keys only. */
const TRACKED_MAX = 256;

export function createMapSource(source: Source): MapSource {
  const streams = new Map<number, Stream>();
  const building = new Map<number, { batch: MapBatch; frame: Frame }[]>();
  const snapshots = new Map<number, Snapshot>();
  const layouts = new Map<number, Layout>();
  const tracks = new Map<string, { label: string; points: Map<number, number> }>();
  let times: number[] = [];
  let sorted: { key: string; entries: Entry[] } | undefined;
  /** A value that went down is a gauge: shown as it is, not as a rate. */
  let gauge = false;
  /** Ids of the lines of the chart: a line keeps its place, and so its colour, while it is drawn. */
  let drawn: string[] = [];

  function layoutOf(stream: Stream): Layout {
    let layout = layouts.get(stream.stream);
    if (!layout) {
      layout = planLayout(stream.decoder.schema, source);
      layouts.set(stream.stream, layout);
    }
    return layout;
  }

  function finish(stream: Stream, pieces: { batch: MapBatch; frame: Frame }[]): void {
    const before = snapshots.get(stream.stream);
    const time = timeOf(stream, pieces.at(-1)?.frame);
    const layout = layoutOf(stream);
    const entries: Entry[] = [];
    const byId = new Map<string, Entry>();
    for (const { batch, frame } of pieces) {
      for (let row = 0; row < batch.rows; row++) {
        const id = `${stream.stream}:${rawKey(frame.payload, row * source.keySize, source.keySize)}`;
        const number = layout.main < 0 ? Number.NaN : numberOf(cellValue(batch, layout, layout.main, row));
        const known = before?.byId.get(id);
        const seconds = before ? time - before.time : 0;
        if (known && number < known.number) gauge = true;
        // A key that was not there before has grown from nothing.
        const rate = seconds > 0 ? (number - (known?.number ?? 0)) / seconds : Number.NaN;
        const entry: Entry = { id, stream, batch, row, number, rate };
        entries.push(entry);
        byId.set(id, entry);
      }
    }
    const partial = pieces.some(({ batch }) => batch.partial);
    snapshots.set(stream.stream, { entries, byId, time, partial });
    sorted = undefined;
    if (layout.main >= 0) track(entries, time, layout);
  }

  function track(entries: Entry[], time: number, layout: Layout): void {
    times.push(time);
    if (times.length > SERIES_POINTS) times = times.slice(-SERIES_POINTS);
    const busiest =
      entries.length <= TRACKED_MAX
        ? entries
        : [...entries].sort((a, b) => (b.rate || 0) - (a.rate || 0)).slice(0, SERIES_LINES);
    for (const entry of entries.length <= TRACKED_MAX ? entries : busiest) {
      let known = tracks.get(entry.id);
      if (!known) {
        known = { label: labelOf(entry, layout), points: new Map() };
        tracks.set(entry.id, known);
      }
    }
    const oldest = times[0] ?? 0;
    for (const entry of entries) {
      const known = tracks.get(entry.id);
      known?.points.set(time, gauge ? entry.number : entry.rate);
    }
    for (const [id, { points }] of tracks) {
      for (const at of points.keys()) {
        if (at >= oldest) break;
        points.delete(at);
      }
      if (points.size === 0) tracks.delete(id);
    }
  }

  function labelOf(entry: Entry, layout: Layout): string {
    const keys = layout.keys.map((shown, at) =>
      formatValue(entry.batch.keys[at]?.get(entry.row) ?? null, shown.meaning),
    );
    return (streams.size > 1 ? [entry.stream.hostName, ...keys] : keys).join(' · ');
  }

  function cellValue(batch: MapBatch, layout: Layout, column: number, row: number): Value {
    const shown = layout.values[column];
    if (batch.cpuValues && shown && column === layout.main) {
      return sumOverCpus(
        batch.cpuValues.map((columns) => columns[column]),
        row,
      );
    }
    return batch.values[column]?.get(row) ?? null;
  }

  function columnsOf(): { columns: ViewColumn[]; layout: Layout | undefined } {
    const [first] = streams.values();
    if (!first) return { columns: [], layout: undefined };
    const layout = layoutOf(first);
    const columns: ViewColumn[] =
      streams.size > 1 ? [{ name: 'host', type: '', align: 'text', width: 14, role: 'host' }] : [];
    columns.push(...layout.keys.map(({ column }) => column));
    columns.push(
      ...layout.values.map(({ column }, index) =>
        source.perCpu && index === layout.main
          ? { ...column, type: `${column.type}, summed over the CPUs` }
          : column,
      ),
    );
    if (layout.main >= 0 && layout.slots < 0) {
      columns.push({
        name: 'per second',
        type: 'change since the last snapshot',
        align: 'number',
        width: 12,
        role: 'rate',
      });
    }
    return { columns, layout };
  }

  function allEntries(): Entry[] {
    return [...snapshots.values()].flatMap(({ entries }) => entries);
  }

  /** What a column sorts by. */
  function sortValue(entry: Entry, column: ViewColumn, at: number, layout: Layout): number | string {
    if (column.role === 'rate') return entry.rate;
    if (column.role === 'host') return entry.stream.hostName;
    const index = at - (streams.size > 1 ? 1 : 0);
    if (index === layout.keys.length + layout.main) return entry.number;
    const cell: Column | undefined =
      index < layout.keys.length ? entry.batch.keys[index] : entry.batch.values[index - layout.keys.length];
    const value = cell?.get(entry.row) ?? null;
    const number = numberOf(value);
    return Number.isNaN(number) ? formatValue(value, 'plain') : number;
  }

  function cellsOf(entry: Entry, layout: Layout): string[] {
    const cells = streams.size > 1 ? [entry.stream.hostName] : [];
    layout.keys.forEach((shown, at) => {
      cells.push(formatValue(entry.batch.keys[at]?.get(entry.row) ?? null, shown.meaning));
    });
    layout.values.forEach((shown, at) => {
      cells.push(formatValue(cellValue(entry.batch, layout, at, entry.row), shown.meaning));
    });
    if (layout.main >= 0 && layout.slots < 0) cells.push(rateText(entry.rate));
    return cells;
  }

  return {
    join(stream) {
      streams.set(stream.stream, stream);
    },
    take(stream, frame) {
      if (frame.header.kind !== 'map') return;
      const batch = stream.decoder.map(frame);
      const pieces = batch.first ? [] : (building.get(stream.stream) ?? []);
      pieces.push({ batch, frame });
      building.set(stream.stream, pieces);
      if (!batch.last) return;
      building.delete(stream.stream);
      finish(stream, pieces);
    },
    entries({ sort, offset, limit, filter }) {
      const { columns, layout } = columnsOf();
      const fallback = columns.findIndex(({ role, align }) => role === 'field' && align === 'number');
      const order =
        sort ?? (fallback < 0 ? { column: 0, descending: false } : { column: fallback, descending: true });
      const empty = { columns, total: 0, offset, sort: order, rows: [], histogram: false, partial: false };
      if (!layout) return empty;
      const key = `${order.column} ${order.descending} ${filter}`;
      if (sorted?.key !== key) {
        const wanted = filter.toLowerCase();
        const column = columns[order.column];
        const ranked = allEntries()
          .filter(
            (entry) =>
              wanted === '' || cellsOf(entry, layout).some((cell) => cell.toLowerCase().includes(wanted)),
          )
          .map((entry) => ({ entry, by: column ? sortValue(entry, column, order.column, layout) : 0 }));
        ranked.sort((a, b) => (order.descending ? compare(b.by, a.by) : compare(a.by, b.by)));
        sorted = { key, entries: ranked.map(({ entry }) => entry) };
      }
      const { entries } = sorted;
      const largest = entries.reduce((most, { number }) => Math.max(most, number || 0), 0);
      return {
        ...empty,
        total: entries.length,
        rows: entries.slice(offset, offset + limit).map((entry) => ({
          id: entry.id,
          cells: cellsOf(entry, layout),
          magnitude: largest > 0 && entry.number > 0 ? entry.number / largest : 0,
        })),
        histogram: layout.slots >= 0 || isSlotArray(source),
        partial: [...snapshots.values()].some(({ partial }) => partial),
      };
    },
    histograms() {
      const { layout } = columnsOf();
      if (!layout) return [];
      if (layout.slots < 0) {
        if (!isSlotArray(source)) return [];
        return [...snapshots].map(([id, { entries }]) => {
          const slots: number[] = [];
          for (const entry of entries)
            slots[numberOf(entry.batch.keys[0]?.get(entry.row) ?? null)] = entry.number;
          return {
            label: streams.size > 1 ? (streams.get(id)?.hostName ?? '') : source.name,
            slots: Array.from(slots, (count) => count ?? 0),
          };
        });
      }
      const single = source.maxEntries === 1;
      return allEntries().map((entry) => ({
        label: single
          ? [source.name, ...(streams.size > 1 ? [entry.stream.hostName] : [])].join(' · ')
          : labelOf(entry, layout).trim() || source.name,
        slots: slotsOf(entry, layout),
      }));
    },
    series() {
      const busiest = [...tracks]
        .map(([id, { points }]) => ({ id, sum: sumOf(points) }))
        .sort((a, b) => b.sum - a.sum)
        .slice(0, SERIES_LINES)
        .map(({ id }) => id);
      const fresh = busiest.filter((id) => !drawn.includes(id));
      drawn = drawn.map((id) => (busiest.includes(id) ? id : fresh.shift())).filter((id) => id !== undefined);
      drawn.push(...fresh);
      return {
        times,
        lines: drawn.map((id) => ({
          label: tracks.get(id)?.label ?? '',
          values: times.map((time) => {
            const value = tracks.get(id)?.points.get(time);
            return value === undefined || Number.isNaN(value) ? null : value;
          }),
        })),
        unit: gauge ? '' : '/s',
      };
    },
  };

  function slotsOf(entry: Entry, layout: Layout): number[] {
    const lists = entry.batch.cpuValues ?? [entry.batch.values];
    const total: number[] = [];
    for (const columns of lists) {
      const value = columns[layout.slots]?.get(entry.row);
      if (!Array.isArray(value)) continue;
      value.forEach((slot, at) => {
        total[at] = (total[at] ?? 0) + numberOf(slot);
      });
    }
    return total;
  }
}

function planLayout(schema: ProbeSchema, source: Source): Layout {
  const keys =
    source.keyType === undefined
      ? bytesShown(source.keySize, 'key')
      : shownColumns(schema, source.keyType, 'key', 'key');
  const values =
    source.valueType === undefined
      ? bytesShown(source.valueSize, 'field')
      : shownColumns(schema, source.valueType, 'field', 'value');
  return {
    keys,
    values,
    main: source.valueType === undefined ? -1 : values.findIndex((shown) => isNumeric(schema, shown)),
    slots: slotsLeaf(schema, source),
  };
}

/** One column of hex for a key or value whose type the object does not tell. */
function bytesShown(size: number, role: 'key' | 'field'): Shown[] {
  if (size === 0) return [];
  const column: ViewColumn = {
    name: role === 'key' ? 'key' : 'value',
    type: `${size} bytes`,
    align: 'text',
    width: Math.min(40, size * 2 + 2),
    role,
  };
  return [{ leaf: { path: [], name: '', type: -1, offset: 0, size, tags: [] }, column, meaning: 'plain' }];
}

/** The key's bytes as a string of one character each: an identity, never shown. */
function rawKey(payload: Uint8Array, start: number, size: number): string {
  let key = '';
  for (let at = start; at < start + size; at++) key += String.fromCharCode(payload[at] ?? 0);
  return key;
}

function timeOf(stream: Stream, frame: Frame | undefined): number {
  if (stream.clockOffset === undefined || !frame) return Date.now() / 1000;
  return Number((frame.header.timeNs + stream.clockOffset) / 1_000n) / 1e6;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
    return Number.isNaN(b) ? 1 : a - b;
  }
  return String(a).localeCompare(String(b));
}

function sumOf(points: Map<number, number>): number {
  let sum = 0;
  for (const value of points.values()) if (!Number.isNaN(value)) sum += value;
  return sum;
}

/** A rate with three digits or fewer after the point, none for large ones. */
function rateText(rate: number): string {
  if (Number.isNaN(rate)) return '–';
  if (rate === 0) return '0';
  return Math.abs(rate) >= 100 ? String(Math.round(rate)) : String(Number(rate.toPrecision(3)));
}
