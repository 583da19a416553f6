/** Numeric maps as metrics: families of counters, gauges and histograms with labels, for Prometheus and OTLP alike. */
import { createDecoder, type MapBatch } from '../decode.ts';
import type { Frame } from '../frames.ts';
import { type Leaf, leavesOf } from '../leaves.ts';
import type { ProbeSchema, Source } from '../schema.ts';
import { formatRaw, formatValue } from '../values/format.ts';
import type { FormatContext } from '../values/format-context.ts';
import type { Meaning } from '../values/meaning.ts';
import { sumOfCpus } from '../values/per-cpu.ts';
import { type Presentation, presentLeaves } from '../values/presentation.ts';
import type { Value } from '../values/value.ts';
import { inferViews } from '../views/infer-views.ts';
import type { Measure, Slots } from '../views/view.ts';

export type MetricUnit = 'seconds' | 'bytes' | undefined;

/** All series of one name. */
export type MetricFamily = {
  /** Source and member, of the characters that metric names have: `counts`, `opens_duration`. Without unit or kind. */
  name: string;
  unit: MetricUnit;
  /** For people: where it comes from. */
  help: string;
} & (
  | { kind: 'counter' | 'gauge'; points: { labels: Labels; value: number }[] }
  | { kind: 'histogram'; points: { labels: Labels; buckets: Buckets }[] }
);

export type Labels = readonly (readonly [name: string, value: string])[];

/** Counts by size; not cumulative. */
export interface Buckets {
  /** The largest value that each bucket but the last takes, ascending; the last takes all that is larger. */
  bounds: number[];
  /** One more than bounds. */
  counts: number[];
}

export interface MapMetrics {
  families: MetricFamily[];
  /** Series that were left out, because there were more than `SERIES_MAX`. */
  omitted: number;
}

/** Series of one map on one host; of more, those with the largest values are told. */
export const SERIES_MAX = 1000;
/** Characters of a label's value. */
const LABEL_MAX = 256;

/** Sources of a program that metrics are made of: maps with amounts or histograms, but for those that it keeps for its own use. */
export function metricSources(schema: ProbeSchema): Source[] {
  return inferViews(schema).flatMap(({ source: name, interest, views }) => {
    const source = schema.sources.find((each) => each.name === name);
    if (source?.kind !== 'map' || interest === 'working') return [];
    const { measures, slots } = shapeOf(views);
    return measures.length > 0 || slots !== undefined ? [source] : [];
  });
}

function shapeOf(views: ReturnType<typeof inferViews>[number]['views']): {
  measures: Measure[];
  slots: Slots | undefined;
} {
  const slots = views.flatMap((view) => ('slots' in view ? view.slots : []))[0];
  const measures = views.flatMap((view) =>
    view.kind === 'chart' || view.kind === 'bars' || view.kind === 'number' ? view.measures : [],
  );
  return { slots, measures: [...new Map(measures.map((each) => [each.column, each])).values()] };
}

/**
 * What one whole snapshot of a map says.
 * @param frames all pieces of the snapshot
 */
