import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine } from '../engine.ts';

const RUN = 'r1';
const U64: Type = { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' };
const STACK: Type = { kind: 'array', element: 0, length: 4 };
const SAMPLE: Type = {
  kind: 'struct',
  name: 'sample',
  size: 32,
  members: [{ name: 'kstack', type: 1, offsetBits: 0 }],
};

test('records that turn out to hold stacks are a flame graph from then on', () => {
  const none = sampleSource({ name: 'samples', candidates: [{ type: 2, size: 32 }] });
  const types = [U64, STACK, SAMPLE];
  const engine = createEngine(() => undefined);
  const schema = sampleSchema({ types, sources: [none] });
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  engine.retype(1, sampleSchema({ types, sources: [{ ...none, records: [{ type: 2, size: 32 }] }] }));
  const record = new Uint8Array(32);
  new DataView(record.buffer).setBigUint64(0, 0xffff_ffff_8100_0000n, true);
  engine.frames(sampleMessage({ kind: 'events' }, sampleRecord(record)));
  assert.equal(engine.flame({ run: RUN, source: 'samples' }).stacks, 1);
});

test('entries that are one stack to the eye each grow by themselves', () => {
  const key: Type = {
    kind: 'struct',
    name: 'key',
    size: 40,
    members: [
      { name: 'kstack', type: 1, offsetBits: 0 },
      { name: 'cookie', type: 0, offsetBits: 256 },
    ],
  };
  const counts = sampleSource({
    ...{ name: 'counts', kind: 'map', mapType: 'hash' },
    ...{ keySize: 40, keyType: 2, valueSize: 8, valueType: 0 },
  });
  const engine = createEngine(() => undefined);
  const schema = sampleSchema({ types: [U64, STACK, key], sources: [counts] });
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  const view = new DataView(new ArrayBuffer(2 * 48));
  [1000n, 10n].forEach((count, at) => {
    view.setBigUint64(at * 40, 0xffff_ffff_8100_0000n, true);
    view.setBigUint64(at * 40 + 32, BigInt(at), true);
    view.setBigUint64(80 + at * 8, count, true);
  });
  for (let seq = 0n; seq < 5n; seq++) {
    engine.frames(sampleMessage({ kind: 'map', count: 2, seq }, new Uint8Array(view.buffer)));
  }
  const { stacks, tree } = engine.flame({ run: RUN, source: 'counts' });
  assert.deepEqual([stacks, tree.totals[0]], [1, 1010]);
});

test('past 100,000 different stacks a new one is seen once others are old, and what has no place of its own is in sight', () => {
  let now = 0;
  const engine = createEngine(
    () => undefined,
    () => now,
  );
  const source = sampleSource({ name: 'samples', records: [{ type: 2, size: 32 }] });
  const schema = sampleSchema({ types: [U64, STACK, SAMPLE], sources: [source] });
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  let seq = 0n;
  const feed = (second: number, from: number, count: number) => {
    now = second;
    const records = Array.from({ length: count }, (_, at) => {
      const record = new Uint8Array(32);
      new DataView(record.buffer).setBigUint64(0, 0xffff_ffff_8100_0000n + BigInt(from + at) * 16n, true);
      return sampleRecord(record);
    });
    const header = { kind: 'events', timeNs: BigInt(second) * 1_000_000_000n, seq: seq++, count } as const;
    engine.frames(sampleMessage(header, Buffer.concat(records)));
  };
  const shown = () => {
    const { tree, names, leftOut } = engine.flame({ run: RUN, source: 'samples' });
    const weight = (text: RegExp) =>
      tree.totals
        .filter((_, node) => text.test(names[tree.frames[node] ?? -1]?.text ?? ''))
        .reduce((a, b) => a + b, 0);
    return { all: tree.totals[0], without: weight(/no longer told apart/), leftOut, weight };
  };
  for (let at = 0; at < 20; at++) feed(Math.floor(at / 4), at * 5000, 5000);
  feed(6, 200_000, 10);
  const { all, without, leftOut } = shown();
  assert.deepEqual([all, without, leftOut], [100_010, 10, 0]);
  feed(30, 300_000, 10);
  const later = shown();
  assert.deepEqual([later.all, later.without], [100_020, 25_010]);
  assert.equal(later.weight(/ffffffff81493e\d0/), 10);
});
