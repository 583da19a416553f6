/** What a source tells as rows of typed columns, which are known before any row: what `probepad run --format` writes. */
import type { Column } from '../columns.ts';
import { createDecoder, type Decoder, type MapBatch } from '../decode.ts';
import { FRAME_FLAGS, type Frame } from '../frames.ts';
import { type Leaf, leavesOf } from '../leaves.ts';
import type { ProbeSchema, Source } from '../schema.ts';
import { nameOfType } from '../types.ts';
import { isSummed, sumOfCpus } from '../values/per-cpu.ts';
import { presentLeaves } from '../values/presentation.ts';
import type { Value } from '../values/value.ts';
import { coerce, distinctFileNames, type FileColumn, type FileType, memberType } from './file-column.ts';

/** Where and when rows come from. */
export interface RowOrigin {
  host: string;
  /** The host's CLOCK_REALTIME minus CLOCK_MONOTONIC in ns; undefined where it is not known, then no row has a time. */
  clockOffset: bigint | undefined;
}

export interface SourceTable {
  columns: readonly FileColumn[];
  /**
   * The rows that are whole with this frame: records, lines, or the entries of a map (the variables of a section) as they were at that
   * time. A snapshot of which a piece is missing gives none.
   */
  rows(frame: Frame, origin: RowOrigin): Value[][];
}

/** `time` is when the row's frame was made: for events within a few milliseconds of when they happened. */
const PLACE: readonly FileColumn[] = [
  { name: 'time', type: 'timestamp' },
  { name: 'host', type: 'text' },
];

/** The rows of one source on one host. Frames of other sources are not for it. */
export function sourceTable(schema: ProbeSchema, source: Source): SourceTable {
  const decoder = createDecoder(schema);
  switch (source.kind) {
    case 'events':
      return eventsTable(decoder, source);
    case 'map':
      return mapTable(decoder, source);
    case 'globals':
      return globalsTable(decoder, source);
    case 'trace':
      return traceTable(decoder);
    case 'text':
      return textTable();
  }
}

/** A member as a column, and how a decoded value of it is written. */
export interface MemberColumn extends FileColumn {
  leaf: Leaf;
  convert(value: Value): Value;
}

/** The members of a type; `scalar` names the one of a type that is no struct. */
export function memberColumns(
  schema: ProbeSchema,
  type: number,
  scalar: string,
  beside?: number,
): MemberColumn[] {
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type, beside === undefined ? [] : leavesOf(schema, beside));
  return leaves.map((leaf, at) => ({
    leaf,
    name: leaf.name === '' ? scalar : leaf.name,
    ...memberType(schema, leaf, shown[at] ?? { meaning: 'plain' }),
  }));
}

function timeOf({ header }: Frame, { clockOffset }: RowOrigin): Value {
  return clockOffset === undefined ? null : header.timeNs + clockOffset;
}

/** When and where, then the columns of a source; no two of one name. */
export function withPlace(columns: readonly FileColumn[]): FileColumn[] {
  const all = [...PLACE, ...columns];
  const names = distinctFileNames(all.map(({ name }) => name));
  return all.map(({ type }, at) => ({ name: names[at] as string, type }));
}

/** Columns of one name become one: of their type, or of text where they differ. */
export function joinColumns(columns: readonly FileColumn[]): FileColumn[] {
  const byName = new Map<string, FileType>();
  for (const { name, type } of columns) {
    const known = byName.get(name);
    byName.set(name, known === undefined || sameType(known, type) ? type : 'text');
  }
  return [...byName].map(([name, type]) => ({ name, type }));
}

const BYTES: FileColumn = { name: 'bytes', type: 'text' };
const RECORD: FileColumn = { name: 'record', type: 'text' };
const CPU: FileColumn = { name: 'cpu', type: 'uint32' };

