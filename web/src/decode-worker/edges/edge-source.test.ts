import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProbeSchema, Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import type { Topology } from '../../session/topology.ts';
import { createEngine, type Engine } from '../engine.ts';

const RUN = 'r1';
const U16: Type = { kind: 'int', name: '__u16', size: 2, signed: false, encoding: 'integer' };
const U32: Type = { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' };
const BE32: Type = { kind: 'typedef', name: '__be32', target: 1 };
const FLOW: Type = {
  kind: 'struct',
  name: 'flow',
  size: 12,
  members: [
    { name: 'saddr', type: 2, offsetBits: 0 },
    { name: 'daddr', type: 2, offsetBits: 32 },
    { name: 'sport', type: 0, offsetBits: 64 },
    { name: 'dport', type: 0, offsetBits: 80 },
  ],
};
const TYPES = [U16, U32, BE32, FLOW];

function flow(from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes.set([10, 0, 0, from, 10, 0, 0, to]);
  new DataView(bytes.buffer).setUint16(10, 80, true);
  return bytes;
}

function opened(schema: ProbeSchema): Engine {
  const engine = createEngine(() => undefined);
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  return engine;
}

function edgesOf({ nodes = [], edges = [] }: Partial<Topology> = {}) {
  return edges.map(({ from, to, amount }) => [nodes[from]?.label, nodes[to]?.label, amount]);
}

test('records that turn out to have two ends are edges from then on, and no more once they have none', () => {
  const none = sampleSource({ name: 'flows', candidates: [{ type: 3, size: 12 }] });
  const untyped = sampleSchema({ types: TYPES, sources: [none] });
  const typed = sampleSchema({ types: TYPES, sources: [{ ...none, records: [{ type: 3, size: 12 }] }] });
  const engine = opened(untyped);
  const topology = () => edgesOf(engine.topology({ run: RUN, source: 'flows' }));
  const feed = (seq: bigint) =>
    engine.frames(sampleMessage({ kind: 'events', seq }, sampleRecord(flow(1, 2))));
  feed(0n);
  assert.deepEqual(topology(), []);
  engine.retype(1, typed);
  feed(1n);
  assert.deepEqual(topology(), [['10.0.0.1', '10.0.0.2:80', 1]]);
  engine.retype(1, untyped);
  assert.deepEqual(topology(), []);
});
