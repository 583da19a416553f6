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
const U64: Type = { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' };
/** One that acts, where it goes, and a member that is no end. */
const OWNED: Type = {
  kind: 'struct',
  name: 'owned',
  size: 16,
  members: [
    { name: 'pid', type: 1, offsetBits: 0 },
    { name: 'saddr', type: 2, offsetBits: 32 },
    { name: 'daddr', type: 2, offsetBits: 64 },
    { name: 'cookie', type: 1, offsetBits: 96 },
  ],
};
const TYPES = [U16, U32, BE32, FLOW, U64, OWNED];
const SENT = sampleSource({
  ...{ name: 'sent_bytes', kind: 'map', mapType: 'hash' },
  ...{ keySize: 16, keyType: 5, valueSize: 8, valueType: 4 },
});

/** A snapshot of `SENT`: pid 7 sends from 10.0.0.1 to 10.0.0.2. */
function snapshot(...entries: [cookie: number, bytes: number][]): Uint8Array {
  const payload = new Uint8Array(entries.length * 24);
  const view = new DataView(payload.buffer);
  entries.forEach(([cookie, bytes], at) => {
    view.setUint32(at * 16, 7, true);
    payload.set([10, 0, 0, 1, 10, 0, 0, 2], at * 16 + 4);
    view.setUint32(at * 16 + 12, cookie, true);
    view.setBigUint64(entries.length * 16 + at * 8, BigInt(bytes), true);
  });
  return payload;
}

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

test('entries that are one edge to the eye each grow by themselves', () => {
  const engine = opened(sampleSchema({ types: TYPES, sources: [SENT] }));
  for (let second = 0; second < 10; second++) {
    const header = { kind: 'map', seq: BigInt(second), timeNs: BigInt(second) * 1_000_000_000n } as const;
    engine.frames(sampleMessage({ ...header, count: 2 }, snapshot([1, 1000], [2, 10])));
  }
  assert.deepEqual(edgesOf(engine.topology({ run: RUN, source: 'sent_bytes' })), [
    ['pid 7', '10.0.0.2', 1010],
  ]);
});

test('an edge whose end gets a name stays the same edge', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const engine = opened(sampleSchema({ types: TYPES, sources: [SENT] }));
  const feed = (seq: number, bytes: number) =>
    engine.frames(
      sampleMessage(
        { kind: 'map', seq: BigInt(seq), timeNs: BigInt(seq) * 1_000_000_000n },
        snapshot([1, bytes]),
      ),
    );
  feed(0, 1000);
  engine.named(1, [{ kind: 'process', value: '7', text: 'curl' }], []);
  feed(1, 1010);
  assert.deepEqual(edgesOf(engine.topology({ run: RUN, source: 'sent_bytes' })), [
    ['pid 7 (curl)', '10.0.0.2', 1010],
  ]);
});