/** Records of several types share the columns of one name; what a record has no member for is null. */
function eventsTable(decoder: Decoder, source: Source): SourceTable {
  const { schema } = decoder;
  const types = new Map(source.records.map(({ type }) => [type, memberColumns(schema, type, 'value')]));
  const several = types.size > 1 ? [RECORD] : [];
  const perf = source.mapType === 'perf_event_array' ? [CPU] : [];
  const members = types.size === 0 ? [BYTES] : joinColumns([...types.values()].flat());
  return {
    columns: withPlace([...perf, ...several, ...members]),
    rows(frame, origin) {
      if (frame.header.kind !== 'events') return [];
      const time = timeOf(frame, origin);
      const found: { ordinal: bigint; row: Value[] }[] = [];
      for (const { type, rows, columns, ordinals, cpus } of decoder.records(frame)) {
        const own = type === undefined ? undefined : types.get(type);
        const cells = members.map(({ name, type: wanted }) => {
          const at = own?.findIndex((member) => member.name === name) ?? 0;
          return readerOf(columns[at], own?.[at], wanted);
        });
        const record = type === undefined ? '' : nameOfType(schema, type).replace(/^struct /, '');
        for (let row = 0; row < rows; row++) {
          const place = [time, origin.host];
          if (perf.length > 0) place.push(cpus?.[row] ?? null);
          if (several.length > 0) place.push(record);
          found.push({
            ordinal: ordinals[row] as bigint,
            row: [...place, ...cells.map((read) => read(row))],
          });
        }
      }
      // Records of several types come type by type.
      if (several.length > 0) found.sort((a, b) => Number(a.ordinal - b.ordinal));
      return found.map(({ row }) => row);
    },
  };
}

function sameType(a: FileType, b: FileType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function readerOf(
  column: Column | undefined,
  member: MemberColumn | undefined,
  wanted: FileType,
): (row: number) => Value {
  if (column === undefined) return () => null;
  if (member === undefined) return (row) => column.get(row);
  return (row) => coerce(member.convert(column.get(row)), wanted);
}

/** Entries of a map, one by one. */
export interface EntryReader {
  columns: readonly FileColumn[];
  cells(batch: MapBatch, row: number): Value[];
}

/** Values of a per-CPU map are summed where they are amounts; else the column is a list, with a place for each CPU. */
export function entryReader(schema: ProbeSchema, source: Source): EntryReader {
  const { keyType, valueType, perCpu } = source;
  const keys =
    keyType === undefined
      ? undefined
      : memberColumns(schema, keyType, 'key', valueType).map((member) => ({
          ...member,
          name: member.leaf.name === '' ? 'key' : `key.${member.leaf.name}`,
        }));
  const values =
    valueType === undefined
      ? undefined
      : memberColumns(schema, valueType, 'value').map((member) =>
          overCpus(schema, member, valueType, perCpu),
        );
  const keyColumns = keys ?? (source.keySize > 0 ? [{ ...BYTES, name: 'key' }] : []);
  const valueColumns = values ?? (source.valueSize > 0 ? [{ ...BYTES, name: 'value' }] : []);
  return {
    columns: [...keyColumns, ...valueColumns].map(({ name, type }) => ({ name, type })),
    cells: ({ keys: keyCells, values: valueCells, cpuValues }, row) => [
      ...keyColumns.map((_, at) => {
        const raw = keyCells[at]?.get(row) ?? null;
        return keys === undefined ? raw : (keys[at]?.convert(raw) ?? null);
      }),
      ...valueColumns.map((_, at) => {
        const member = values?.[at];
        if (member === undefined) return valueCells[at]?.get(row) ?? null;
        return member.over((cpuValues ?? [valueCells]).map((cells) => cells[at]?.get(row) ?? null));
      }),
    ],
  };
}

function mapTable(decoder: Decoder, source: Source): SourceTable {
  const entries = entryReader(decoder.schema, source);
  /** Pieces of the snapshot that is coming. */
  let pieces: MapBatch[] = [];
  return {
    columns: withPlace(entries.columns),
    rows(frame, origin) {
      if (frame.header.kind !== 'map' && frame.header.kind !== 'stacks') return [];
      const batch = decoder.map(frame);
      if (batch.first) pieces = [];
      else if (pieces.at(-1)?.snapshot !== batch.snapshot) return [];
      pieces.push(batch);
      if (!batch.last) return [];
      const whole = pieces;
      pieces = [];
      const time = timeOf(frame, origin);
      return whole.flatMap((each) =>
        Array.from({ length: each.rows }, (_, row) => [time, origin.host, ...entries.cells(each, row)]),
      );
    },
  };
}

interface ValueColumn extends FileColumn {
  /** From the values of all CPUs, which is one where the map is not per-CPU. */
  over(values: readonly Value[]): Value;
}

function overCpus(schema: ProbeSchema, member: MemberColumn, around: number, perCpu: boolean): ValueColumn {
  const { name, type, leaf, convert } = member;
  if (!perCpu) return { name, type, over: ([value]) => convert(value ?? null) };
  const [shown] = presentLeaves(schema, [leaf], around);
  if (isSummed(schema, leaf.type, shown?.meaning ?? 'plain')) {
    // A sum may need more bits than each part.
    const wide = widened(type);
    return { name, type: wide, over: (values) => coerce(sumOfCpus(values), wide) };
  }
  const listed: FileType = typeof type === 'object' ? 'text' : { list: type };
  return { name, type: listed, over: (values) => coerce(values.map(convert), listed) };
}

function widened(type: FileType): FileType {
  if (typeof type === 'object') {
    const element = widened(type.list);
    return typeof element === 'object' ? type : { list: element };
  }
  if (/^u?int/.test(type)) return type.startsWith('u') ? 'uint64' : 'int64';
  return type === 'float32' ? 'float64' : type;
}

function globalsTable(decoder: Decoder, source: Source): SourceTable {
  const members =
    source.valueType === undefined ? [] : memberColumns(decoder.schema, source.valueType, 'value');
  return {
    columns: withPlace(members.length > 0 ? members : [BYTES]),
    rows(frame, origin) {
      if (frame.header.kind !== 'map') return [];
      const value = decoder.globals(frame);
      const cells =
        members.length > 0
          ? members.map(({ leaf, convert }) => convert(memberOf(value, leaf.path)))
          : [value];
      return [[timeOf(frame, origin), origin.host, ...cells]];
    },
  };
}

function memberOf(value: Value, path: readonly string[]): Value {
  return path.reduce<Value>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner[name] ?? null) : null,
    value,
  );
}