export function mapMetrics(
  schema: ProbeSchema,
  source: Source,
  frames: readonly Frame[],
  context: FormatContext = {},
): MapMetrics {
  const views = inferViews(schema).find((each) => each.source === source.name)?.views ?? [];
  const { measures, slots } = shapeOf(views);
  const decoder = createDecoder(schema);
  const batches = frames.map((frame) => decoder.map(frame));
  const { valueType } = source;
  if (valueType === undefined) return { families: [], omitted: 0 };
  const shown = presentationsOf(schema, valueType);
  const rows = batches.flatMap((batch) => Array.from({ length: batch.rows }, (_, row) => ({ batch, row })));

  if (slots?.in === 'entries') return slotEntries(source, slots, rows, shown.get(slots.column));
  const labelsOf = labelReader(schema, source, context);
  // Texts are made for what is told only: a map may have a hundred times as many entries.
  if (slots !== undefined) {
    const listsOf = ({ batch, row }: Row) => slotLists(valueAt(batch, row, slots.column), slots);
    let count = 0;
    // What is among the largest lists of all lies in a row that is among those with the largest lists.
    const heavy = largest(rows, (each) => {
      const lists = listsOf(each);
      count += lists.length;
      return Math.max(0, ...lists.map(([, list]) => sumOf(list)));
    });
    const points = heavy.flatMap((each) => {
      const labels = labelsOf(each.batch, each.row);
      return listsOf(each).map(([extra, list]) => ({
        labels: [...labels, ...extra],
        buckets: bucketsOf(list, slots.scale, shown.get(slots.column)),
      }));
    });
    const kept = largest(points, ({ buckets }) => sumOf(buckets.counts));
    const histogram: MetricFamily = {
      ...nameOf(source, slots.column, shown),
      kind: 'histogram',
      points: mergeEqual(kept, addBuckets),
    };
    // Nothing is weighed where all rows are told.
    const all = rows.length > heavy.length ? count : points.length;
    return { families: [histogram], omitted: all - kept.length };
  }
  const first = measures[0]?.column ?? '';
  const kept = largest(rows, ({ batch, row }) => Number(valueAt(batch, row, first)) || 0).map(
    ({ batch, row }) => ({ labels: labelsOf(batch, row), batch, row }),
  );
  const families = measures.map(({ column, growth }): MetricFamily => {
    const { divisor } = unitOf(shown.get(column));
    return {
      ...nameOf(source, column, shown),
      kind: growth,
      points: mergeEqual(
        kept.flatMap(({ labels, batch, row }) => {
          const value = valueAt(batch, row, column);
          return typeof value === 'number' || typeof value === 'bigint'
            ? [{ labels, value: Number(value) / divisor }]
            : [];
        }),
        (a, b) => ({ ...a, value: growth === 'counter' ? a.value + b.value : Math.max(a.value, b.value) }),
      ),
    };
  });
  return { families, omitted: (rows.length - kept.length) * measures.length };
}

interface Row {
  batch: MapBatch;
  row: number;
}

/** Keys that differ may read the same, when a text is cut. One set of labels has one sample. */
function mergeEqual<T extends { labels: Labels }>(points: readonly T[], merge: (a: T, b: T) => T): T[] {
  const byLabels = new Map<string, T>();
  for (const point of points) {
    const key = JSON.stringify(point.labels);
    const known = byLabels.get(key);
    byLabels.set(key, known === undefined ? point : merge(known, point));
  }
  return [...byLabels.values()];
}

type Histogram = { labels: Labels; buckets: Buckets };

function addBuckets(a: Histogram, b: Histogram): Histogram {
  const counts = a.buckets.counts.map((each, at) => each + (b.buckets.counts[at] ?? 0));
  return { labels: a.labels, buckets: { bounds: a.buckets.bounds, counts } };
}

function sumOf(list: readonly number[]): number {
  return list.reduce((sum, count) => sum + (count || 0), 0);
}

function largest<T>(all: readonly T[], weight: (each: T) => number): T[] {
  if (all.length <= SERIES_MAX) return [...all];
  return all
    .map((each) => ({ each, weight: weight(each) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, SERIES_MAX)
    .map(({ each }) => each);
}

function presentationsOf(schema: ProbeSchema, type: number): Map<string, Presentation> {
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type);
  return new Map(leaves.map((leaf, at) => [leaf.name, shown[at] ?? { meaning: 'plain' }]));
}

/** The value of a column, summed over CPUs. */
function valueAt({ values, cpuValues }: MapBatch, row: number, column: string): Value {
  const at = values.findIndex(({ leaf }) => leaf.name === column);
  if (cpuValues === undefined) return values[at]?.get(row) ?? null;
  return sumOfCpus(cpuValues.map((cpu) => cpu[at]?.get(row) ?? null));
}

/** Prometheus wants base units: seconds and bytes. Divided, for a billionth is no binary fraction. */
const UNITS: Partial<Record<Meaning, { unit: MetricUnit; divisor: number }>> = {
  duration_ns: { unit: 'seconds', divisor: 1e9 },
  duration_us: { unit: 'seconds', divisor: 1e6 },
  duration_ms: { unit: 'seconds', divisor: 1e3 },
  duration_s: { unit: 'seconds', divisor: 1 },
  bytes: { unit: 'bytes', divisor: 1 },
  kibibytes: { unit: 'bytes', divisor: 1 / 1024 },
};

function unitOf(shown: Presentation | undefined): { unit: MetricUnit; divisor: number } {
  return UNITS[shown?.meaning ?? 'plain'] ?? { unit: undefined, divisor: 1 };
}

function nameOf(
  source: Source,
  column: string,
  shown: ReadonlyMap<string, Presentation>,
): Pick<MetricFamily, 'name' | 'unit' | 'help'> {
  const { unit } = unitOf(shown.get(column));
  const name = metricName([source.name, column].filter((part) => part !== '').join('_'));
  // `delay_ns` in seconds is no `delay_ns_seconds`.
  const bare =
    unit === undefined
      ? name
      : name.replace(/_(ns|nsecs?|us|usecs?|ms|msecs?|secs?|seconds|bytes|kb|kib)$/i, '');
  const what = column === '' ? `values of the map ${source.name}` : `${column} in the map ${source.name}`;
  return { name: bare, unit, help: what };
}

/** Characters that neither Prometheus nor its users' queries take become underscores. */
export function metricName(text: string): string {
  return text.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '') || 'unnamed';
}

