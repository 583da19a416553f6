import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamesAsked } from '@probepad/protocol/control/names';
import type { FrameHeader } from '@probepad/protocol/frames';
import type { Source, Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine, type Engine } from './engine.ts';
import { type Slice, WHOLE } from './query/slice.ts';

const RUN = 'r1';
const NOW = 1_795_000_000;
const nanoseconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1e6)) * 1000n;
const U32: Type = { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' };
const one = (name: string, type: number): Type => ({
  kind: 'struct',
  name: 'event',
  size: 4,
  members: [{ name, type, offsetBits: 0 }],
});

function engineOf(kind: Source['kind'], now = () => NOW, slice: () => Slice = () => WHOLE): Engine {
  const engine = createEngine(() => undefined, now, slice);
  openOn(engine, kind, 1, [U32, one('pid', 0)], 1);
  return engine;
}

function openOn(engine: Engine, kind: Source['kind'], stream: number, types: Type[], type: number): void {
  const source = sampleSource({ name: 'source', kind, records: [{ type, size: 4 }] });
  const schema = sampleSchema({ types, sources: [source] });
  engine.open({ run: RUN, host: `h${stream}`, hostName: `host ${stream}`, stream, schema });
  engine.clock(stream, '0');
}

function rowsOf(engine: Engine, filter = '') {
  return engine.rows({ run: RUN, source: 'source', offset: 0, limit: 1000, filter });
}

/** What rows say, oldest first. */
function linesOf(engine: Engine): (string | undefined)[] {
  return rowsOf(engine)
    .rows.map((row) => row.gap ?? row.cells.at(-1))
    .reverse();
}

function events(count: number, fields: Partial<FrameHeader> = {}): ArrayBuffer {
  const seq = fields.seq ?? 0n;
  const payload = new Uint8Array(count * 16);
  for (let at = 0; at < count; at++) {
    const data = new Uint8Array(4);
    new DataView(data.buffer).setUint32(0, Number(seq) + at, true);
    payload.set(sampleRecord(data), at * 16);
  }
  return sampleMessage({ kind: 'events', count, ...fields }, payload);
}

const encoder = new TextEncoder();
function piece(seq: number, bytes: Uint8Array | string, flags = 0): ArrayBuffer {
  const payload = typeof bytes === 'string' ? encoder.encode(bytes) : bytes;
  const count = payload.length > 0 ? 1 : 0;
  return sampleMessage({ kind: 'text', seq: BigInt(seq), count, flags }, payload);
}

test("an iterator's text that is sent again after a reconnect is not shown twice", () => {
  const engine = engineOf('text');
  const turn = () => [piece(0, 'one\ntw', 1), piece(1, 'o\n'), piece(2, '', 2)];
  for (const message of [...turn(), ...turn()]) engine.frames(message);
  assert.deepEqual(linesOf(engine), ['one', 'two']);
});

test('a character and a line that are cut by a frame come out whole', () => {
  const engine = engineOf('text');
  const bytes = encoder.encode('größe\n');
  engine.frames(piece(0, bytes.subarray(0, 3), 1));
  engine.frames(piece(1, bytes.subarray(3)));
  assert.deepEqual(linesOf(engine), ['größe']);
});

test('the last line of an iterator needs no newline', () => {
  const engine = engineOf('text');
  engine.frames(piece(0, 'one\ntwo', 1));
  engine.frames(piece(1, '', 2));
  engine.frames(piece(1, 'again', 1));
  engine.frames(piece(2, '', 2));
  assert.deepEqual(linesOf(engine), ['one', 'two', 'again']);
});

test('ordinals that are left out are marked where they are missing', () => {
  const engine = engineOf('events');
  engine.frames(events(2, { seq: 100n }));
  engine.frames(events(1, { seq: 1102n }));
  const lines = linesOf(engine);
  assert.deepEqual([lines[0], lines[1], lines[3]], ['100', '101', '1102']);
  assert.match(lines[2] ?? '', /^1 000 records not shown/);
});

test('what was sent before this page came is no gap', () => {
  const engine = engineOf('events');
  engine.frames(events(1, { seq: 100n }));
  assert.deepEqual(linesOf(engine), ['100']);
});

test("each host's records are read with its own schema", () => {
  const engine = engineOf('events');
  // The same struct on a kernel whose types have other numbers.
  openOn(engine, 'events', 2, [one('pid', 2), { kind: 'void' }, U32], 0);
  engine.frames(events(1, { seq: 7n, stream: 1 }));
  engine.frames(events(1, { seq: 8n, stream: 2 }));
  const { columns, rows } = rowsOf(engine);
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['time', 'host', 'pid'],
  );
  assert.deepEqual(
    rows.map(({ cells }) => cells.slice(1)),
    [
      ['host 2', '8'],
      ['host 1', '7'],
    ],
  );
});

