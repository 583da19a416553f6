/**
 * A schema and frames in, typed columns out. The browser's worker, the command line and exporters all use this one decoder.
 */
import { type Column, type ColumnPlan, planColumns } from './columns.ts';
import { type Frame, FrameError, forEachRecord } from './frames.ts';
import { recordTypeOf } from './record-types.ts';
import type { ProbeSchema, Source } from './schema.ts';
import { hexOf, readValue, textOf, type Value } from './values/value.ts';
import { stacksAsEntries } from './views/stack-table.ts';

/** Rows of one record type. */
export interface RecordBatch {
  /** The record's type, undefined when nothing is known: `columns` is then one column of hex, named `bytes`. */
  type: number | undefined;
  rows: number;
  columns: Column[];
  /** Each row's place within the source since the run began. */
  ordinals: BigUint64Array;
  /** The CPU of each row, for perf event arrays only. */
  cpus: Uint32Array | undefined;
}

/** One piece of a map snapshot. */
export interface MapBatch {
  /** Ordinal of the snapshot; pieces of one snapshot share it. */
  snapshot: bigint;
  first: boolean;
  last: boolean;
  /** The kernel could not give all entries. */
  partial: boolean;
  rows: number;
  keys: Column[];
  /** Columns of the value; of the first CPU's value for per-CPU maps, whose others `cpuValues` has. */
  values: Column[];
  /** For per-CPU maps: one list of columns per CPU. */
  cpuValues: Column[][] | undefined;
}

export interface TraceLine {
  timeNs: bigint;
  pid: number;
  cpu: number;
  comm: string;
  text: string;
}

export interface Decoder {
  schema: ProbeSchema;
  /** The source of a frame. @throws FrameError when the schema has none of that number. */
  sourceOf(frame: Frame): Source;
  /** `events` frames: one batch per record type that occurs, usually one. */
  records(frame: Frame): RecordBatch[];
  /** `map` frames of a `map` source, and `stacks` frames of a stack trace map: its entries as far as the frame has them. */
  map(frame: Frame): MapBatch;
  /** `map` frames of a `globals` source: the section as one struct value. */
  globals(frame: Frame): Value;
  /** `trace` frames. */
  trace(frame: Frame): TraceLine[];
}

/** The smallest layout that a trace record can have: u64 time, u32 pid, 16 bytes of task name. */
const TRACE_FIXED = 28;

