import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, FRAME_FLAGS } from '@probepad/protocol/frames';
import { withRecordTypes } from '@probepad/protocol/record-types';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { FakeStream, fakeSchema } from '../session/test/fake-stream.ts';
import { createEngine, type Engine } from './engine.ts';

const RUN = 'r1';
const EVENTS = { run: RUN, source: 'events' };
const MAP = { run: RUN, source: 'syscalls' };

function started(...hosts: string[]): { engine: Engine; streams: FakeStream[]; changed: Set<string> } {
  const changed = new Set<string>();
  const engine = createEngine((key) => changed.add(key));
  const streams = hosts.map((host, at) => {
    const stream = new FakeStream(at + 1, 1000, host);
    engine.open({ run: RUN, host, hostName: host, stream: at + 1, schema: fakeSchema() });
    engine.clock(at + 1, String(stream.clockOffset));
    return stream;
  });
  return { engine, streams, changed };
}

/** Feeds the frames of some time; a copy, as the page hands its buffers over. */
function feed(engine: Engine, stream: FakeStream, milliseconds: number, maps = false): void {
  for (const frame of stream.frames(milliseconds, maps)) engine.frames(Uint8Array.from(frame).buffer);
}

test('rows come newest first, typed as people read them', () => {
  const { engine, streams, changed } = started('local');
  feed(engine, streams[0] as FakeStream, 100);
  const window = engine.rows({ ...EVENTS, offset: 0, limit: 5, filter: '' });
  assert.ok(changed.has('r1\nevents'));
  assert.equal(window.rows.length, 5);
  assert.equal(window.total, window.head + 1);
  const names = window.columns.map((column) => column.name);
  assert.deepEqual(names, ['time', 'pid', 'comm', 'filename', 'dur_ns', 'daddr', 'ppid', 'uid', 'cgroup']);
  const [first, second] = window.rows;
  assert.equal(Number(first?.cells[1]) - 1, Number(second?.cells[1]));
  assert.match(first?.cells[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3}$/);
  assert.match(first?.cells[4] ?? '', /^[\d.]+ (ns|µs|ms|s)$/);
  assert.match(first?.cells[5] ?? '', /^10\.0\.2\.\d+$/);
  // Beyond 2^53, and exact.
  assert.match(first?.cells[8] ?? '', /^184464\d{14}$/);
});

test('records that came as bytes are read anew once it is said what they are', () => {
  const schema = fakeSchema();
  const sources = schema.sources.map((source) =>
    source.kind === 'events' ? { ...source, records: [], candidates: source.records } : source,
  );
  const { engine, streams } = started();
  const stream = new FakeStream(1, 1000, 'local');
  streams.push(stream);
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema: { ...schema, sources } });
  feed(engine, stream, 50);
  const shown = () => engine.rows({ ...EVENTS, offset: 0, limit: 2, filter: '' });
  const before = shown();
  assert.deepEqual(
    before.columns.map(({ name }) => name),
    ['time', 'bytes'],
  );
  engine.retype(1, schema);
  const after = shown();
  assert.equal(after.total, before.total);
  assert.ok(after.columns.some(({ name }) => name === 'dur_ns'));
  feed(engine, stream, 50);
  assert.equal(
    shown().rows.some(({ gap }) => gap !== undefined),
    false,
  );
});

