import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_FLAGS } from '@probepad/protocol/frames';
import type { ProbeSchema, Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine, type Engine } from './engine.ts';

const RUN = 'r1';
const U32: Type = { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' };
const U64: Type = { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' };
const STATE: Type = { kind: 'enum', name: 'state', size: 4, signed: false, values: [['OPEN', '1']] };
const TRAFFIC: Type = {
  kind: 'struct',
  name: 'traffic',
  size: 24,
  members: [
    { name: 'packets', type: 1, offsetBits: 0 },
    { name: 'bytes', type: 1, offsetBits: 64 },
    { name: 'state', type: 2, offsetBits: 128 },
  ],
};
/** u32 → struct traffic on each of two CPUs. */
const PER_CPU = sampleSchema({
  types: [U32, U64, STATE, TRAFFIC],
  sources: [
    sampleSource({
      name: 'traffic',
      kind: 'map',
      mapType: 'percpu_hash',
      perCpu: true,
      keySize: 4,
      keyType: 0,
      valueSize: 24,
      valueType: 3,
    }),
  ],
});

function counters(keyType: number, valueType: number, types: Type[]): ProbeSchema {
  const source = { name: 'counts', kind: 'map', mapType: 'hash', keySize: 4, valueSize: 8 } as const;
  return sampleSchema({ types, sources: [sampleSource({ ...source, keyType, valueType })] });
}
/** u32 → u64. */
const COUNTS = counters(0, 1, [U32, U64]);

/** A trie of IPv4 networks → u64, its key told as bytes alone. */
const ROUTES = sampleSchema({
  types: [
    { kind: 'int', name: '__u8', size: 1, signed: false, encoding: 'integer' },
    U64,
    { kind: 'array', element: 0, length: 8 },
  ],
  sources: [
    sampleSource({
      name: 'routes',
      kind: 'map',
      mapType: 'lpm_trie',
      keySize: 8,
      keyType: 2,
      valueSize: 8,
      valueType: 1,
    }),
  ],
});

/** Entries as a snapshot holds them, for `COUNTS`. */
function counted(...entries: [key: number, value: number][]): Uint8Array {
  const values = (entries.length * 4 + 7) & ~7;
  const view = new DataView(new ArrayBuffer(values + entries.length * 8));
  entries.forEach(([key, value], at) => {
    view.setUint32(at * 4, key, true);
    view.setBigUint64(values + at * 8, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}

function traffic(...cpus: [packets: number, bytes: number, state: number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + cpus.length * 24));
  view.setUint32(0, 77, true);
  cpus.forEach(([packets, bytes, state], cpu) => {
    view.setBigUint64(8 + cpu * 24, BigInt(packets), true);
    view.setBigUint64(16 + cpu * 24, BigInt(bytes), true);
    view.setUint32(24 + cpu * 24, state, true);
  });
  return new Uint8Array(view.buffer);
}

function openOn(engine: Engine, schema: ProbeSchema, stream: number, host: string): void {
  engine.open({ run: RUN, host, hostName: host, stream, schema });
}

const NOW = 1_795_000_000;
const nanoseconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1e6)) * 1000n;
const all = { offset: 0, limit: 100, filter: '' };

test('every number of a per-CPU map is summed, what can not be summed says whose it is', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, PER_CPU, 1, 'local');
  const payload = traffic([1, 1000, 1], [2, 24, 7]);
  engine.frames(sampleMessage({ kind: 'map', aux: 2 }, payload));
  const window = engine.map({ run: RUN, source: 'traffic', ...all });
  assert.deepEqual(
    window.columns.map(({ name }) => name),
    ['key', 'packets', 'bytes', 'state (CPU 0)', 'per second', 'bytes per second', 'trend'],
  );
  assert.match(window.columns[2]?.type ?? '', /summed over the CPUs/);
  assert.deepEqual(window.rows[0]?.cells, ['77', '3', '1 KiB', 'OPEN', '–', '–', '']);
});

