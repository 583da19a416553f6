import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import type { RowQuery, RowWindow } from '../session/decoder.ts';
import { createEngine, type Engine } from './engine.ts';
import type { Slice } from './query/slice.ts';

const ROWS = 1_000_000;
const FRAME = 4000;
const COMMANDS = ['nginx', 'bash', 'postgres', 'sh'];
const U32: Type = { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' };
const U64: Type = { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' };
const CHAR: Type = { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' };
const TYPES: Type[] = [
  U32,
  U64,
  CHAR,
  { kind: 'array', element: 2, length: 8 },
  {
    kind: 'struct',
    name: 'event',
    size: 32,
    members: [
      { name: 'pid', type: 0, offsetBits: 0 },
      { name: 'cpu', type: 0, offsetBits: 32 },
      { name: 'comm', type: 3, offsetBits: 64 },
      { name: 'dur_ns', type: 1, offsetBits: 128 },
      { name: 'inode', type: 1, offsetBits: 192 },
    ],
  },
];

/** What row `n` holds; numbers that differ only in their last bits among them. */
const made = {
  pid: (n: number): number => n % 1000,
  comm: (n: number): string => COMMANDS[n % COMMANDS.length] ?? '',
  dur: (n: number): bigint => BigInt((n * 7919) % 1_000_003) * 1000n,
  inode: (n: number): bigint => 2n ** 63n + BigInt(n),
};

const NAMES = COMMANDS.map((name) => new TextEncoder().encode(name.padEnd(8, '\0')));

/** Records of 32 bytes, each behind its 8 bytes of header (protocol/frames). */
function frame(from: number, count: number): ArrayBuffer {
  const payload = new Uint8Array(count * 40);
  const view = new DataView(payload.buffer);
  for (let at = 0; at < count; at++) {
    const n = from + at;
    view.setUint32(at * 40, 32, true);
    view.setUint32(at * 40 + 8, made.pid(n), true);
    view.setUint32(at * 40 + 12, n % 8, true);
    payload.set(NAMES[n % NAMES.length] ?? [], at * 40 + 16);
    view.setBigUint64(at * 40 + 24, made.dur(n), true);
    view.setBigUint64(at * 40 + 32, made.inode(n), true);
  }
  return sampleMessage({ kind: 'events', count, seq: BigInt(from), timeNs: BigInt(from) * 1000n }, payload);
}

function engineOf(rows: number, slice?: () => Slice): Engine {
  const engine = createEngine(() => undefined, undefined, slice);
  const schema = sampleSchema({
    types: TYPES,
    sources: [sampleSource({ records: [{ type: 4, size: 32 }] })],
  });
  engine.open({ run: 'r', host: 'h', hostName: 'box', stream: 1, schema });
  engine.clock(1, '1795000000000000000');
  for (let from = 0; from < rows; from += FRAME) engine.frames(frame(from, Math.min(FRAME, rows - from)));
  return engine;
}

/** Asks until the answer is whole, as a page does. */
function whole(engine: Engine, query: Partial<RowQuery>): RowWindow {
  for (;;) {
    const window = engine.rows({ run: 'r', source: 'events', offset: 0, limit: 5, filter: '', ...query });
    if (!window.searching) return window;
  }
}

const column = (window: RowWindow, name: string): string[] => {
  const at = window.columns.findIndex((each) => each.name === name);
  return window.rows.map(({ cells }) => cells[at] ?? '');
};
const ids = (window: RowWindow): number[] => window.rows.map(({ id }) => Number(id));

let million: Engine;
before(() => {
  million = engineOf(ROWS);
});

test('a million rows are kept, each at its place', () => {
  const window = whole(million, { offset: ROWS - 3 });
  assert.equal(window.total, ROWS);
  assert.deepEqual(ids(window), [2, 1, 0]);
  assert.deepEqual(column(window, 'comm'), ['postgres', 'bash', 'nginx']);
});

test('a filter takes the rows that fit out of a million, newest first', () => {
  const window = whole(million, { filter: 'pid == 42 && dur_ns > 1ms' });
  const expected = Array.from({ length: ROWS }, (_, n) => n).filter(
    (n) => made.pid(n) === 42 && made.dur(n) > 1_000_000n,
  );
  assert.equal(window.total, expected.length);
  assert.deepEqual(ids(window), expected.reverse().slice(0, 5));
  assert.equal(whole(million, { filter: `inode == ${2n ** 63n + 777_777n}` }).total, 1);
  assert.equal(whole(million, { filter: 'comm in (nginx, sh) && cpu != 0' }).total, 375_000);
});

test('a text is looked for in all cells, whichever letters it has', () => {
  assert.equal(whole(million, { filter: 'POSTGRES' }).total, ROWS / 4);
  // 9223372036854775808 + 12345, and no other cell
  assert.equal(whole(million, { filter: '9223372036854788153' }).total, 1);
  assert.equal(whole(million, { filter: 'no such text' }).total, 0);
});

test('rows sort by any column to the last bit, equal ones newest first', () => {
  const up = whole(million, { sort: { column: 'field dur_ns', descending: false }, limit: 4 });
  const durations = Array.from({ length: ROWS }, (_, n) => n).sort(
    (a, b) => Number(made.dur(a) - made.dur(b)) || b - a,
  );
  assert.deepEqual(ids(up), durations.slice(0, 4));
  assert.deepEqual(up.sort, { column: 'field dur_ns', descending: false });
  const inode = { column: 'field inode', descending: true };
  assert.deepEqual(ids(whole(million, { sort: inode, limit: 3 })), [ROWS - 1, ROWS - 2, ROWS - 3]);
  const text = whole(million, { sort: { column: 'field comm', descending: false }, limit: 2 });
  assert.deepEqual(ids(text), [ROWS - 3, ROWS - 7]);
  const both = whole(million, {
    sort: { column: 'field pid', descending: true },
    filter: 'comm == bash && pid < 500',
    limit: 2,
  });
  assert.deepEqual(column(both, 'pid'), ['497', '497']);
});

test('groups count, and rank the numbers of a column exactly', () => {
  const group = { by: ['field comm'], measures: ['field dur_ns'] };
  const window = whole(million, { group, sort: { column: 'field comm', descending: false } });
  assert.deepEqual(
    window.columns.map(({ name }) => name),
    [
      'comm',
      'count',
      'sum(dur_ns)',
      'avg(dur_ns)',
      'min(dur_ns)',
      'p50(dur_ns)',
      'p99(dur_ns)',
      'max(dur_ns)',
    ],
  );
  assert.deepEqual(column(window, 'comm'), ['bash', 'nginx', 'postgres', 'sh']);
  assert.deepEqual(column(window, 'count'), Array(4).fill('250000'));
  const own = Array.from({ length: ROWS / 4 }, (_, n) => Number(made.dur(4 * n + 1))).sort((a, b) => a - b);
  const words = (at: number): string => `${Number(((own[at] ?? 0) / 1e6).toPrecision(3))} ms`;
  assert.equal(column(window, 'p50(dur_ns)')[0], words(own.length / 2 - 1));
  assert.equal(column(window, 'p99(dur_ns)')[0], words(own.length * 0.99 - 1));
  assert.equal(column(window, 'max(dur_ns)')[0], '1 s');
});

test('groups have what is wanted of several columns, and sort by any of it', () => {
  const group = {
    by: ['field comm'],
    measures: ['field dur_ns', 'field pid'],
    statistics: ['max', 'avg'] as const,
  };
  const window = whole(million, { group, sort: { column: 'aggregate max(pid)', descending: true } });
  assert.deepEqual(
    window.columns.map(({ name }) => name),
    ['comm', 'count', 'avg(dur_ns)', 'max(dur_ns)', 'avg(pid)', 'max(pid)'],
  );
  const most = column(window, 'max(pid)').map(Number);
  assert.deepEqual(
    most,
    [...most].sort((a, b) => b - a),
  );
  for (const [at, mean] of column(window, 'avg(pid)').entries()) assert.ok(Number(mean) < (most[at] ?? 0));
});

test('the row that came last by a moment is found, among those that match as well', () => {
  const some = whole(million, { offset: FRAME + 2000, limit: 1 }).rows[0];
  const moment = some?.moment ?? 0;
  const { near = -1 } = whole(million, { near: moment, limit: 0 });
  assert.equal(near, FRAME);
  const [found] = whole(million, { offset: near, limit: 1 }).rows;
  assert.ok((found?.moment ?? Infinity) <= moment);
  assert.ok((whole(million, { offset: near - 1, limit: 1 }).rows[0]?.moment ?? 0) > moment);
  assert.equal(whole(million, { near: 0, limit: 0 }).near, whole(million, { limit: 0 }).total - 1);
  const matching = whole(million, { filter: 'comm == bash', near: moment, limit: 0 }).near ?? -1;
  const [bash] = whole(million, { filter: 'comm == bash', offset: matching, limit: 1 }).rows;
  assert.ok(bash && (bash.moment ?? Infinity) <= moment);
});

test('a group has the filter that takes its rows', () => {
  const group = { by: ['field comm', 'field cpu'] };
  const window = whole(million, {
    group,
    filter: '"postgres"',
    sort: { column: 'field cpu', descending: true },
  });
  assert.equal(window.total, 2);
  assert.equal(window.rows[0]?.filter, '"postgres" && comm == "postgres" && cpu == 6');
  assert.equal(whole(million, { filter: window.rows[0]?.filter ?? '' }).total, ROWS / 8);
});

test('a filter that can not be read tells why, and leaves all rows', () => {
  const window = whole(million, { filter: 'pdi == 42' });
  assert.equal(window.total, ROWS);
  assert.deepEqual(window.problem, {
    message: 'there is no column pdi',
    remedy: 'Did you mean pid?',
    start: 0,
    end: 3,
  });
});

test('sorted rows hold still while others come, until they are asked for anew', () => {
  const engine = engineOf(100);
  const sort = { column: 'field inode', descending: true };
  const first = whole(engine, { sort, limit: 1 });
  engine.frames(frame(100, 50));
  const still = whole(engine, { sort, limit: 1 });
  assert.deepEqual([still.head, still.latest, ids(still)], [99, 149, ids(first)]);
  const anew = whole(engine, { sort, limit: 1, head: still.latest });
  assert.deepEqual(ids(anew), [149]);
});

test('long work is cut, and goes on when it is asked for again', () => {
  const engine = engineOf(20_000, () => ({ isOver: () => true }));
  const ask = { run: 'r', source: 'events', offset: 0, limit: 5 };
  const first = engine.rows({ ...ask, filter: 'comm == sh' });
  assert.equal(first.searching, true);
  assert.equal(first.total, FRAME / 4);
  // The newest are found first, and new ones before the older.
  engine.frames(frame(20_000, 8));
  assert.equal(ids(engine.rows({ ...ask, filter: 'comm == sh' }))[0], 20_007);
  assert.equal(whole(engine, { filter: 'comm == sh' }).total, 5002);
});

test('rows that were given up are found no more, and sorted rows tell that they are gone', () => {
  const engine = engineOf(20_000);
  const sort = { column: 'field inode', descending: false };
  const sorted = whole(engine, { sort, limit: 1 });
  assert.equal(whole(engine, { filter: 'inode == 9223372036854775808' }).total, 1);
  for (let from = 20_000; from < 1_100_000; from += FRAME) engine.frames(frame(from, FRAME));
  assert.equal(whole(engine, { filter: 'inode == 9223372036854775808' }).total, 0);
  assert.match(whole(engine, { sort, limit: 1, head: sorted.head }).rows[0]?.gap ?? '', /no longer kept/);
});
