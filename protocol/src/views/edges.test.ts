import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder } from '../decode.ts';
import { framesOf } from '../frames.ts';
import { FRAME_PAYLOAD_MAX } from '../limits.ts';
import type { Type } from '../schema.ts';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '../testing.ts';
import { planEdges } from './edges.ts';

const U16: Type = { kind: 'int', name: '__u16', size: 2, signed: false, encoding: 'integer' };
const BE32: Type = { kind: 'int', name: '__be32', size: 4, signed: false, encoding: 'integer' };
const U64: Type = { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' };
const CHAR: Type = { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' };
const TEXT: Type = { kind: 'array', element: 3, length: 8 };
const FLOW: Type = {
  kind: 'struct',
  name: 'flow',
  size: 32,
  members: [
    { name: 'saddr', type: 5, offsetBits: 0 },
    { name: 'daddr', type: 5, offsetBits: 32 },
    { name: 'sport', type: 0, offsetBits: 64 },
    { name: 'dport', type: 0, offsetBits: 80 },
    { name: 'comm', type: 4, offsetBits: 128 },
    { name: 'open_ns', type: 2, offsetBits: 192 },
  ],
};
const source = sampleSource({ records: [{ type: 6, size: 32 }] });
const BE32_NAMED: Type = { kind: 'typedef', name: '__be32', target: 1 };
const schema = sampleSchema({ sources: [source], types: [U16, BE32, U64, CHAR, TEXT, BE32_NAMED, FLOW] });

test('a record with two addresses is an edge from a command, an address or a port to an address with its port', () => {
  const plan = planEdges(schema, source);
  assert.ok(plan);
  assert.deepEqual(plan.near, ['process', 'address', 'port']);
  assert.deepEqual(
    plan.weights.map(({ column, unit }) => [column, unit]),
    [
      ['', 'count'],
      ['open_ns', 'ns'],
    ],
  );
  const record = new Uint8Array(32);
  record.set([10, 0, 0, 1, 10, 0, 0, 2]);
  const view = new DataView(record.buffer);
  view.setUint16(8, 40_000, true);
  view.setUint16(10, 80, true);
  record.set(new TextEncoder().encode('curl'), 16);
  view.setBigUint64(24, 2_000_000n, true);
  const [frame] = [
    ...framesOf(new Uint8Array(sampleMessage({ kind: 'events' }, sampleRecord(record))), FRAME_PAYLOAD_MAX),
  ];
  assert.ok(frame);
  const edges = createDecoder(schema)
    .records(frame)
    .flatMap((batch) => plan.ofRecords(batch));
  const ends = { from: ['curl', '10.0.0.1', '10.0.0.1:40000'], to: '10.0.0.2:80' };
  assert.deepEqual(edges, [{ ...ends, bare: ends, weights: [1, 2_000_000] }]);
});

test('a text as long as what the kernel calls a task is a command although it is only called `name`', () => {
  const member = (name: string, size: number) => {
    const text: Type = { kind: 'array', element: 3, length: size };
    const flow: Type = {
      ...{ kind: 'struct', name: 'flow', size: 8 + size },
      members: [
        { name: 'saddr', type: 5, offsetBits: 0 },
        { name: 'daddr', type: 5, offsetBits: 32 },
        { name, type: 4, offsetBits: 64 },
      ],
    };
    const records = [{ type: 6, size: 8 + size }];
    const own = sampleSource({ records });
    return planEdges(
      sampleSchema({ sources: [own], types: [U16, BE32, U64, CHAR, text, BE32_NAMED, flow] }),
      own,
    )?.near;
  };
  assert.deepEqual(member('name', 16), ['process', 'address']);
  assert.deepEqual(member('name', 32), ['address']);
});

test('a source without two ends is no topology', () => {
  const alone = sampleSource({ records: [{ type: 2, size: 8 }] });
  assert.equal(planEdges(sampleSchema({ ...schema, sources: [alone] }), alone), undefined);
});
