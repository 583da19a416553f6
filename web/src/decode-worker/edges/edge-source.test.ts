import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_FLAGS } from '@probepad/protocol/frames';
import type { ProbeSchema, Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import type { NearEnd } from '@probepad/protocol/views/edges';
import type { Topology } from '../../session/topology.ts';
import { createEngine, type Engine } from '../engine.ts';

const RUN = 'r1';
const U16: Type = { kind: 'int', name: '__u16', size: 2, signed: false, encoding: 'integer' };
const U32: Type = { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' };
const BE32: Type = { kind: 'typedef', name: '__be32', target: 1 };
const FLOW = {
  kind: 'struct',
  name: 'flow',
  size: 12,
  members: [
    { name: 'saddr', type: 2, offsetBits: 0 },
    { name: 'daddr', type: 2, offsetBits: 32 },
    { name: 'sport', type: 0, offsetBits: 64 },
    { name: 'dport', type: 0, offsetBits: 80 },
  ],
} satisfies Type;
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
const CONNECTION: Type = {
  ...{ ...FLOW, name: 'connection', size: 16 },
  members: [...FLOW.members, { name: 'pid', type: 1, offsetBits: 96 }],
};
const TYPES = [U16, U32, BE32, FLOW, U64, OWNED, CONNECTION];
const CONNECTIONS = sampleSource({ name: 'connections', records: [{ type: 6, size: 16 }] });
const SENT = sampleSource({
  ...{ name: 'sent_bytes', kind: 'map', mapType: 'hash' },
  ...{ keySize: 16, keyType: 5, valueSize: 8, valueType: 4 },
});

const FLOWS = sampleSource({
  ...{ name: 'per_flow', kind: 'map', mapType: 'hash' },
  ...{ keySize: 12, keyType: 3, valueSize: 8, valueType: 4 },
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

/** A connection of pid 7 from a port of 10.0.0.1 to port 80 of 10.0.0.`to`. */
function connection(sport: number, to: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  bytes.set([10, 0, 0, 1, 10, 0, 0, to]);
  view.setUint16(8, sport, true);
  view.setUint16(10, 80, true);
  view.setUint32(12, 7, true);
  return bytes;
}

function opened(schema: ProbeSchema, now?: () => number): Engine {
  const engine = createEngine(() => undefined, now);
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

test('connections from ever other ports are one edge, and after 50,000 of them there is room for another', () => {
  let now = 0;
  const engine = opened(sampleSchema({ types: TYPES, sources: [CONNECTIONS] }), () => now);
  const feed = (second: number, to: number, from: number, count: number) => {
    now = second;
    const records = Array.from({ length: count }, (_, at) => sampleRecord(connection(from + at, to)));
    const header = { kind: 'events', timeNs: BigInt(second) * 1_000_000_000n } as const;
    engine.frames(sampleMessage({ ...header, seq: BigInt(second), count }, Buffer.concat(records)));
  };
  const shown = (near: NearEnd) => engine.topology({ run: RUN, source: 'connections', near });
  for (let second = 0; second < 5; second++) feed(second, 2, 1 + second * 10_000, 10_000);
  feed(5, 3, 1, 5000);
  for (const near of ['process', 'address'] as const) {
    assert.deepEqual(
      edgesOf(shown(near)).map(([, ...edge]) => edge),
      [
        ['10.0.0.2:80', 50_000],
        ['10.0.0.3:80', 5000],
      ],
    );
    assert.deepEqual([shown(near)?.rest, shown(near)?.leftOut], [0, 0]);
  }
  // Ports are told apart when they are asked for: there the newest have no place yet, and once the oldest are old they have.
  assert.equal(shown('port')?.rest, 5000);
  feed(20, 3, 6000, 5000);
  const ports = shown('port');
  const of = (label: string) => ports?.nodes.find((node) => node.label === label);
  assert.equal(ports?.rest, 5000 + 12_500);
  assert.equal(
    ports?.edges.reduce((sum, { amount }) => sum + amount, 0),
    60_000,
  );
  assert.ok((of('10.0.0.3:80')?.received ?? 0) > 0);
});

test('of a map with more entries than there is room for all that they grow by is there, once', () => {
  const engine = opened(sampleSchema({ types: TYPES, sources: [FLOWS] }));
  const [count, pieces] = [5100, 10];
  const feed = (second: number, piece: number) => {
    const payload = new Uint8Array(count * 20);
    const view = new DataView(payload.buffer);
    for (let at = 0; at < count; at++) {
      payload.set([10, 1, 0, 1], at * 12);
      view.setUint32(at * 12 + 4, 1 + piece * count + at);
      view.setBigUint64(count * 12 + at * 8, BigInt(second), true);
    }
    const flags = (piece === 0 ? FRAME_FLAGS.first : 0) | (piece === pieces - 1 ? FRAME_FLAGS.last : 0);
    const header = { kind: 'map', timeNs: BigInt(second) * 1_000_000_000n, flags, count } as const;
    engine.frames(sampleMessage({ ...header, seq: BigInt(second * pieces + piece) }, payload));
  };
  for (let at = 0; at < 3 * pieces; at++) feed(1 + Math.floor(at / pieces), at % pieces);
  const { edges = [], rest, leftOut } = engine.topology({ run: RUN, source: 'per_flow' }) ?? {};
  assert.deepEqual(
    [edges.reduce((sum, { amount }) => sum + amount, 0), rest, leftOut],
    [51_000 * 3, 1000 * 3, 0],
  );
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
