import type { MapBatch } from '@probepad/protocol/decode';
import type { Source } from '@probepad/protocol/schema';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import type { Value } from '@probepad/protocol/values/value';
import { type CellFact, columnKey, type ViewColumn } from '../session/decoder.ts';
import type { EntryReading } from './entry-filter.ts';
import type { MapLayout } from './map-layout.ts';
import { contextOf, HOST_COLUMN } from './present.ts';
import type { ColumnFacts } from './query/columns.ts';
import { rawText } from './raw-text.ts';
import type { Stream } from './stream.ts';

/** The map on one host. */
export interface MapMember {
  stream: Stream;
  source: Source;
  layout: MapLayout;
  /** The newest that is whole. */
  snapshot: MapSnapshot | undefined;
}

export interface MapSnapshot {
  entries: MapEntry[];
  byId: Map<string, MapEntry>;
  /** CLOCK_MONOTONIC of the host, in nanoseconds and in seconds. */
  timeNs: bigint;
  time: number;
  partial: boolean;
}

export interface MapEntry {
  id: string;
  member: MapMember;
  batch: MapBatch;
  row: number;
  /** CLOCK_MONOTONIC of its snapshot. */
  timeNs: bigint;
  /** By amount, as `MapLayout.amounts` has them; NaN where there is none. */
  numbers: readonly number[];
  /** Their change a second since the snapshot before; NaN at first. */
  rates: readonly number[];
}

/** How the entries of all hosts are read and written, with the columns that any of them has. */
export interface MapReading extends EntryReading<MapEntry> {
  cells(entry: MapEntry): string[];
  /** What names it in charts. @param asking whether the host is asked for names that it has not told yet */
  label(entry: MapEntry, asking: boolean): string;
  /** What stands behind the cells. */
  behind(entry: MapEntry): CellFact[];
  /** A number of a column as its cells show it, in sums and means too. */
  format(column: ViewColumn, number: number): string;
  /** The column of the first amount, which has bars; undefined without one. */
  main: ViewColumn | undefined;
}

const RATE: ViewColumn = {
  name: 'per second',
  type: 'change since the last snapshot',
  align: 'number',
  width: 12,
  role: 'rate',
};
const TREND: ViewColumn = {
  name: 'trend',
  type: 'growth over the last snapshots',
  align: 'text',
  width: 14,
  role: 'trend',
  hidden: true,
};

export function readingOf(members: readonly MapMember[]): MapReading {
  const layouts = members.map(({ layout }) => layout);
  const own = distinct(layouts.flatMap((layout) => layout.columns));
  const mains = new Set(layouts.flatMap((layout) => layout.amounts.slice(0, 1).map(columnKey)));
  const hasRates = layouts.some(({ amounts, hasSlots }) => amounts.length > 0 && !hasSlots);
  const rates = distinct(layouts.flatMap((layout) => layout.amounts.map(rateOf)));
  const columns = [
    ...(members.length > 1 ? [HOST_COLUMN] : []),
    ...own.filter(({ role }) => role === 'key'),
    ...own.filter(({ role }) => role === 'field'),
    ...(hasRates ? [...rates, TREND] : []),
  ];
  /** Where a rate stands among the numbers of each host's entries. */
  const places = new Map(
    rates.map((rate) => [
      columnKey(rate),
      new Map(
        layouts.map((layout) => [
          layout,
          layout.amounts.findIndex((amount, at) => columnKey(rateOf(amount, at)) === columnKey(rate)),
        ]),
      ),
    ]),
  );
  const rateIn = ({ member, rates: each }: MapEntry, column: ViewColumn): number =>
    each[places.get(columnKey(column))?.get(member.layout) ?? -1] ?? Number.NaN;

  function text(entry: MapEntry, column: ViewColumn): string {
    const { member, batch, row } = entry;
    switch (column.role) {
      case 'host':
        return member.stream.hostName;
      case 'rate':
        return rateText(rateIn(entry, column));
      case 'trend':
        return '';
      default:
        return member.layout.text(batch, row, column, contextFor(entry));
    }
  }

  return {
    columns,
    main: own.find((column) => mains.has(columnKey(column))),
    text,
    cells: (entry) => columns.map((column) => text(entry, column)),
    label(entry, asking) {
      const { member, batch, row } = entry;
      const context = contextFor(entry);
      const own = asking ? context : { ...context, names: member.stream.known };
      return member.layout.nameText(batch, row, own).join(' · ');
    },
    value(entry, column): Value {
      const { member, batch, row } = entry;
      if (column.role === 'host') return member.stream.hostName;
      if (column.role !== 'rate') return member.layout.value(batch, row, column) ?? null;
      const rate = rateIn(entry, column);
      return Number.isNaN(rate) ? null : rate;
    },
    facts(column): ColumnFacts {
      for (const layout of layouts) {
        const facts = layout.facts(column);
        if (facts) return facts;
      }
      return { name: column.name, kind: column.role === 'rate' ? 'number' : 'text' };
    },
    behind(entry) {
      const { member, batch, row } = entry;
      return columns.flatMap((column) => {
        const value = member.layout.value(batch, row, column);
        if (value === undefined || (column.role !== 'key' && column.role !== 'field')) return [];
        const cpus = member.layout.cpuTexts(batch, row, column, contextFor(entry));
        const { name: path } = column;
        const type = member.layout.typeOf(column);
        return [{ column: columnKey(column), path, type, raw: rawText(value), ...(cpus && { cpus }) }];
      });
    },
    format(column, number) {
      if (column.role === 'rate') return rateText(number);
      return layouts.find((layout) => layout.facts(column) !== undefined)?.format(column, number) ?? '';
    },
  };
}

/** That of a host's first amount is shown beside it, those of others when somebody asks for them. */
function rateOf(amount: ViewColumn, at: number): ViewColumn {
  if (at === 0) return RATE;
  const name = `${amount.name} per second`;
  return { ...RATE, name, width: Math.max(RATE.width, name.length + 2), hidden: true };
}

function distinct(columns: readonly ViewColumn[]): ViewColumn[] {
  const byKey = new Map<string, ViewColumn>();
  for (const column of columns) if (!byKey.has(columnKey(column))) byKey.set(columnKey(column), column);
  return [...byKey.values()];
}

function contextFor({ member, timeNs }: MapEntry): FormatContext {
  return contextOf(member.stream, timeNs);
}

/** A rate with three digits or fewer after the point, none for large ones. */
function rateText(rate: number): string {
  if (Number.isNaN(rate)) return '–';
  if (rate === 0) return '0';
  return Math.abs(rate) >= 100 ? String(Math.round(rate)) : String(Number(rate.toPrecision(3)));
}