export function createDecoder(schema: ProbeSchema): Decoder {
  const sources = new Map(schema.sources.map((source) => [source.id, source]));
  const plans = new Map<number, ColumnPlan>();

  function planOf(type: number): ColumnPlan {
    let plan = plans.get(type);
    if (plan === undefined) {
      plan = planColumns(schema, type);
      plans.set(type, plan);
    }
    return plan;
  }

  function sourceOf(frame: Frame): Source {
    const source = sources.get(frame.header.source);
    if (source === undefined)
      throw new FrameError(`frame names source ${frame.header.source}, which the schema lacks`);
    return source;
  }

  /** Columns of `count` values of `type` (or bytes) that lie `stride` apart from `base` on. */
  function stridedColumns(
    type: number | undefined,
    payload: Uint8Array,
    base: number,
    count: number,
    stride: number,
    size: number,
  ): Column[] {
    if (size === 0) return [];
    const starts = new Uint32Array(count);
    const ends = new Uint32Array(count);
    for (let row = 0; row < count; row++) {
      starts[row] = base + row * stride;
      ends[row] = base + row * stride + size;
    }
    return type === undefined
      ? [bytesColumn(payload, starts, ends)]
      : planOf(type).fill(payload, starts, ends);
  }

  function mapBatch(given: Frame): MapBatch {
    const source = sourceOf(given);
    const { header, payload } = given.header.kind === 'stacks' ? stacksAsEntries(given, source) : given;
    const cpus = source.perCpu ? header.aux : 1;
    const valueSize = source.perCpu ? (source.valueSize + 7) & ~7 : source.valueSize;
    const valuesAt = (header.count * source.keySize + 7) & ~7;
    if (valuesAt + header.count * valueSize * cpus > payload.byteLength) {
      throw new FrameError(`map frame of ${source.name} is cut short`);
    }
    const stride = valueSize * cpus;
    const valuesOf = (cpu: number): Column[] =>
      stridedColumns(
        source.valueType,
        payload,
        valuesAt + cpu * valueSize,
        header.count,
        stride,
        source.valueSize,
      );
    const cpuValues = source.perCpu ? Array.from({ length: cpus }, (_, cpu) => valuesOf(cpu)) : undefined;
    return {
      snapshot: header.seq,
      first: (header.flags & 1) !== 0,
      last: (header.flags & 2) !== 0,
      partial: (header.flags & 8) !== 0,
      rows: header.count,
      keys: stridedColumns(source.keyType, payload, 0, header.count, source.keySize, source.keySize),
      values: cpuValues?.[0] ?? valuesOf(0),
      cpuValues,
    };
  }

  return {
    schema,
    sourceOf,
    map: mapBatch,

    records(frame) {
      const source = sourceOf(frame);
      const starts: number[] = [];
      const ends: number[] = [];
      const words: number[] = [];
      forEachRecord(frame.payload, (start, end, aux) => {
        starts.push(start);
        ends.push(end);
        words.push(aux);
      });
      const groups = groupByType(schema, source, frame.payload, starts, ends);
      const perf = source.mapType === 'perf_event_array';
      return groups.map(({ type, rows }) => {
        const groupStarts = Uint32Array.from(rows, (row) => starts[row] as number);
        const groupEnds = Uint32Array.from(rows, (row) => ends[row] as number);
        return {
          type,
          rows: rows.length,
          columns:
            type === undefined
              ? [bytesColumn(frame.payload, groupStarts, groupEnds)]
              : planOf(type).fill(frame.payload, groupStarts, groupEnds),
          ordinals: BigUint64Array.from(rows, (row) => frame.header.seq + BigInt(row)),
          cpus: perf ? Uint32Array.from(rows, (row) => words[row] as number) : undefined,
        };
      });
    },

    globals(frame) {
      const source = sourceOf(frame);
      if (source.valueType === undefined) return hexOf(frame.payload, 8, frame.payload.byteLength);
      return readValue(schema, source.valueType, frame.payload, 8, frame.payload.byteLength);
    },

    trace(frame) {
      const lines: TraceLine[] = [];
      const { payload } = frame;
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      forEachRecord(payload, (start, end, cpu) => {
        if (end - start < TRACE_FIXED) throw new FrameError('trace record is cut short');
        lines.push({
          timeNs: view.getBigUint64(start, true),
          pid: view.getUint32(start + 8, true),
          cpu,
          comm: textOf(payload, start + 12, start + TRACE_FIXED),
          text: textOf(payload, start + TRACE_FIXED, end),
        });
      });
      return lines;
    },
  };
}

/** The name of the one column of records whose type is unknown. */
export const BYTES_COLUMN = 'bytes';

function bytesColumn(payload: Uint8Array, starts: Uint32Array, ends: Uint32Array): Column {
  return {
    leaf: { path: [BYTES_COLUMN], name: BYTES_COLUMN, type: -1, offset: 0, size: 0, tags: [] },
    data: undefined,
    get: (row) => hexOf(payload, starts[row] as number, ends[row] as number),
  };
}

function groupByType(
  schema: ProbeSchema,
  source: Source,
  payload: Uint8Array,
  starts: number[],
  ends: number[],
): { type: number | undefined; rows: number[] }[] {
  if (starts.length === 0) return [];
  const typeOf = recordTypeOf(schema, source);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const groups = new Map<number | undefined, number[]>();
  for (let row = 0; row < starts.length; row++) {
    const type = typeOf(view, starts[row] as number, ends[row] as number);
    const rows = groups.get(type);
    if (rows === undefined) groups.set(type, [row]);
    else rows.push(row);
  }
  return [...groups].map(([type, rows]) => ({ type, rows }));
}
