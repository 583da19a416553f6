import type { MapBatch } from '@probepad/protocol/decode';
import { leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import { isAmount, isSummed, sumOfCpus } from '@probepad/protocol/values/per-cpu';
import { PLAIN, type Presentation } from '@probepad/protocol/values/presentation';
import type { Value } from '@probepad/protocol/values/value';
import { slotsOf } from '@probepad/protocol/views/infer-views';
import { columnKey, type ViewColumn } from '../session/decoder.ts';
import { columnFacts } from './column-facts.ts';
import { type Shown, shownColumns } from './present.ts';
import type { ColumnFacts } from './query/columns.ts';

/** How one host's entries of a map are read. Hosts differ: their kernels have other type ids, and structs of other members. */
export interface MapLayout {
  columns: ViewColumn[];
  /** The first member of the key. */
  key(batch: MapBatch, row: number): Value;
  keyText(batch: MapBatch, row: number, context: FormatContext): string[];
  /** The value in the column of that name and role, over all CPUs where it can be; undefined where this host has no such column. */
  value(batch: MapBatch, row: number, column: ViewColumn): Value | undefined;
  text(batch: MapBatch, row: number, column: ViewColumn, context: FormatContext): string;
  /** What a filter can know of a column. */
  facts(column: ViewColumn): ColumnFacts | undefined;
  /** The column of the first amount, which bars and charts show. */
  main: ViewColumn | undefined;
  /** A member of the value by its leaf's name, over all CPUs where it can be. */
  member(name: string): ((batch: MapBatch, row: number) => Value) | undefined;
  /** Of a member of the value. */
  presentation(name: string): Presentation;
  /** Whether values hold slots. */
  hasSlots: boolean;
}

interface Place {
  shown: Shown;
  get(batch: MapBatch, row: number): Value;
}

export function planLayout(schema: ProbeSchema, source: Source): MapLayout {
  const keys =
    source.keyType === undefined
      ? bytesShown(source.keySize, 'key')
      : shownColumns(schema, source.keyType, 'key', 'key', leavesOf(schema, source.valueType ?? -1));
  const values =
    source.valueType === undefined
      ? bytesShown(source.valueSize, 'field')
      : shownColumns(schema, source.valueType, 'field', 'value');
  const places = [
    ...keys.map((shown, at): Place => ({ shown, get: (batch, row) => batch.keys[at]?.get(row) ?? null })),
    ...values.map((shown, at) => valuePlace(schema, source, shown, at)),
  ];
  const byColumn = new Map(places.map((place) => [columnKey(place.shown.column), place]));
  const main = places.find(
    ({ shown: { leaf, shown, column } }) =>
      column.role === 'field' && leaf.type >= 0 && isAmount(schema, leaf.type, shown.meaning),
  );
  const memberAt = (name: string): Place | undefined =>
    places.slice(keys.length).find(({ shown: { leaf } }) => leaf.name === name);
  return {
    columns: places.map(({ shown }) => shown.column),
    key: (batch, row) => batch.keys[0]?.get(row) ?? null,
    keyText: (batch, row, context) =>
      keys.map(({ shown }, at) => formatValue(batch.keys[at]?.get(row) ?? null, shown, context)),
    value: (batch, row, column) => byColumn.get(columnKey(column))?.get(batch, row),
    text(batch, row, column, context) {
      const place = byColumn.get(columnKey(column));
      return place ? formatValue(place.get(batch, row), place.shown.shown, context) : '';
    },
    facts(column) {
      const shown = byColumn.get(columnKey(column))?.shown;
      return shown && columnFacts(schema, shown);
    },
    main: main?.shown.column,
    member: (name) => memberAt(name)?.get,
    presentation: (name) => memberAt(name)?.shown.shown ?? PLAIN,
    hasSlots: slotsOf(schema, source).length > 0,
  };
}

function valuePlace(schema: ProbeSchema, source: Source, shown: Shown, at: number): Place {
  const first = (batch: MapBatch, row: number): Value => batch.values[at]?.get(row) ?? null;
  if (!source.perCpu) return { shown, get: first };
  const { column, leaf } = shown;
  if (leaf.type >= 0 && isSummed(schema, leaf.type, shown.shown.meaning)) {
    return {
      shown: { ...shown, column: { ...column, type: `${column.type}, summed over the CPUs` } },
      get: (batch, row) => sumOfCpus(batch.cpuValues?.map((columns) => columns[at]?.get(row) ?? null) ?? []),
    };
  }
  const name = `${column.name} (CPU 0)`;
  return {
    shown: { ...shown, column: { ...column, name, width: Math.max(column.width, name.length + 2) } },
    get: first,
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
  return [
    {
      leaf: { path: [], name: '', type: -1, offset: 0, size, tags: [] },
      column,
      shown: PLAIN,
      isText: false,
    },
  ];
}