test('a column other than the first is sorted by its sum over the CPUs', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, PER_CPU, 1, 'alpha');
  openOn(engine, PER_CPU, 2, 'beta');
  engine.frames(sampleMessage({ kind: 'map', aux: 2, stream: 1 }, traffic([9, 50, 1], [9, 0, 1])));
  engine.frames(sampleMessage({ kind: 'map', aux: 2, stream: 2 }, traffic([1, 10, 1], [1, 90, 1])));
  const bytes = engine
    .map({ run: RUN, source: 'traffic', ...all })
    .columns.findIndex(({ name }) => name === 'bytes');
  const sort = { column: 'field bytes', descending: true };
  const { rows } = engine.map({ run: RUN, source: 'traffic', ...all, sort });
  assert.deepEqual(
    rows.map(({ cells }) => [cells[0], cells[bytes]]),
    [
      ['beta', '100 B'],
      ['alpha', '50 B'],
    ],
  );
});

test('networks of a trie are in the order of their addresses, and can be asked for', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, ROUTES, 1, 'alpha');
  const networks = [
    [16, 0, 0, 0, 100, 64, 0, 0],
    [24, 0, 0, 0, 9, 9, 9, 0],
    [8, 0, 0, 0, 10, 0, 0, 0],
  ];
  const payload = Uint8Array.from([...networks.flat(), ...networks.flatMap(() => [7, 0, 0, 0, 0, 0, 0, 0])]);
  engine.frames(sampleMessage({ kind: 'map', aux: 1, count: 3 }, payload));
  const sort = { column: 'key key', descending: false };
  const keysOf = (filter: string): string[] =>
    engine.map({ run: RUN, source: 'routes', ...all, sort, filter }).rows.map(({ cells }) => cells[0] ?? '');
  assert.deepEqual(keysOf(''), ['9.9.9.0/24', '10.0.0.0/8', '100.64.0.0/16']);
  assert.deepEqual(keysOf('key == 10.0.0.0/8'), ['10.0.0.0/8']);
});

test("each host's entries are read with its own schema", () => {
  const engine = createEngine(() => undefined);
  openOn(engine, COUNTS, 1, 'alpha');
  // The same map on a kernel whose types have other numbers, and a struct for a value.
  const single: Type = {
    kind: 'struct',
    name: 'n',
    size: 8,
    members: [{ name: 'hits', type: 0, offsetBits: 0 }],
  };
  openOn(engine, counters(1, 2, [U64, U32, single]), 2, 'beta');
  engine.frames(sampleMessage({ kind: 'map', stream: 1 }, counted([5, 50])));
  engine.frames(sampleMessage({ kind: 'map', stream: 2 }, counted([6, 60])));
  const { columns, rows } = engine.map({ run: RUN, source: 'counts', ...all });
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['host', 'key', 'value', 'hits', 'per second', 'trend'],
  );
  assert.deepEqual(rows.map(({ cells }) => cells.slice(0, 4)).sort(), [
    ['alpha', '5', '50', ''],
    ['beta', '6', '', '60'],
  ]);
});

test('hosts whose clocks differ share one axis in order, and rates are by the time of the host', () => {
  let now = NOW;
  const engine = createEngine(
    () => undefined,
    () => now,
  );
  for (const [at, host] of ['alpha', 'beta'].entries()) openOn(engine, COUNTS, at + 1, host);
  // One clock an hour ahead, one a minute behind; one machine is up for long, one has just started.
  engine.clock(1, String(nanoseconds(NOW + 3600 - 500_000)));
  engine.clock(2, String(nanoseconds(NOW - 60 - 100)));
  for (let second = 0; second < 4; second++) {
    const snapshot = counted([5, 10 * second]);
    const frame = { kind: 'map', seq: BigInt(second) } as const;
    now = NOW + second;
    engine.frames(sampleMessage({ ...frame, stream: 1, timeNs: nanoseconds(500_000 + second) }, snapshot));
    engine.frames(sampleMessage({ ...frame, stream: 2, timeNs: nanoseconds(99.5 + second) }, snapshot));
  }
  const { times, lines } = engine.series({ run: RUN, source: 'counts' });
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.ok(times.every((time) => Math.abs(time - now) < 10));
  assert.deepEqual(lines.map(({ label }) => label).sort(), ['alpha · 5', 'beta · 5']);
  const rates = engine.map({ run: RUN, source: 'counts', ...all }).rows.map(({ cells }) => cells[3]);
  assert.deepEqual(rates, ['10', '10']);
});