test('the values that records begin with are told, and rows are read anew by them', () => {
  const u32: Type = { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' };
  const struct = (name: string, member: string): Type => ({
    kind: 'struct',
    name,
    size: 8,
    members: [
      { name: 'type', type: 0, offsetBits: 0 },
      { name: member, type: 0, offsetBits: 32 },
    ],
  });
  const records = [
    { type: 1, size: 8 },
    { type: 2, size: 8 },
  ];
  const schema = sampleSchema({
    types: [u32, struct('opened', 'fd'), struct('closed', 'took')],
    sources: [sampleSource({ records })],
  });
  const { engine } = started();
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  const send = (seq: number, ...types: number[]): void => {
    const payload = Buffer.concat(
      types.map((type) => sampleRecord(Buffer.from(Uint32Array.of(type, 5).buffer))),
    );
    const header = { kind: 'events', flags: 0, stream: 1, source: 0, aux: 0, lost: 0n, timeNs: 1n } as const;
    engine.frames(
      Uint8Array.from(encodeFrame({ ...header, count: types.length, seq: BigInt(seq) }, payload)).buffer,
    );
  };
  send(0, 7, 8, 8);
  assert.deepEqual(engine.leading(EVENTS), [
    { value: '7', records: 1 },
    { value: '8', records: 2 },
  ]);
  engine.retype(1, withRecordTypes(schema, { 'events:8': 'closed', 'events:7': 'opened' }));
  const shown = engine.rows({ ...EVENTS, offset: 0, limit: 3, filter: '' });
  const at = shown.columns.findIndex(({ name }) => name === 'record');
  assert.deepEqual(
    shown.rows.map(({ cells }) => cells[at]),
    ['closed', 'closed', 'opened'],
  );
  // Another choice among the same structs.
  engine.retype(1, withRecordTypes(schema, { 'events:8': 'opened', 'events:7': 'closed' }));
  const again = engine.rows({ ...EVENTS, offset: 0, limit: 3, filter: '' });
  assert.deepEqual(
    again.rows.map(({ cells }) => cells[at]),
    ['opened', 'opened', 'closed'],
  );
  send(3, ...Array.from({ length: 40 }, (_, each) => each));
  assert.deepEqual(engine.leading(EVENTS), [], 'a number of many values is no kind of record');
});

test('rows that came before their host told its clock have a time once it has', () => {
  const changed = new Set<string>();
  const engine = createEngine((key) => changed.add(key));
  const stream = new FakeStream(1, 1000, 'local');
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema: fakeSchema() });
  feed(engine, stream, 50);
  const times = () =>
    engine.rows({ ...EVENTS, offset: 0, limit: 2, filter: '' }).rows.map(({ cells }) => cells[0]);
  assert.deepEqual(times(), ['', '']);
  changed.clear();
  engine.clock(1, String(stream.clockOffset));
  assert.ok(changed.has('r1\nevents'), 'they are shown anew');
  for (const time of times()) assert.match(time ?? '', /^\d\d:\d\d:\d\d\.\d{3}$/);
  changed.clear();
  engine.clock(1, String(stream.clockOffset));
  assert.equal(changed.size, 0);
});

test('a held head keeps its rows while new ones come', () => {
  const { engine, streams } = started('local');
  feed(engine, streams[0] as FakeStream, 50);
  const before = engine.rows({ ...EVENTS, offset: 0, limit: 3, filter: '' });
  feed(engine, streams[0] as FakeStream, 50);
  const held = engine.rows({ ...EVENTS, head: before.head, offset: 0, limit: 3, filter: '' });
  const texts = ({ rows }: typeof held) => rows.map(({ id, cells }) => [id, ...cells]);
  assert.deepEqual(texts(held), texts(before));
  assert.ok(held.latest > held.head);
});

test('control characters of a task name are shown, not obeyed', () => {
  const { engine, streams } = started('local');
  feed(engine, streams[0] as FakeStream, 2000);
  const window = engine.rows({ ...EVENTS, offset: 0, limit: 1, filter: 'evil' });
  assert.ok(window.total > 0);
  assert.equal(window.rows[0]?.cells[2], '␛[31m<b>evil');
});

test('a filter counts what matches and follows new rows', () => {
  const { engine, streams } = started('local');
  feed(engine, streams[0] as FakeStream, 300);
  const all = engine.rows({ ...EVENTS, offset: 0, limit: 1, filter: '' }).total;
  const first = engine.rows({ ...EVENTS, offset: 0, limit: 1000, filter: 'CRON' });
  assert.ok(first.total > 0 && first.total < all);
  assert.ok(first.rows.every((row) => row.cells.some((cell) => cell.includes('cron'))));
  feed(engine, streams[0] as FakeStream, 300);
  assert.ok(engine.rows({ ...EVENTS, offset: 0, limit: 1, filter: 'cron' }).total > first.total);
});