/** Amounts are written as short as people like them, so many read the same: in a label they are the number that the program keeps. */
const ROUNDED = new Set<Meaning>([
  'duration_ns',
  'duration_us',
  'duration_ms',
  'duration_s',
  'time_ns',
  'time_us',
  'bytes',
  'kibibytes',
  'bytes_per_second',
  'percent',
  'result',
]);

/** Names of labels that the exporters add themselves. */
const TAKEN = new Set(['run', 'host', 'le', 'instance', 'job', 'quantile']);

function labelReader(
  schema: ProbeSchema,
  source: Source,
  context: FormatContext,
): (batch: MapBatch, row: number) => Labels {
  const { keyType, valueType } = source;
  const leaves: readonly Leaf[] = keyType === undefined ? [] : leavesOf(schema, keyType);
  const beside = valueType === undefined ? [] : leavesOf(schema, valueType);
  const shown = keyType === undefined ? [] : presentLeaves(schema, leaves, keyType, beside);
  const names: string[] = [];
  for (const leaf of leaves) {
    const base = metricName(leaf.name === '' ? 'key' : leaf.name);
    let name = TAKEN.has(base) || /^\d|^__/.test(base) ? `key_${base}` : base;
    while (names.includes(name)) name = `${name}_`;
    names.push(name);
  }
  const textOf = (value: Value, how: Presentation | undefined): string =>
    ROUNDED.has(how?.meaning ?? 'plain') || ROUNDED.has(how?.element?.meaning ?? 'plain')
      ? formatRaw(value)
      : formatValue(value, how, context);
  return (batch, row) =>
    batch.keys.map((column, at): [string, string] => [
      names[at] ?? 'key',
      textOf(column.get(row), shown[at]).slice(0, LABEL_MAX),
    ]);
}

/** Each entry of the map is a slot of the one histogram. */
function slotEntries(
  source: Source,
  slots: Slots,
  rows: readonly { batch: MapBatch; row: number }[],
  shown: Presentation | undefined,
): MapMetrics {
  const list: number[] = Array.from({ length: source.maxEntries }, () => 0);
  for (const { batch, row } of rows) {
    const slot = Number(batch.keys[0]?.get(row) ?? -1);
    if (slot in list) list[slot] = Number(valueAt(batch, row, slots.column));
  }
  const points = [{ labels: [], buckets: bucketsOf(list, slots.scale, shown) }];
  const names = nameOf(source, slots.column, new Map([[slots.column, shown ?? { meaning: 'plain' }]]));
  return { families: [{ ...names, kind: 'histogram', points }], omitted: 0 };
}

/** The lists of counts in a value, each with what tells it from the others. */
function slotLists(value: Value, slots: Slots): [extra: Labels, list: number[]][] {
  if (!Array.isArray(value)) return [];
  if (slots.in !== 'list') return [[[], value.map(Number)]];
  return value.flatMap((each, at): [Labels, number[]][] => {
    const list =
      typeof each === 'object' && each !== null && !Array.isArray(each) ? each[slots.member] : undefined;
    return Array.isArray(list) ? [[[['index', String(at)]], list.map(Number)]] : [];
  });
}

/**
 * Log2: slot n counts integers from 2^n (the first from 0) up to 2^(n+1)-1; linear: the value n. What is too large for any slot is
 * counted in the last one, which has no bound therefore.
 */
function bucketsOf(list: readonly number[], scale: Slots['scale'], shown: Presentation | undefined): Buckets {
  const { divisor } = unitOf(shown);
  const bounds = list
    .slice(0, -1)
    .map((_, slot) => (scale === 'log2' ? 2 ** (slot + 1) - 1 : slot) / divisor);
  return { bounds, counts: list.map((count) => count || 0) };
}