test('a snapshot that was sent again is put where it belongs once a live one has told the time', () => {
  const engine = createEngine(
    () => undefined,
    () => NOW,
  );
  openOn(engine, COUNTS, 1, 'local');
  // The host's own clock is an hour ahead.
  engine.clock(1, String(nanoseconds(NOW + 3600 - 100)));
  const replay = 3 | FRAME_FLAGS.replay;
  engine.frames(
    sampleMessage({ kind: 'map', flags: replay, seq: 4n, timeNs: nanoseconds(95) }, counted([5, 1])),
  );
  engine.frames(sampleMessage({ kind: 'map', seq: 5n, timeNs: nanoseconds(100) }, counted([5, 6])));
  const { times, lines } = engine.series({ run: RUN, source: 'counts' });
  assert.deepEqual(times, [NOW - 5, NOW]);
  assert.deepEqual(lines[0]?.values, [null, 1]);
});

test('a key that a partial snapshot left out has not grown from nothing', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, COUNTS, 1, 'local');
  const partial = 3 | FRAME_FLAGS.partial;
  const frame = (seconds: number) => ({ kind: 'map', timeNs: nanoseconds(seconds) }) as const;
  engine.frames(sampleMessage({ ...frame(1), flags: partial, count: 1 }, counted([1, 500])));
  engine.frames(sampleMessage({ ...frame(2), seq: 1n, count: 2 }, counted([1, 600], [2, 900])));
  const { rows } = engine.map({ run: RUN, source: 'counts', ...all });
  assert.deepEqual(
    rows.map(({ cells }) => cells.slice(0, 3)),
    [
      ['2', '900', '–'],
      ['1', '600', '100'],
    ],
  );
});

test('a key that was deleted and came again has grown by what it has now', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, COUNTS, 1, 'local');
  const frame = (seconds: number) => ({ kind: 'map', timeNs: nanoseconds(seconds) }) as const;
  engine.frames(sampleMessage(frame(1), counted([1, 500])));
  engine.frames(sampleMessage({ ...frame(2), seq: 1n }, counted([1, 20])));
  const { rows } = engine.map({ run: RUN, source: 'counts', ...all });
  assert.deepEqual(rows[0]?.cells.slice(0, 3), ['1', '20', '20']);
});

test('a snapshot of which a piece is missing is not taken for a whole one', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, COUNTS, 1, 'local');
  engine.frames(sampleMessage({ kind: 'map', seq: 1n, count: 2 }, counted([1, 1], [2, 2])));
  engine.frames(sampleMessage({ kind: 'map', seq: 2n, flags: 1 }, counted([1, 10])));
  engine.frames(sampleMessage({ kind: 'map', seq: 3n, flags: 2 }, counted([2, 30])));
  const { rows } = engine.map({ run: RUN, source: 'counts', ...all });
  assert.deepEqual(
    rows.map(({ cells }) => cells[1]),
    ['2', '1'],
  );
});

test('a value that goes down turns the whole chart into values, the points before it too', () => {
  let now = NOW;
  const engine = createEngine(
    () => undefined,
    () => now,
  );
  openOn(engine, COUNTS, 1, 'local');
  [100, 300, 200].forEach((value, second) => {
    now = NOW + second;
    const frame = { kind: 'map', seq: BigInt(second), timeNs: nanoseconds(50 + second) } as const;
    engine.frames(sampleMessage(frame, counted([5, value])));
  });
  const { lines, unit } = engine.series({ run: RUN, source: 'counts' });
  assert.deepEqual(lines[0]?.values, [100, 300, 200]);
  assert.equal(unit, '');
});

