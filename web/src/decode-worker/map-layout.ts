import type { MapBatch } from '@probepad/protocol/decode';
import { leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { nameOfType } from '@probepad/protocol/types';
import { formatValue } from '@probepad/protocol/values/format';
import type { FormatContext } from '@probepad/protocol/values/format-context';
import { isAmount, isSummed, sumOfCpus } from '@probepad/protocol/values/per-cpu';
import { PLAIN, type Presentation } from '@probepad/protocol/values/presentation';
import type { Value } from '@probepad/protocol/values/value';
import { slotsOf } from '@probepad/protocol/views/infer-views';
import { measureOf } from '@probepad/protocol/views/leaf-roles';
import { columnKey, type ViewColumn } from '../session/decoder.ts';
import { columnFacts } from './column-facts.ts';
import { numberOf, type Shown, shownColumns } from './present.ts';
import type { ColumnFacts } from './query/columns.ts';

/** How one host's entries of a map are read. Hosts differ: their kernels have other type ids, and structs of other members. */
export interface MapLayout {
  columns: ViewColumn[];
  /** The first member of the key. */
  key(batch: MapBatch, row: number): Value;
  /** What names an entry in a chart: texts that its value holds (a command, a file), and its key. Of an address nobody tells more than of its text. */
  nameText(batch: MapBatch, row: number, context: FormatContext): string[];
  /** The value in the column of that name and role, over all CPUs where it can be; undefined where this host has no such column. */
  value(batch: MapBatch, row: number, column: ViewColumn): Value | undefined;
  text(batch: MapBatch, row: number, column: ViewColumn, context: FormatContext): string;
  /** What a filter can know of a column. */
  facts(column: ViewColumn): ColumnFacts | undefined;
  /** The C type of a column, however it is added up; empty where this host has no such column. */
  typeOf(column: ViewColumn): string;
  /** What each CPU holds in a column of a per-CPU map; undefined where there is one value for all. */
  cpuTexts(batch: MapBatch, row: number, column: ViewColumn, context: FormatContext): string[] | undefined;
  /** A number as the cells of the column show it. */
  format(column: ViewColumn, number: number): string;
  /** The columns of amounts, whose growth is told; the first is what bars and charts show. */
  amounts: readonly ViewColumn[];
  /** By amount: whether it goes up and down, or is no counter for all that can be known. */
  gauges: readonly boolean[];
  /** By amount; NaN where there is none. */
  numbers(batch: MapBatch, row: number): number[];
  /** The member that the first of them is, by its leaf's name. */
  mainMember: string | undefined;
  /** A member of the value by its leaf's name, over all CPUs where it can be. */
  member(name: string): ((batch: MapBatch, row: number) => Value) | undefined;
  /** Of a member of the value. */
  presentation(name: string): Presentation;
  /** Whether values hold slots. */
  hasSlots: boolean;
}

/** Texts that name what is counted; `max_comm` is only one of those that were. */
const NAME = /^(comm|task|command|cmd|(disk|dev|file|f|func)?_?name|file|path|disk|symbol)$/;

/** A pointer that nothing gives a name to. */
const ADDRESS = /^0x[0-9a-f]+$/;

/** Their growth is reckoned for each entry of each snapshot. */
const AMOUNTS_MAX = 6;

interface Place {
  shown: Shown;
  get(batch: MapBatch, row: number): Value;
  /** By CPU. */
  each?: ((batch: MapBatch, row: number) => Value[]) | undefined;
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
  const amounts = places
    .filter(
      ({ shown: { leaf, shown, column } }) =>
        column.role === 'field' && leaf.type >= 0 && isAmount(schema, leaf.type, shown.meaning),
    )
    .slice(0, AMOUNTS_MAX);
  const memberAt = (name: string): Place | undefined =>
    places.slice(keys.length).find(({ shown: { leaf } }) => leaf.name === name);
  const texts = places
    .slice(keys.length)
    .filter(({ shown }) => NAME.test(shown.leaf.name) && columnFacts(schema, shown).kind === 'text');
  return {
    columns: places.map(({ shown }) => shown.column),
    key: (batch, row) => batch.keys[0]?.get(row) ?? null,
    nameText(batch, row, context) {
      const said = texts
        .map(({ shown, get }) => formatValue(get(batch, row), shown.shown, context))
        .filter(Boolean);
      const key = keys.map(({ shown }, at) => formatValue(batch.keys[at]?.get(row) ?? null, shown, context));
      return said.length === 0 ? key : [...said, ...key.filter((text) => !ADDRESS.test(text))];
    },
    value: (batch, row, column) => byColumn.get(columnKey(column))?.get(batch, row),
    text(batch, row, column, context) {
      const place = byColumn.get(columnKey(column));
      return place ? formatValue(place.get(batch, row), place.shown.shown, context) : '';
    },
    facts(column) {
      const shown = byColumn.get(columnKey(column))?.shown;
      return shown && columnFacts(schema, shown);
    },
    cpuTexts(batch, row, column, context) {
      const place = byColumn.get(columnKey(column));
      return place?.each?.(batch, row).map((value) => formatValue(value, place.shown.shown, context));
    },
    typeOf(column) {
      const type = byColumn.get(columnKey(column))?.shown.leaf.type ?? -1;
      return type < 0 ? column.type : nameOfType(schema, type);
    },
    format(column, number) {
      const place = byColumn.get(columnKey(column));
      return place ? formatValue(number, place.shown.shown, {}) : '';
    },
    amounts: amounts.map(({ shown }) => shown.column),
    gauges: amounts.map(({ shown: { leaf } }) => measureOf(schema, leaf, source.name)?.growth !== 'counter'),
    numbers: (batch, row) => amounts.map(({ get }) => numberOf(get(batch, row))),
    mainMember: amounts[0]?.shown.leaf.name,
    member: (name) => memberAt(name)?.get,
    presentation: (name) => memberAt(name)?.shown.shown ?? PLAIN,
    hasSlots: slotsOf(schema, source).length > 0,
  };
}

function valuePlace(schema: ProbeSchema, source: Source, shown: Shown, at: number): Place {
  const first = (batch: MapBatch, row: number): Value => batch.values[at]?.get(row) ?? null;
  if (!source.perCpu) return { shown, get: first };
  const { column, leaf } = shown;
  const each = (batch: MapBatch, row: number): Value[] =>
    batch.cpuValues?.map((columns) => columns[at]?.get(row) ?? null) ?? [];
  if (leaf.type >= 0 && isSummed(schema, leaf.type, shown.shown.meaning)) {
    return {
      shown: { ...shown, column: { ...column, type: `${column.type}, summed over the CPUs` } },
      get: (batch, row) => sumOfCpus(each(batch, row)),
      each,
    };
  }
  const name = `${column.name} (CPU 0)`;
  return {
    shown: { ...shown, column: { ...column, name, width: Math.max(column.width, name.length + 2) } },
    get: first,
    each,
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