test('two filters are searched for at a time, and neither begins again for the other', () => {
  // Each question may look at one chunk.
  const engine = engineOf('events', undefined, () => ({ isOver: () => true }));
  for (let seq = 0; seq < 60_000; seq += 15_000) engine.frames(events(15_000, { seq: BigInt(seq) }));
  assert.equal(rowsOf(engine, '77').searching, true);
  for (let asked = 0; asked < 5; asked++) {
    rowsOf(engine, '77');
    rowsOf(engine, '88');
  }
  const window = rowsOf(engine, '77');
  assert.equal(window.searching, false);
  assert.equal(window.filter, '77');
  const holding = Array.from({ length: 60_000 }, (_, at) => at).filter((at) => String(at).includes('77'));
  assert.equal(window.total, holding.length);
});

test('rates end now, whatever the clocks of the hosts say', () => {
  let now = NOW;
  const engine = engineOf('events', () => now);
  openOn(engine, 'events', 2, [U32, one('pid', 0)], 1);
  engine.clock(1, String(nanoseconds(NOW + 3600)));
  engine.clock(2, String(nanoseconds(NOW - 3600)));
  for (let second = 0; second < 6; second++) {
    now = NOW + second;
    for (const [stream, uptime] of [
      [1, 1000.3],
      [2, 50.9],
    ] as const) {
      const timeNs = nanoseconds(uptime + second - 0.05);
      engine.frames(events(stream * 10, { seq: BigInt(second * stream * 10), stream, timeNs }));
    }
  }
  const { times, lines } = engine.series({ run: RUN, source: 'source' });
  assert.deepEqual(
    times,
    Array.from(times, (_, at) => (times[0] ?? 0) + at),
  );
  assert.ok(now - (times.at(-1) ?? 0) <= 3);
  assert.equal(lines.length, 2);
  assert.equal(lines[0]?.values.at(-1), 10);
  assert.equal(lines[1]?.values.at(-1), 20);
});

test('frames of the past that are sent again keep their places in time', () => {
  const engine = engineOf('events');
  engine.clock(1, String(nanoseconds(NOW - 1000)));
  for (let second = 0; second < 5; second++) {
    const timeNs = nanoseconds(900.5 + second);
    engine.frames(events(3, { seq: BigInt(3 * second), timeNs, flags: 4 }));
  }
  const { times, lines } = engine.series({ run: RUN, source: 'source' });
  assert.equal(times[0], NOW - 100);
  assert.deepEqual(lines[0]?.values.slice(0, 6), [3, 3, 3, 3, 3, 0]);
});

test('what only the host can name is asked for once when it is shown, and rows change when it is known', async () => {
  const changes = new Set<string>();
  const questions: { stream: number; asked: NamesAsked[] }[] = [];
  const asked = Promise.withResolvers<void>();
  const engine = createEngine(
    (key) => changes.add(key),
    () => NOW,
    undefined,
    (stream, question) => {
      questions.push({ stream, asked: question });
      asked.resolve();
    },
  );
  openOn(engine, 'events', 1, [U32, one('uid', 0)], 1);
  engine.frames(events(3));
  assert.deepEqual(linesOf(engine), ['0', '1', '2']);
  linesOf(engine);
  await asked.promise;
  assert.deepEqual(questions, [{ stream: 1, asked: [{ kind: 'user', values: ['2', '1', '0'] }] }]);
  changes.clear();
  engine.named(1, [{ kind: 'user', value: '1', text: 'dae\u001bmon' }], []);
  assert.deepEqual([...changes], [`${RUN}\nsource`]);
  assert.deepEqual(linesOf(engine), ['0', '1 (dae␛mon)', '2']);
});

test('a text that is searched for is found in names that came later', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = engineOf('events');
  openOn(engine, 'events', 2, [U32, one('uid', 0)], 1);
  engine.frames(events(3, { stream: 2 }));
  assert.equal(rowsOf(engine, 'daemon').total, 0);
  engine.named(2, [{ kind: 'user', value: '1', text: 'daemon' }], []);
  // It says that it goes on until it has looked again.
  while (rowsOf(engine, 'daemon').searching);
  const window = rowsOf(engine, 'daemon');
  assert.deepEqual(
    window.rows.map(({ cells }) => cells.at(-1)),
    ['1 (daemon)'],
  );
});