test('entries group by any column, with several numbers of each group, and a group leads to its entries', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, PER_CPU, 1, 'alpha');
  openOn(engine, PER_CPU, 2, 'beta');
  const second = traffic([4, 3000, 7], [0, 0, 7]);
  second[0] = 78;
  engine.frames(
    sampleMessage({ kind: 'map', aux: 2, stream: 1, seq: 0n }, traffic([1, 1000, 1], [2, 24, 1])),
  );
  engine.frames(sampleMessage({ kind: 'map', aux: 2, stream: 2, seq: 0n }, second));
  const group = {
    by: ['host host'],
    measures: ['field packets', 'field bytes'],
    statistics: ['sum', 'max'] as const,
  };
  const sort = { column: 'aggregate max(bytes)', descending: true };
  const window = engine.map({ run: RUN, source: 'traffic', ...all, group, sort });
  assert.deepEqual(
    window.columns.map(({ name }) => name),
    ['host', 'count', 'sum(packets)', 'max(packets)', 'sum(bytes)', 'max(bytes)'],
  );
  assert.deepEqual(
    window.rows.map(({ cells }) => cells),
    [
      ['beta', '1', '4', '4', '2.93 KiB', '2.93 KiB'],
      ['alpha', '1', '3', '3', '1 KiB', '1 KiB'],
    ],
  );
  assert.equal(window.columns[window.bar]?.name, 'sum(packets)');
  assert.equal(window.rows[1]?.magnitude, 0.75);
  const byState = engine.map({ run: RUN, source: 'traffic', ...all, group: { by: ['field state (CPU 0)'] } });
  assert.deepEqual(byState.rows.map(({ cells }) => cells[0]).sort(), ['7', 'OPEN']);
  const filter = byState.rows.find(({ cells }) => cells[0] === 'OPEN')?.filter ?? '';
  assert.equal(filter, '`state (CPU 0)` == OPEN');
  assert.equal(engine.map({ run: RUN, source: 'traffic', ...all, filter }).total, 1);
});

test('what stands behind a cell tells what each CPU holds', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, PER_CPU, 1, 'local');
  engine.frames(sampleMessage({ kind: 'map', aux: 2 }, traffic([1, 2048, 1], [2, 24, 7])));
  const [row] = engine.map({ run: RUN, source: 'traffic', ...all }).rows;
  const facts = engine.facts({ run: RUN, source: 'traffic', row: row?.id ?? '' });
  assert.deepEqual(
    facts.map(({ path, cpus }) => [path, cpus]),
    [
      ['key', undefined],
      ['packets', ['1', '2']],
      ['bytes', ['2 KiB', '24 B']],
      ['state (CPU 0)', ['OPEN', '7']],
    ],
  );
});

test('an entry is found again wherever it stands, and tells how it grew', () => {
  const engine = createEngine(() => undefined);
  openOn(engine, COUNTS, 1, 'local');
  const frame = (second: number) =>
    ({ kind: 'map', count: 2, seq: BigInt(second), timeNs: nanoseconds(second) }) as const;
  engine.frames(sampleMessage(frame(1), counted([1, 10], [2, 5])));
  const wanted = engine.map({ run: RUN, source: 'counts', ...all }).rows[1]?.id ?? '';
  engine.frames(sampleMessage(frame(2), counted([1, 10], [2, 12])));
  engine.frames(sampleMessage(frame(3), counted([1, 10], [2, 42])));
  const ask = { run: RUN, source: 'counts', ...all, keep: [wanted], trend: true };
  const [kept] = engine.map({ ...ask, limit: 0 }).kept;
  assert.equal(kept?.place, 0);
  assert.deepEqual(kept.cells.slice(0, 3), ['2', '42', '30']);
  assert.deepEqual(kept.trend, [7, 30]);
  assert.equal(engine.map({ ...ask, filter: 'key == 1' }).kept[0]?.place, -1);
});

/** `COUNTS` on two hosts, whose snapshots come as they are made: `alpha` at 1, 2, 3 …, `beta` half a second later. */
function counting(): { engine: Engine; send(at: number, value: number): void } {
  let now = 0;
  const engine = createEngine(
    () => undefined,
    () => now,
  );
  openOn(engine, COUNTS, 1, 'alpha');
  openOn(engine, COUNTS, 2, 'beta');
  return {
    engine,
    send(at, value) {
      for (const [stream, later, amount] of [
        [1, 0, value],
        [2, 0.5, value + 1],
      ] as const) {
        now = at + later;
        const frame = { kind: 'map', stream, seq: BigInt(at), timeNs: nanoseconds(now) } as const;
        engine.frames(sampleMessage(frame, counted([1, amount])));
      }
    },
  };
}

