import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, framesOf } from '../frames.ts';
import type { ProbeSchema } from '../schema.ts';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '../testing.ts';
import { sourceTable } from './source-table.ts';

const int = (name: string, size: number, signed = false) =>
  ({ kind: 'int', name, size, signed, encoding: 'integer' }) as const;
const TYPES: ProbeSchema['types'] = [
  { kind: 'void' },
  int('__u32', 4),
  int('__u64', 8),
  { kind: 'typedef', name: '__be32', target: 1 },
  int('unsigned short', 2),
  { kind: 'typedef', name: '__be16', target: 4 },
  {
    kind: 'struct',
    name: 'connect',
    size: 8,
    members: [
      { name: 'daddr', type: 3, offsetBits: 0 },
      { name: 'dport', type: 5, offsetBits: 32 },
    ],
  },
  { kind: 'struct', name: 'close', size: 4, members: [{ name: 'fd', type: 1, offsetBits: 0 }] },
  { kind: 'array', element: 2, length: 2 },
];
const ORIGIN = { host: 'here', clockOffset: 1_000n };

function frameOf(message: ArrayBuffer): Frame {
  const [frame] = framesOf(new Uint8Array(message), message.byteLength);
  assert.ok(frame);
  return frame;
}

test('addresses are text, ports numbers in host order, and records of two types share a table', () => {
  const records = [
    { type: 6, size: 8 },
    { type: 7, size: 4 },
  ];
  const schema = sampleSchema({ types: TYPES, sources: [sampleSource({ records })] });
  const table = sourceTable(schema, sampleSource({ records }));
  assert.deepEqual(table.columns, [
    { name: 'time', type: 'timestamp' },
    { name: 'host', type: 'text' },
    { name: 'record', type: 'text' },
    { name: 'daddr', type: 'text' },
    { name: 'dport', type: 'uint16' },
    { name: 'fd', type: 'uint32' },
  ]);
  const connect = sampleRecord(Uint8Array.of(10, 0, 0, 1, 0x01, 0xbb, 0, 0));
  const close = sampleRecord(Uint8Array.of(7, 0, 0, 0));
  const payload = Uint8Array.from([...close, ...connect, ...close]);
  assert.deepEqual(
    table.rows(frameOf(sampleMessage({ kind: 'events', count: 3, timeNs: 5n }, payload)), ORIGIN),
    [
      [1005n, 'here', 'close', null, null, 7],
      [1005n, 'here', 'connect', '10.0.0.1', 443, null],
      [1005n, 'here', 'close', null, null, 7],
    ],
  );
});

test('a per-CPU map has the sums over its CPUs, once its snapshot is whole', () => {
  const map = sampleSource({
    name: 'counts',
    kind: 'map',
    mapType: 'percpu_hash',
    keySize: 4,
    valueSize: 16,
    perCpu: true,
    keyType: 1,
    valueType: 8,
  });
  const table = sourceTable(sampleSchema({ types: TYPES, sources: [map] }), map);
  assert.deepEqual(table.columns.slice(2), [
    { name: 'key', type: 'uint32' },
    { name: 'value', type: { list: 'uint64' } },
  ]);
  const payload = new Uint8Array(8 + 32);
  payload[0] = 42;
  new BigUint64Array(payload.buffer, 8).set([1n, 2n, 10n, 20n]);
  const piece = (flags: number, seq: bigint) =>
    table.rows(frameOf(sampleMessage({ kind: 'map', count: 1, aux: 2, flags, seq }, payload)), ORIGIN);
  assert.deepEqual(piece(1, 1n), []);
  assert.deepEqual(piece(2, 2n), [], 'the rest of a snapshot that was not begun');
  assert.deepEqual(piece(3, 3n), [[1000n, 'here', 42, [11n, 22n]]]);
  const source = { ...map, records: [] };
  assert.equal(sourceTable(sampleSchema({ types: TYPES, sources: [source] }), source).columns.length, 4);
});

test('without the host’s clock rows have no time', () => {
  const source = sampleSource({ kind: 'text', name: 'dump' });
  const table = sourceTable(sampleSchema({ sources: [source] }), source);
  const piece = (text: string, flags: number) =>
    table.rows(frameOf(sampleMessage({ kind: 'text', flags }, new TextEncoder().encode(text))), {
      host: 'here',
      clockOffset: undefined,
    });
  assert.deepEqual(piece('one\ntw', 0), [[null, 'here', 'one']]);
  assert.deepEqual(piece('o\nlast', 2), [
    [null, 'here', 'two'],
    [null, 'here', 'last'],
  ]);
});
