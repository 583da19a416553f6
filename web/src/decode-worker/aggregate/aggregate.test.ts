import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameHeader } from '@probepad/protocol/frames';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine, type Engine } from '../engine.ts';

const RUN = 'r1';
const START = 1_795_000_000;
const U64: Type = { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' };
const CHAR: Type = { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' };
const EVENT: Type = {
  kind: 'struct',
  name: 'event',
  size: 16,
  members: [
    { name: 'took_ns', type: 0, offsetBits: 0 },
    { name: 'comm', type: 2, offsetBits: 64 },
  ],
};
const SCHEMA = sampleSchema({
  types: [U64, CHAR, { kind: 'array', element: 1, length: 8 }, EVENT],
  sources: [sampleSource({ name: 'reads', kind: 'events', records: [{ type: 3, size: 16 }] })],
});
const READS = { run: RUN, source: 'reads' };

/** A page whose clock starts with that of its hosts, and is set by what is fed. */
function page(...hosts: string[]) {
  let now = START;
  const engine = createEngine(
    () => undefined,
    () => now,
  );
  hosts.forEach((host, at) => {
    engine.open({ run: RUN, host, hostName: host, stream: at + 1, schema: SCHEMA });
  });
  const next = hosts.map(() => 0n);
  return {
    engine,
    /** Events of one second of one host. */
    feed(second: number, events: readonly [comm: string, took: number][], stream = 1) {
      now = START + second + 0.5;
      const payload = events.map(([comm, took]) => {
        const data = new Uint8Array(16);
        new DataView(data.buffer).setBigUint64(0, BigInt(took), true);
        new TextEncoder().encodeInto(comm, data.subarray(8));
        return sampleRecord(data);
      });
      const bytes = new Uint8Array(payload.flatMap((record) => [...record]));
      const header: Partial<FrameHeader> = {
        count: events.length,
        seq: next[stream - 1] as bigint,
        stream,
        timeNs: BigInt(Math.round((second + 0.5) * 1e9)),
      };
      next[stream - 1] = (next[stream - 1] as bigint) + BigInt(events.length);
      engine.frames(sampleMessage({ kind: 'events', ...header }, bytes));
    },
    at(second: number) {
      now = START + second + 0.5;
    },
  };
}

const whole = (engine: Engine, query: object = {}) => engine.series({ ...READS, ...query });
const times = (count: number, event: [string, number]): [string, number][] => Array(count).fill(event);

test('events a second, and silence is 0', () => {
  const { engine, feed, at } = page('local');
  feed(0, times(3, ['a', 1]));
  feed(1, times(5, ['a', 1]));
  at(4);
  const { lines, unit, kept } = whole(engine);
  assert.deepEqual(lines, [{ label: 'reads', host: 'local', values: [3, 5, 0] }]);
  assert.equal(unit, 'events/s');
  assert.deepEqual(kept, { from: START, to: START + 3 });
});

test('a column can be asked for when its events have come already, and goes on with those that come', () => {
  const { engine, feed, at } = page('local');
  feed(0, [
    ['a', 10],
    ['a', 30],
  ]);
  whole(engine, { measure: 'took_ns', statistic: 'avg' });
  feed(1, [['a', 100]]);
  at(4);
  const { lines, unit } = whole(engine, { measure: 'took_ns', statistic: 'avg' });
  assert.deepEqual(lines[0]?.values, [20, 100, null]);
  assert.equal(unit, 'ns');
  assert.deepEqual(whole(engine, { measure: 'took_ns', statistic: 'max' }).lines[0]?.values, [30, 100, null]);
  const sums = whole(engine, { measure: 'took_ns', statistic: 'rate' });
  assert.deepEqual(sums.lines[0]?.values, [40, 100, 0]);
  assert.equal(sums.unit, 'ns/s');
});

test('quantiles are right to 1.1 %', () => {
  const { engine, feed, at } = page('local');
  feed(
    0,
    Array.from({ length: 1000 }, (_, index): [string, number] => ['a', (index + 1) * 1000]),
  );
  at(3);
  for (const [statistic, exact] of [
    ['p50', 500_000],
    ['p90', 900_000],
    ['p99', 990_000],
  ] as const) {
    const value = whole(engine, { measure: 'took_ns', statistic }).lines[0]?.values[0] ?? 0;
    assert.ok(Math.abs(value - exact) / exact <= 0.0115, `${statistic} is ${value}, exactly ${exact}`);
  }
});

test('the most frequent values have a line each, and the rest one together', () => {
  const { engine, feed, at } = page('local');
  feed(0, [...times(5, ['cat', 1]), ...times(3, ['ls', 1]), ...times(2, ['awk', 1]), ['sed', 1]]);
  at(3);
  const { lines } = whole(engine, { split: 'comm', top: 2 });
  assert.deepEqual(
    lines.map(({ label, values }) => [label, values[0]]),
    [
      ['cat', 5],
      ['ls', 3],
      ['other', 3],
    ],
  );
});

test('ranked by count, by sum and by the slowest', () => {
  const { engine, feed, at } = page('local');
  feed(0, [...times(5, ['cat', 2]), ['ls', 100], ['awk', 50]]);
  at(3);
  const top = (query: object) => {
    const { rows, rest } = engine.ranking({ ...READS, split: 'comm', limit: 2, ...query });
    return [rows.map(({ label, value }) => [label, value]), rest?.value];
  };
  assert.deepEqual(top({}), [
    [
      ['cat', 5],
      ['awk', 1],
    ],
    1,
  ]);
  assert.deepEqual(top({ measure: 'took_ns' }), [
    [
      ['ls', 100],
      ['awk', 50],
    ],
    10,
  ]);
  assert.deepEqual(top({ measure: 'took_ns', statistic: 'max' }), [
    [
      ['ls', 100],
      ['awk', 50],
    ],
    undefined,
  ]);
});

test('a histogram of a column, of all and of a range', () => {
  const { engine, feed, at } = page('local');
  feed(0, [
    ['a', 1],
    ['a', 5],
    ['a', 6],
  ]);
  feed(10, [['a', 100]]);
  at(13);
  const [all] = engine.distributions({ ...READS, measure: 'took_ns' });
  assert.equal(all?.total, 4);
  assert.deepEqual(
    all?.bars.filter(({ count }) => count > 0),
    [
      { from: 0, to: 2, count: 1 },
      { from: 4, to: 8, count: 2 },
      { from: 64, to: 128, count: 1 },
    ],
  );
  const range = { from: START + 5, to: START + 12 };
  const [part] = engine.distributions({ ...READS, measure: 'took_ns', range });
  assert.deepEqual(part?.bars, [{ from: 64, to: 128, count: 1 }]);
  const [linear] = engine.distributions({ ...READS, measure: 'took_ns', scale: 'linear' });
  assert.equal(
    linear?.bars.reduce((sum, { count }) => sum + count, 0),
    4,
  );
  assert.deepEqual(linear?.bars[1], { from: 5, to: 10, count: 2 });
});

test('a heatmap has each second its column', () => {
  const { engine, feed, at } = page('local');
  feed(0, [
    ['a', 5],
    ['a', 5],
  ]);
  feed(2, [['a', 40]]);
  at(5);
  const [map] = engine.heatmaps({ ...READS, measure: 'took_ns', points: 100 });
  assert.ok(map);
  const rows = map.edges.length - 1;
  assert.equal(map.step, 1);
  const filled = map.counts.flatMap((count, at) =>
    count > 0 ? [[Math.floor(at / rows), map.edges[at % rows], map.edges[(at % rows) + 1], count]] : [],
  );
  assert.deepEqual(
    filled.map(([column, from, to, count]) => [
      column,
      Number(from) <= 5 || Number(from) <= 40,
      count,
      Number(to) > 5,
    ]),
    [
      [0, true, 2, true],
      [2, true, 1, true],
    ],
  );
});

test('hosts stand apart, or are one', () => {
  const { engine, feed, at } = page('alpha', 'beta');
  feed(0, times(2, ['a', 1]), 1);
  feed(0, times(3, ['a', 1]), 2);
  at(3);
  assert.deepEqual(
    whole(engine).lines.map(({ label, host, values }) => [label, host, values[0]]),
    [
      ['alpha', 'alpha', 2],
      ['beta', 'beta', 3],
    ],
  );
  assert.deepEqual(
    whole(engine, { hosts: 'merged' }).lines.map(({ label, values }) => [label, values[0]]),
    [['reads', 5]],
  );
});

test('a host that is the only one so far can be told, so that views of several hosts show it as itself', () => {
  const { engine, feed, at } = page('alpha');
  feed(0, times(2, ['a', 1]));
  at(3);
  const asked = { ...READS, measure: 'took_ns', points: 100 } as const;
  const hostsOf = (hosts: 'apart' | 'merged') =>
    [
      engine.series({ ...asked, hosts }).lines,
      engine.distributions({ ...asked, hosts }),
      engine.heatmaps({ ...asked, hosts }),
    ].map((all) => all.map(({ label, host }) => [label, host]));
  assert.deepEqual(hostsOf('apart'), [[['reads', 'alpha']], [['took_ns', 'alpha']], [['took_ns', 'alpha']]]);
  assert.deepEqual(hostsOf('merged'), [[['reads', '']], [['took_ns', '']], [['took_ns', '']]]);
});

test('what is older than 15 minutes is kept in steps of ten seconds', () => {
  const { engine, feed, at } = page('local');
  for (let second = 0; second < 1000; second++) feed(second, [['a', 1]]);
  at(1001);
  const { times: when, lines } = whole(engine, { points: 2000 });
  assert.equal(when[0], START);
  assert.equal((when[1] ?? 0) - (when[0] ?? 0), 10);
  assert.ok(lines[0]?.values.slice(0, -1).every((value) => value === 1));
  const newest = whole(engine, { points: 2000, range: { from: START + 900, to: START + 990 } });
  assert.equal((newest.times[1] ?? 0) - (newest.times[0] ?? 0), 1);
});

test('structs of one size that an enum tells apart are each read by their own members', () => {
  const kinds: Type = {
    ...{ kind: 'enum', name: 'kind', size: 4, signed: false },
    values: [
      ['OPEN', '1'],
      ['CLOSE', '2'],
    ],
  };
  const struct = (name: string, members: readonly [string, number][]): Type => ({
    ...{ kind: 'struct', name, size: 24 },
    members: members.map(([member, offset]) => ({
      ...{ name: member, type: member === 'kind' ? 0 : 1, offsetBits: offset * 8 },
    })),
  });
  const open = struct('open_event', [
    ['kind', 0],
    ['took_ns', 8],
  ]);
  const close = struct('close_event', [
    ['kind', 0],
    ['inode', 8],
    ['took_ns', 16],
  ]);
  const records = [2, 3].map((type) => ({ type, size: 24 }));
  const files = sampleSource({ name: 'reads', kind: 'events', records });
  const engine = createEngine(
    () => undefined,
    () => START + 3,
  );
  const schema = sampleSchema({ types: [kinds, U64, open, close], sources: [files] });
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  const record = new DataView(new ArrayBuffer(24));
  record.setUint32(0, 2, true);
  record.setBigUint64(8, 1_000_000n, true);
  record.setBigUint64(16, 5n, true);
  engine.frames(sampleMessage({ kind: 'events' }, sampleRecord(new Uint8Array(record.buffer))));
  const [all] = engine.distributions({ ...READS, measure: 'took_ns' });
  assert.deepEqual(all?.bars, [{ from: 4, to: 8, count: 1 }]);
});

test('what was charted as bytes is charted by column once it is said what the records are', () => {
  const { engine, feed, at } = page('local');
  engine.retype(1, sampleSchema({ ...SCHEMA, sources: [sampleSource({ name: 'reads', kind: 'events' })] }));
  feed(0, [
    ['cat', 30],
    ['ls', 10],
  ]);
  at(3);
  const slowest = () =>
    engine
      .ranking({ ...READS, split: 'comm', measure: 'took_ns', statistic: 'max', limit: 5 })
      .rows.map(({ label, value }) => [label, value]);
  assert.deepEqual(slowest(), []);
  engine.retype(1, SCHEMA);
  assert.deepEqual(slowest(), [
    ['cat', 30],
    ['ls', 10],
  ]);
});