test('while the time is held the entries are those of its end, whenever they are asked for', () => {
  const { engine, send } = counting();
  for (const at of [1, 2, 3, 4]) send(at, at * 10);
  const at = (moment?: number) => {
    const { rows, taken } = engine.map({ run: RUN, source: 'counts', ...all, at: moment });
    return [taken, ...rows.map(({ cells: [host, , value, rate] }) => `${host} ${value} +${rate}`)];
  };
  assert.deepEqual(at(3.2), [3, 'alpha 30 +10', 'beta 21 +10']);
  assert.deepEqual(at(2.5), [2.5, 'beta 21 +10', 'alpha 20 +10']);
  send(5, 90);
  assert.deepEqual(at(2.5), [2.5, 'beta 21 +10', 'alpha 20 +10']);
  assert.deepEqual(at(3.2), [3, 'alpha 30 +10', 'beta 21 +10']);
  assert.deepEqual(at(4.9), [4.5, 'beta 41 +10', 'alpha 40 +10']);
  assert.deepEqual(at(), [5.5, 'beta 91 +50', 'alpha 90 +50']);
});

test('what is on its way when the time is held is shown once it is here', () => {
  const { engine, send } = counting();
  send(1, 10);
  const ask = { run: RUN, source: 'counts', ...all, at: 9 };
  assert.equal(engine.map(ask).rows[0]?.cells[2], '11');
  send(2, 20);
  assert.equal(engine.map(ask).rows[0]?.cells[2], '21');
});

test('groups, trends and files are of the moment that is shown', async () => {
  const { engine, send } = counting();
  for (const at of [1, 2, 3, 4]) send(at, at * at);
  const ask = { run: RUN, source: 'counts', ...all, at: 3.1 };
  const group = { by: ['host host'], measures: ['field value'], statistics: ['sum'] } as const;
  assert.deepEqual(
    engine.map({ ...ask, group }).rows.map(({ cells }) => cells),
    [
      ['alpha', '1', '9'],
      ['beta', '1', '5'],
    ],
  );
  assert.deepEqual(engine.map({ ...ask, trend: true }).rows[0]?.trend, [3, 5]);
  const { blob } = engine.file({ ...ask, job: 'then', as: 'values', format: 'jsonl' });
  const lines = ((await blob?.text()) ?? '').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).value),
    [9, 5],
  );
});

test('a host of which nothing that old is kept is named, and nothing else is shown in its place', () => {
  const { engine, send } = counting();
  for (const at of [1, 2]) send(at, at * 10);
  const ask = { run: RUN, source: 'counts', ...all };
  const partly = engine.map({ ...ask, at: 1.2 });
  assert.deepEqual(partly.unkept, { hosts: ['beta'], from: 1.5 });
  assert.deepEqual(
    partly.rows.map(({ cells }) => cells[0]),
    ['alpha'],
  );
  assert.deepEqual(partly.span, { from: 1, to: 2.5 });
  const none = engine.map({ ...ask, at: 0.5 });
  assert.deepEqual([none.total, none.unkept], [0, { hosts: ['alpha', 'beta'], from: 1.5 }]);
  assert.equal(engine.map(ask).unkept, undefined);
});

test('stacks that were told one after the other stand in one table', () => {
  const stacks = { name: 'stacks', kind: 'map', mapType: 'stack_trace', keySize: 4, valueSize: 16 } as const;
  const engine = createEngine(() => undefined);
  const schema = sampleSchema({ sources: [sampleSource(stacks)] });
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  const tell = (id: number, data: number[]): void =>
    engine.frames(sampleMessage({ kind: 'stacks' }, sampleRecord(Uint8Array.from(data), 0, id)));
  tell(1, [1, 0, 0, 0, 0, 0, 0, 0]);
  tell(2, [2, 0, 0, 0, 0, 0, 0, 0]);
  const total = () => engine.map({ run: RUN, source: 'stacks', offset: 0, limit: 10, filter: '' }).total;
  assert.equal(total(), 2);
  tell(2, [2, 0, 0, 0, 0, 0, 0, 0]);
  tell(3, [3, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(total(), 3);
});
