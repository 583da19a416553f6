import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder } from './decode.ts';
import { encodeFrame, type Frame, FrameError, type FrameKind, framesOf } from './frames.ts';
import type { ProbeSchema, Source, Type } from './schema.ts';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from './testing.ts';
import { escapeControls, escapeLines } from './values/escape.ts';
import { formatValue } from './values/format.ts';
import { presentationOf } from './values/presentation.ts';
import { formatBytes, formatDuration } from './values/units.ts';
import { toJson } from './values/value.ts';

const TYPES: Type[] = [
  { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' }, // 0
  { kind: 'int', name: 'long long', size: 8, signed: true, encoding: 'integer' }, // 1
  { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' }, // 2
  { kind: 'array', element: 2, length: 8 }, // 3 char[8]
  { kind: 'int', name: '_Bool', size: 1, signed: false, encoding: 'bool' }, // 4
  {
    kind: 'enum',
    name: 'state',
    size: 4,
    signed: true,
    values: [
      ['OPEN', '1'],
      ['CLOSED', '-1'],
    ],
  }, // 5
  { kind: 'typedef', name: '__be32', target: 0 }, // 6
  {
    kind: 'struct',
    name: 'inner',
    size: 8,
    members: [
      { name: 'low', type: 0, offsetBits: 0, bitSize: 3 },
      { name: 'high', type: 0, offsetBits: 3, bitSize: 29 },
      { name: 'saddr', type: 6, offsetBits: 32 },
    ],
  }, // 7
  {
    kind: 'struct',
    name: 'event',
    size: 40,
    members: [
      { name: 'pid', type: 0, offsetBits: 0 },
      { name: 'ok', type: 4, offsetBits: 32 },
      { name: 'dur_ns', type: 1, offsetBits: 64 },
      { name: 'comm', type: 3, offsetBits: 128 },
      { name: 'state', type: 5, offsetBits: 192 },
      { name: 'in', type: 7, offsetBits: 224 },
      { name: 'port', type: 0, offsetBits: 288 },
    ],
  }, // 8
  { kind: 'struct', name: 'small', size: 4, members: [{ name: 'only', type: 0, offsetBits: 0 }] }, // 9
  { kind: 'int', name: 'unsigned char', size: 1, signed: false, encoding: 'integer' }, // 10
  { kind: 'array', element: 10, length: 16 }, // 11
  { kind: 'array', element: 0, length: 4 }, // 12
  {
    kind: 'union',
    name: '',
    size: 16,
    members: [
      { name: 'u6_addr8', type: 11, offsetBits: 0 },
      { name: 'u6_addr32', type: 12, offsetBits: 0 },
    ],
  }, // 13
  { kind: 'struct', name: 'in6_addr', size: 16, members: [{ name: 'in6_u', type: 13, offsetBits: 0 }] }, // 14
  {
    kind: 'struct',
    name: 'flow',
    size: 20,
    members: [
      { name: 'daddr', type: 14, offsetBits: 0 },
      { name: 'port', type: 0, offsetBits: 128 },
    ],
  }, // 15
];

const source = sampleSource;

function schemaOf(...sources: Source[]): ProbeSchema {
  return sampleSchema({ sources, types: TYPES });
}

function frame(kind: FrameKind, payload: Uint8Array, count: number, aux = 0, seq = 0n): Frame {
  const message = sampleMessage({ kind, count, aux, seq }, payload);
  const [decoded] = [...framesOf(new Uint8Array(message), 1 << 20)];
  assert.ok(decoded);
  return decoded;
}

const record = sampleRecord;

function event(pid: number, duration: bigint): Uint8Array {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, pid, true);
  view.setUint8(4, 1);
  view.setBigInt64(8, duration, true);
  bytes.set(new TextEncoder().encode('b\u001bsh'), 16);
  view.setInt32(24, -1, true);
  view.setUint32(28, (5 | (1000 << 3)) >>> 0, true);
  view.setUint32(32, 0x0100007f, true);
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test('records become typed columns, 64 bits exact, bitfields and nested members included', () => {
  const decoder = createDecoder(schemaOf(source({ records: [{ type: 8, size: 40 }] })));
  const big = 9007199254740993n;
  const payload = joined(record(event(1, big)), record(event(9, 1n), 0x40000000), record(event(2, -5n)));
  const [batch] = decoder.records(frame('events', payload, 2, 0, 41n));
  assert.ok(batch);
  assert.equal(batch.rows, 2);
  assert.deepEqual([...batch.ordinals], [41n, 42n]);
  const row = (at: number) =>
    Object.fromEntries(batch.columns.map((column) => [column.leaf.name, column.get(at)]));
  assert.deepEqual(row(0), {
    pid: 1,
    ok: true,
    dur_ns: big,
    comm: 'b\u001bsh',
    state: 'CLOSED',
    'in.low': 5,
    'in.high': 1000,
    'in.saddr': 0x0100007f,
    port: 0,
  });
  assert.equal(row(1).dur_ns, -5n);
  assert.equal(toJson(big), '9007199254740993');
  assert.equal(toJson(-5n), -5);
});

test('a record shorter than its type reads null where it ends', () => {
  const decoder = createDecoder(schemaOf(source({ records: [{ type: 8, size: 40 }] })));
  const [batch] = decoder.records(frame('events', record(event(3, 4n).subarray(0, 16)), 1));
  assert.deepEqual(
    batch?.columns.map((column) => column.get(0)),
    [3, true, 4n, '', null, null, null, null, null],
  );
});

test('record types in one buffer are told apart by size, unknown ones are hex', () => {
  const both = source({
    records: [
      { type: 8, size: 40 },
      { type: 9, size: 4 },
    ],
  });
  const payload = joined(record(event(1, 1n)), record(Uint8Array.of(7, 0, 0, 0)), record(event(2, 1n)));
  const batches = createDecoder(schemaOf(both)).records(frame('events', payload, 3));
  assert.deepEqual(
    batches.map((batch) => [batch.type, [...batch.ordinals]]),
    [
      [8, [0n, 2n]],
      [9, [1n]],
    ],
  );
  const [unknown] = createDecoder(schemaOf(source({}))).records(
    frame('events', record(Uint8Array.of(222, 173)), 1),
  );
  assert.equal(unknown?.columns[0]?.get(0), 'dead');
});

test('a per-CPU map gives one list of columns per CPU', () => {
  const map = source({
    kind: 'map',
    mapType: 'percpu_hash',
    keySize: 4,
    valueSize: 4,
    perCpu: true,
    keyType: 0,
    valueType: 0,
  });
  const payload = new Uint8Array(8 + 2 * 8 * 1);
  const view = new DataView(payload.buffer);
  view.setUint32(0, 77, true);
  view.setUint32(8, 10, true);
  view.setUint32(16, 20, true);
  const batch = createDecoder(schemaOf(map)).map(frame('map', payload, 1, 2, 3n));
  assert.equal(batch.keys[0]?.get(0), 77);
  assert.deepEqual(
    batch.cpuValues?.map((columns) => columns[0]?.get(0)),
    [10, 20],
  );
  assert.equal(batch.last, true);
});

test('a command line has all its words, as many bytes as its size says', () => {
  const types: Type[] = [
    { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' },
    { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' },
    { kind: 'array', element: 1, length: 32 },
    {
      kind: 'struct',
      name: 'event',
      size: 36,
      members: [
        { name: 'args_size', type: 0, offsetBits: 0 },
        { name: 'args', type: 2, offsetBits: 32 },
      ],
    },
  ];
  const schema = sampleSchema({ types, sources: [source({ records: [{ type: 3, size: 36 }] })] });
  const event = new Uint8Array(24).fill(120);
  new DataView(event.buffer).setUint32(0, 8, true);
  event.set(new TextEncoder().encode('ls\0-l\0/\0'), 4);
  const short = event.slice(0, 9);
  const [batch] = createDecoder(schema).records(frame('events', joined(record(event), record(short)), 2));
  assert.equal(batch?.columns[1]?.get(0), 'ls\0-l\0/\0');
  assert.equal(batch?.columns[1]?.get(1), 'ls\0-l');
});

test('an IPv6 address is one column, not the members of its union', () => {
  const schema = schemaOf(source({ records: [{ type: 15, size: 20 }] }));
  const flow = new Uint8Array(20);
  flow.set([0x20, 1, 0xd, 0xb8], 0);
  flow[15] = 1;
  flow[16] = 80;
  const decoder = createDecoder(schema);
  const [batch] = decoder.records(frame('events', joined(record(flow), record(flow.subarray(0, 12))), 2));
  const texts = (row: number) =>
    batch?.columns.map(({ leaf, get }) => [leaf.name, formatValue(get(row), presentationOf(schema, leaf))]);
  assert.deepEqual(texts(0), [
    ['daddr', '2001:db8::1'],
    ['port', '80'],
  ]);
  assert.deepEqual(texts(1), [
    ['daddr', '–'],
    ['port', '–'],
  ]);
});

test('frames that lie about their length are refused', () => {
  const bytes = encodeFrame(
    { kind: 'events', flags: 0, source: 0, stream: 1, count: 1, aux: 0, seq: 0n, lost: 0n, timeNs: 0n },
    record(Uint8Array.of(1)),
  );
  assert.throws(() => [...framesOf(bytes.subarray(0, bytes.length - 1), 1 << 20)], FrameError);
  assert.throws(() => [...framesOf(bytes, 4)], FrameError);
  const broken = Uint8Array.from(bytes);
  broken[48] = 200;
  const decoder = createDecoder(schemaOf(source({})));
  const [one] = [...framesOf(broken, 1 << 20)];
  assert.ok(one);
  assert.throws(() => decoder.records(one), FrameError);
});

test('values read as people write them, and cannot steer a terminal', () => {
  const schema = schemaOf();
  assert.equal(formatValue(0x0100007f, presentationOf(schema, { type: 6, name: 'saddr' })), '127.0.0.1');
  assert.equal(formatValue(1_234_567n, presentationOf(schema, { type: 1, name: 'in.dur_ns' })), '1.23 ms');
  assert.equal(formatDuration(61e9), '1 min 1 s');
  assert.equal(formatDuration(129 * 60e9 + 59.9e9), '2 h 10 min');
  assert.equal(formatDuration(59.97e9), '1 min 0 s');
  assert.equal(formatBytes(1536), '1.5 KiB');
  assert.equal(escapeControls('a\u001b[31m\nb\u202e<b>'), 'a␛[31m␊b\\u{202e}<b>');
  assert.equal(escapeLines('a\u001b\nb\r'), 'a␛\nb␍');
  const octets = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  assert.equal(formatValue(octets, { meaning: 'ipv6' }), '2001:db8::1');
});