test('two hosts share a table with a host column', () => {
  const { engine, streams } = started('alpha', 'beta');
  for (const stream of streams) feed(engine, stream, 20);
  const window = engine.rows({ ...EVENTS, offset: 0, limit: 500, filter: '' });
  assert.equal(window.columns[1]?.name, 'host');
  assert.deepEqual(new Set(window.rows.map((row) => row.cells[1])), new Set(['alpha', 'beta']));
});

test('frames sent again after a reconnect are not counted twice', () => {
  const { engine, streams } = started('local');
  const frames = [...(streams[0] as FakeStream).frames(50, false)];
  for (const frame of [...frames, ...frames]) engine.frames(Uint8Array.from(frame).buffer);
  const rows = engine.rows({ ...EVENTS, offset: 0, limit: 1, filter: '' }).total;
  const again = createEngine(() => undefined);
  again.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema: fakeSchema() });
  for (const frame of frames) again.frames(Uint8Array.from(frame).buffer);
  assert.equal(rows, again.rows({ ...EVENTS, offset: 0, limit: 1, filter: '' }).total);
});

test('what was dropped has a row that says where', () => {
  const { engine } = started('local');
  const header = { flags: 0, source: 0, stream: 1, count: 1204, aux: 3, seq: 0n, lost: 0n, timeNs: 0n };
  engine.frames(Uint8Array.from(encodeFrame({ ...header, kind: 'gap' }, new Uint8Array())).buffer);
  const [row] = engine.rows({ ...EVENTS, offset: 0, limit: 1, filter: '' }).rows;
  assert.match(row?.gap ?? '', /^1 204 records not shown/);
});

test('a map is sorted by its number, and tells each key its rate', () => {
  const { engine, streams } = started('local');
  feed(engine, streams[0] as FakeStream, 1, true);
  const first = engine.map({ ...MAP, offset: 0, limit: 100, filter: '' });
  const values = first.rows.map((row) => Number(row.cells[1]));
  assert.deepEqual(
    values,
    [...values].sort((a, b) => b - a),
  );
  assert.equal(first.rows[0]?.magnitude, 1);
  assert.ok(first.rows.every((row) => row.cells[2] === '–'));
  feed(engine, streams[0] as FakeStream, 1, true);
  const second = engine.map({ ...MAP, offset: 0, limit: 100, filter: '' });
  assert.ok(second.rows.some((row) => /^\d/.test(row.cells[2] ?? '')));
  const ascending = engine.map({
    ...MAP,
    sort: { column: 'key key', descending: false },
    offset: 0,
    limit: 2,
    filter: '',
  });
  assert.ok((ascending.rows[0]?.cells[0] ?? '').localeCompare(ascending.rows[1]?.cells[0] ?? '') <= 0);
});

test('slots become a histogram', () => {
  const { engine, streams } = started('local');
  feed(engine, streams[0] as FakeStream, 1, true);
  const [histogram] = engine.distributions({ run: RUN, source: 'latency' });
  assert.equal(histogram?.label, 'latency');
  assert.deepEqual(histogram?.bars[0], { from: 0, to: 2, count: 1 });
  assert.equal(
    histogram?.total,
    histogram?.bars.reduce((sum, { count }) => sum + count, 0),
  );
});

test('globals come with their offsets for writing', () => {
  const { engine, streams } = started('local');
  feed(engine, streams[0] as FakeStream, 1, true);
  const { values } = engine.globals({ run: RUN, source: '.bss' });
  const { total } = engine.rows({ ...EVENTS, offset: 0, limit: 0, filter: '' });
  assert.deepEqual(
    values.map(({ name, text, offset, writable, encoding }) => [name, text, offset, writable, encoding]),
    [
      ['seen', String(total), 0, true, 'unsigned'],
      ['threshold', '4096', 8, true, 'unsigned'],
      ['enabled', 'true', 12, true, 'bool'],
    ],
  );
});

test("a verifier's log is kept whole, even when no schema ever comes", () => {
  const engine = createEngine(() => undefined);
  const stream = new FakeStream(9, 1, 'local');
  engine.know({ run: RUN, host: 'local', hostName: 'this machine', stream: 9 });
  engine.frames(Uint8Array.from(stream.log('0: R1=ctx()\n\tR0 invalid \u001b mem\n')).buffer);
  assert.deepEqual(engine.log(RUN), [
    { host: 'local', hostName: 'this machine', text: '0: R1=ctx()\n\tR0 invalid ␛ mem\n' },
  ]);
});