function traceTable(decoder: Decoder): SourceTable {
  return {
    columns: [
      ...PLACE,
      { name: 'comm', type: 'text' },
      { name: 'pid', type: 'uint32' },
      CPU,
      { name: 'text', type: 'text' },
    ],
    rows(frame, { host, clockOffset }) {
      if (frame.header.kind !== 'trace') return [];
      return decoder
        .trace(frame)
        .map(({ timeNs, comm, pid, cpu, text }) => [
          clockOffset === undefined ? null : timeNs + clockOffset,
          host,
          comm,
          pid,
          cpu,
          text.replace(/\n$/, ''),
        ]);
    },
  };
}

/** The WHATWG decoder, see `values/value.ts`. */
declare const TextDecoder: new (
  label: string,
) => { decode(bytes?: Uint8Array, options?: { stream: boolean }): string };

/** Lines of text that comes cut anywhere. The last one of a turn of the iterator needs no newline. */
function textTable(): SourceTable {
  const utf8 = new TextDecoder('utf-8');
  let begun = '';
  return {
    columns: [...PLACE, { name: 'text', type: 'text' }],
    rows(frame, origin) {
      if (frame.header.kind !== 'text') return [];
      const lines = (begun + utf8.decode(frame.payload, { stream: true })).split('\n');
      begun = lines.pop() ?? '';
      if ((frame.header.flags & FRAME_FLAGS.last) !== 0 && begun !== '') {
        lines.push(begun);
        begun = '';
      }
      const time = timeOf(frame, origin);
      return lines.map((line) => [time, origin.host, line]);
    },
  };
}
