/**
 * Requests of the OpenTelemetry protocol in its JSON form: opentelemetry-proto 1.x, `collector/metrics/v1` and `collector/logs/v1`;
 * 64-bit integers are decimal strings there (proto3's JSON mapping).
 */
import type { FileColumn } from '@probepad/protocol/export/file-column';
import type { Labels, MetricFamily } from '@probepad/protocol/export/metrics';
import type { Value } from '@probepad/protocol/values/value';

export type Attributes = Record<string, Value>;

/** Cumulative: each point counts from the run's start. */
const CUMULATIVE = 2;
/** SEVERITY_NUMBER_INFO. */
const INFO = 9;
const UNITS = { seconds: 's', bytes: 'By' } as const;

interface Scoped {
  resource: Attributes;
  scope: { name: string; version: string };
}

/** `ExportMetricsServiceRequest`, one resource for each run and host. Times in nanoseconds since 1970. */
export function metricsRequest(
  all: readonly (Scoped & { families: readonly MetricFamily[]; startNs: bigint })[],
  nowNs: bigint,
): string {
  return JSON.stringify({
    resourceMetrics: all.map(({ resource, scope, families, startNs }) => ({
      resource: { attributes: attributesOf(resource) },
      scopeMetrics: [{ scope, metrics: families.map((family) => metricOf(family, startNs, nowNs)) }],
    })),
  });
}

function metricOf(family: MetricFamily, startNs: bigint, nowNs: bigint): unknown {
  const { name, help, unit } = family;
  const about = { name, description: help, ...(unit !== undefined && { unit: UNITS[unit] }) };
  const times = { startTimeUnixNano: String(startNs), timeUnixNano: String(nowNs) };
  if (family.kind === 'histogram') {
    const dataPoints = family.points.map(({ labels, buckets: { bounds, counts } }) => ({
      attributes: labelAttributes(labels),
      ...times,
      count: String(counts.reduce((sum, count) => sum + count, 0)),
      bucketCounts: counts.map(String),
      explicitBounds: bounds,
    }));
    return { ...about, histogram: { dataPoints, aggregationTemporality: CUMULATIVE } };
  }
  const dataPoints = family.points.map(({ labels, value }) => ({
    attributes: labelAttributes(labels),
    ...times,
    ...(Number.isSafeInteger(value) ? { asInt: String(value) } : { asDouble: value }),
  }));
  return family.kind === 'counter'
    ? { ...about, sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } }
    : { ...about, gauge: { dataPoints } };
}

/** One event as a `LogRecord`, serialised: it waits in a queue that is bounded in bytes. */
export function logRecord(
  source: string,
  columns: readonly FileColumn[],
  row: readonly Value[],
  nowNs: bigint,
): string {
  const value = (name: string): Value => row[columns.findIndex((column) => column.name === name)] ?? null;
  const time = value('time');
  const members = columns.flatMap(({ name }, at): [string, Value][] =>
    name === 'time' || name === 'host' ? [] : [[name, row[at] ?? null]],
  );
  return JSON.stringify({
    ...(typeof time === 'bigint' && { timeUnixNano: String(time) }),
    observedTimeUnixNano: String(nowNs),
    severityNumber: INFO,
    severityText: 'INFO',
    eventName: source,
    body: { stringValue: source },
    attributes: attributesOf(Object.fromEntries(members)),
  });
}

/** `ExportLogsServiceRequest` of records that `logRecord` made. */
export function logsRequest(all: readonly (Scoped & { records: readonly string[] })[]): string {
  const resources = all.map(({ resource, scope, records }) => {
    const head = JSON.stringify({ attributes: attributesOf(resource) });
    return `{"resource":${head},"scopeLogs":[{"scope":${JSON.stringify(scope)},"logRecords":[${records.join(',')}]}]}`;
  });
  return `{"resourceLogs":[${resources.join(',')}]}`;
}

function labelAttributes(labels: Labels): unknown[] {
  return attributesOf(Object.fromEntries(labels));
}

/** What is null is left out. */
function attributesOf(values: Attributes): unknown[] {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ({ key, value: anyValue(value) }));
}

const INT64_MAX = 0x7fff_ffff_ffff_ffffn;

/** `AnyValue`; integers that a signed 64-bit one can't hold are text. */
function anyValue(value: Value): unknown {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'bigint':
      return value > INT64_MAX ? { stringValue: String(value) } : { intValue: String(value) };
    case 'number':
      if (Number.isSafeInteger(value)) return { intValue: String(value) };
      return { doubleValue: Number.isFinite(value) ? value : String(value) };
    default:
      if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
      if (value === null) return {};
      return { kvlistValue: { values: attributesOf(value) } };
  }
}
