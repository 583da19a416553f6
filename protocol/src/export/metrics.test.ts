import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, framesOf } from '../frames.ts';
import type { ProbeSchema, Source } from '../schema.ts';
import { sampleMessage, sampleSchema, sampleSource } from '../testing.ts';
import { mapMetrics, metricSources, SERIES_MAX } from './metrics.ts';
import { prometheusText } from './prometheus.ts';

const TYPES: ProbeSchema['types'] = [
  { kind: 'void' },
  { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' },
  { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' },
  { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' },
  { kind: 'array', element: 3, length: 8 },
  { kind: 'struct', name: 'key', size: 8, members: [{ name: 'comm', type: 4, offsetBits: 0 }] },
  {
    kind: 'struct',
    name: 'stat',
    size: 16,
    members: [
      { name: 'calls', type: 2, offsetBits: 0 },
      { name: 'max_delay_ns', type: 2, offsetBits: 64 },
    ],
  },
  { kind: 'array', element: 1, length: 8 },
  { kind: 'struct', name: 'hist', size: 32, members: [{ name: 'slots', type: 7, offsetBits: 0 }] },
];
const MAP: Partial<Source> = { kind: 'map', mapType: 'hash', keySize: 8, keyType: 5 };
const STATS = sampleSource({ ...MAP, name: 'stats', valueSize: 16, valueType: 6 });
const HIST = sampleSource({ ...MAP, name: 'hists', valueSize: 32, valueType: 8 });

function snapshot(comms: readonly string[], values: ArrayBufferView[]): Frame[] {
  const keys = Buffer.concat(comms.map((comm) => Buffer.from(comm.padEnd(8, '\0').slice(0, 8))));
  const payload = Buffer.concat([
    keys,
    ...values.map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength)),
  ]);
  const message = sampleMessage({ kind: 'map', count: comms.length }, payload);
  return [...framesOf(new Uint8Array(message), message.byteLength)];
}

const schemaOf = (source: Source) => sampleSchema({ types: TYPES, sources: [source] });

test('members of a map are counters or gauges in base units, with the key as labels', () => {
  const schema = schemaOf(STATS);
  assert.deepEqual(
    metricSources(schema).map(({ name }) => name),
    ['stats'],
  );
  const frames = snapshot(['ls', 'a"\\\nb'], [BigUint64Array.of(5n, 2_000_000_000n, 1n, 500n)]);
  const { families, omitted } = mapMetrics(schema, STATS, frames);
  assert.equal(omitted, 0);
  assert.deepEqual(prometheusText(families).text.split('\n'), [
    '# HELP stats_calls_total calls in the map stats',
    '# TYPE stats_calls_total counter',
    'stats_calls_total{comm="ls"} 5',
    'stats_calls_total{comm="a\\"\\\\␊b"} 1',
    '# HELP stats_max_delay_seconds max_delay_ns in the map stats',
    '# TYPE stats_max_delay_seconds gauge',
    'stats_max_delay_seconds{comm="ls"} 2',
    'stats_max_delay_seconds{comm="a\\"\\\\␊b"} 5e-7',
    '',
  ]);
});

test('log2 slots are a histogram whose last bucket has no bound', () => {
  const frames = snapshot(['ls'], [Uint32Array.of(1, 2, 0, 4, 0, 0, 0, 3)]);
  const { families, omitted } = mapMetrics(schemaOf(HIST), HIST, frames);
  assert.equal(omitted, 0);
  assert.deepEqual(prometheusText(families).text.split('\n').slice(1), [
    '# TYPE hists_slots histogram',
    'hists_slots_bucket{comm="ls",le="1"} 1',
    'hists_slots_bucket{comm="ls",le="3"} 3',
    'hists_slots_bucket{comm="ls",le="7"} 3',
    'hists_slots_bucket{comm="ls",le="15"} 7',
    'hists_slots_bucket{comm="ls",le="31"} 7',
    'hists_slots_bucket{comm="ls",le="63"} 7',
    'hists_slots_bucket{comm="ls",le="127"} 7',
    'hists_slots_bucket{comm="ls",le="+Inf"} 10',
    'hists_slots_count{comm="ls"} 10',
    '',
  ]);
});

test('of too many series the largest are told, and how many are not', () => {
  const comms = Array.from({ length: SERIES_MAX + 50 }, (_, at) => `c${at}`);
  const values = BigUint64Array.from(comms.flatMap((_, at) => [BigInt(at), 1n]));
  const { families, omitted } = mapMetrics(schemaOf(STATS), STATS, snapshot(comms, [values]));
  assert.equal(omitted, 2 * 50);
  const [calls] = families;
  assert.ok(calls?.kind === 'counter');
  assert.equal(calls.points.length, SERIES_MAX);
  assert.equal(Math.min(...calls.points.map(({ value }) => value)), 50);
});

/** A map from one number to another. */
function numbers(member: string, entries: readonly (readonly [key: bigint, value: bigint])[]) {
  const types: ProbeSchema['types'] = [
    { kind: 'void' },
    { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' },
    { kind: 'struct', name: 'key', size: 8, members: [{ name: member, type: 1, offsetBits: 0 }] },
    { kind: 'struct', name: 'stat', size: 8, members: [{ name: 'calls', type: 1, offsetBits: 0 }] },
  ];
  const source = sampleSource({ ...MAP, name: 'stats', keyType: 2, valueSize: 8, valueType: 3 });
  const schema = sampleSchema({ types, sources: [source] });
  const payload = Buffer.concat(
    [BigUint64Array.from(entries, ([key]) => key), BigUint64Array.from(entries, ([, value]) => value)].map(
      (each) => Buffer.from(each.buffer),
    ),
  );
  const message = sampleMessage({ kind: 'map', count: entries.length }, payload);
  return { schema, source, frames: [...framesOf(new Uint8Array(message), message.byteLength)] };
}

test('sizes and times in a label are whole numbers, so that keys that differ little stay apart', () => {
  const keys = [1536n, 1537n, 1538n];
  const sized = numbers(
    'size_bytes',
    keys.map((key) => [key, 1n]),
  );
  const { families } = mapMetrics(sized.schema, sized.source, sized.frames);
  assert.deepEqual(
    families[0]?.points.map(({ labels }) => labels),
    keys.map((key) => [['size_bytes', String(key)]]),
  );
});

test('keys that read the same are one series, of all that they count', () => {
  const { families } = mapMetrics(
    schemaOf(STATS),
    STATS,
    snapshot(['ls\0a', 'ls\0b'], [BigUint64Array.of(5n, 30n, 2n, 40n)]),
  );
  assert.deepEqual(
    families.map(({ points }) => points),
    [[{ labels: [['comm', 'ls']], value: 7 }], [{ labels: [['comm', 'ls']], value: 40e-9 }]],
  );
});

test('however many entries a map has, only the names of those that are told are made', () => {
  const entries = Array.from({ length: 5_000 }, (_, at) => [BigInt(at), BigInt(at)] as const);
  const { schema, source, frames } = numbers('cgroup_id', entries);
  let made = 0;
  const names = () => {
    made++;
    return undefined;
  };
  const { families } = mapMetrics(schema, source, frames, { names });
  assert.equal(families[0]?.points.length, SERIES_MAX);
  assert.equal(made, SERIES_MAX);
});

test('of too many histograms those that count most are told, and how many are not', () => {
  const comms = Array.from({ length: SERIES_MAX + 50 }, (_, at) => `c${at}`);
  const slots = Uint32Array.from(comms.flatMap((_, at) => [0, 0, at, 0, 0, 0, 0, 0]));
  const { families, omitted } = mapMetrics(schemaOf(HIST), HIST, snapshot(comms, [slots]));
  assert.equal(omitted, 50);
  const [histogram] = families;
  assert.ok(histogram?.kind === 'histogram');
  assert.equal(histogram.points.length, SERIES_MAX);
  assert.equal(Math.min(...histogram.points.map(({ buckets }) => buckets.counts[2] ?? 0)), 50);
});

test('one name has one kind, and one set of labels one sample', () => {
  const point = { labels: [['host', 'a']] as const, value: 1 };
  const family = { name: 'x', unit: undefined, help: '' };
  const { text, refused } = prometheusText([
    { ...family, kind: 'gauge', points: [point, point] },
    { ...family, kind: 'histogram', points: [] },
    { ...family, kind: 'gauge', points: [{ ...point, labels: [['host', 'b']] }] },
  ]);
  assert.equal(refused, 1);
  assert.equal(text, '# HELP x \n# TYPE x gauge\nx{host="a"} 1\nx{host="b"} 1\n');
});