test("a verifier's log that is too long for a page keeps its end", () => {
  const engine = createEngine(() => undefined);
  const stream = new FakeStream(9, 1, 'local');
  engine.know({ run: RUN, host: 'local', hostName: 'this machine', stream: 9 });
  const lines = `${'x'.repeat(63)}\n`.repeat(2 ** 11);
  for (const text of ['first\n', ...Array<string>(256).fill(lines), 'R0 invalid mem\n'])
    engine.frames(Uint8Array.from(stream.log(text, 0)).buffer);
  const text = engine.log(RUN)[0]?.text ?? '';
  assert.match(text.slice(0, 100), /^\[the beginning is left out.*\]\nx{10}/);
  assert.ok(text.length > 2 ** 24 - 100 && text.length < 2 ** 24 + 200, `${text.length} characters`);
  assert.ok(text.endsWith('x\nR0 invalid mem\n'));
});

test('a frame that the schema cannot explain harms no other', (context) => {
  context.mock.method(console, 'error', () => undefined);
  const { engine, streams } = started('local');
  const header = { flags: 0, source: 77, stream: 1, count: 1, aux: 0, seq: 0n, lost: 0n, timeNs: 0n };
  const bad = encodeFrame({ ...header, kind: 'events' }, new Uint8Array(16));
  const [good] = [...(streams[0] as FakeStream).frames(10, false)];
  assert.ok(good);
  engine.frames(Uint8Array.from([...bad, ...good]).buffer);
  assert.ok(engine.rows({ ...EVENTS, offset: 0, limit: 1, filter: '' }).total > 0);
});

test('a forgotten run has no rows', () => {
  const { engine, streams } = started('local');
  feed(engine, streams[0] as FakeStream, 50);
  engine.forget(RUN);
  assert.equal(engine.rows({ ...EVENTS, offset: 0, limit: 5, filter: '' }).total, 0);
});

test("a verifier's log may be cut inside a character", () => {
  const engine = createEngine(() => undefined);
  engine.know({ run: RUN, host: 'h', hostName: 'h', stream: 1 });
  const bytes = new TextEncoder().encode('; größe = 1;\n');
  const cut = bytes.indexOf(0xc3) + 1;
  engine.frames(sampleMessage({ kind: 'log', flags: 1 }, bytes.slice(0, cut)));
  engine.frames(sampleMessage({ kind: 'log', flags: 2, seq: BigInt(cut) }, bytes.slice(cut)));
  assert.equal(engine.log(RUN)[0]?.text, '; größe = 1;\n');
});

test("a verifier's log tells what is missing, and holds nothing twice", () => {
  const engine = createEngine(() => undefined);
  engine.know({ run: RUN, host: 'h', hostName: 'h', stream: 1 });
  const send = (text: string, seq: number, flags = 0) =>
    engine.frames(
      sampleMessage({ kind: 'log', flags, seq: BigInt(seq) }, new TextEncoder().encode(text.slice(seq))),
    );
  const whole = '0: r0 = 1\n1: exit\n';
  send(whole.slice(0, 10), 0, FRAME_FLAGS.first);
  send(whole.slice(0, 10), 5);
  send(whole, 5);
  assert.equal(engine.log(RUN)[0]?.text, whole);
  send(`${whole}12345678\nprocessed 2 insns\n`, whole.length + 9);
  const holed = `${whole}[9 bytes are missing here]\nprocessed 2 insns\n`;
  assert.equal(engine.log(RUN)[0]?.text, holed);
  // What the hub keeps for whoever comes late begins in the middle of a long one.
  engine.know({ run: RUN, host: 'h', hostName: 'h', stream: 2 });
  engine.frames(sampleMessage({ kind: 'log', stream: 2, seq: 700n }, new TextEncoder().encode('1: exit\n')));
  assert.equal(engine.log(RUN)[1]?.text, '[700 bytes are missing here]\n1: exit\n');
  send('anew\n', 0, FRAME_FLAGS.first);
  assert.equal(engine.log(RUN)[0]?.text, 'anew\n');
});
