import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamesAsked } from '@probepad/protocol/control/names';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine } from '../engine.ts';

const SAMPLES = { run: 'r1', source: 'samples' };
const int = (name: string, size: number): Type => ({
  ...{ kind: 'int', name, size, signed: false, encoding: 'integer' },
});
const SAMPLE: Type = {
  kind: 'struct',
  name: 'sample',
  size: 48,
  members: [
    { name: 'cgroup', type: 1, offsetBits: 0 },
    { name: 'uid', type: 0, offsetBits: 64 },
    { name: 'syscall', type: 0, offsetBits: 96 },
    { name: 'kstack', type: 2, offsetBits: 128 },
  ],
};
const SCHEMA = sampleSchema({
  types: [int('__u32', 4), int('__u64', 8), { kind: 'array', element: 1, length: 4 }, SAMPLE],
  sources: [sampleSource({ name: 'samples', records: [{ type: 3, size: 48 }] })],
});

function record(cgroup: number, uid: number, syscall: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(48));
  view.setBigUint64(0, BigInt(cgroup), true);
  view.setUint32(8, uid, true);
  view.setUint32(12, syscall, true);
  view.setBigUint64(16, 0xffff_ffff_8100_0000n, true);
  return sampleRecord(new Uint8Array(view.buffer));
}

test('what a flame graph is split by has the names that the host tells when it is shown, and those of its machine', async () => {
  let heard: (asked: NamesAsked[]) => void = () => undefined;
  const asked = new Promise<NamesAsked[]>((resolve) => {
    heard = resolve;
  });
  const engine = createEngine(
    () => undefined,
    undefined,
    undefined,
    (_stream, names) => heard(names),
  );
  engine.open({ run: 'r1', host: 'h', hostName: 'h', stream: 1, schema: SCHEMA, arch: 'x86_64' });
  const payload = Buffer.concat([record(77, 1000, 0), record(77, 1000, 0), record(78, 0, 1)]);
  engine.frames(sampleMessage({ kind: 'events', count: 3 }, payload));
  const splitBy = (split: string, against?: 'baseline') => {
    const { tree, names } = engine.flame({ ...SAMPLES, split, against });
    return names
      .map(({ text, space }, name) => [text, tree.totals[tree.frames.indexOf(name)], space])
      .filter(([, , space]) => space === 'note')
      .map(([text, total]) => [text, total])
      .sort();
  };
  assert.deepEqual(splitBy('syscall'), [
    ['syscall read', 2],
    ['syscall write', 1],
  ]);
  assert.deepEqual(splitBy('cgroup'), [
    ['cgroup 77', 2],
    ['cgroup 78', 1],
  ]);
  assert.deepEqual(
    (await asked).filter(({ kind }) => kind !== 'kernel_symbol'),
    [{ kind: 'cgroup', values: ['77', '78'] }],
  );
  const told = { kind: 'cgroup', value: '77', text: 'nginx.service' } as const;
  engine.named(1, [told, { kind: 'user', value: '1000', text: 'joe' }], []);
  const named = [
    ['cgroup 78', 1],
    ['cgroup nginx.service', 2],
  ];
  assert.deepEqual(splitBy('cgroup'), named);
  assert.deepEqual(splitBy('uid'), [
    ['uid 0', 1],
    ['uid 1000 (joe)', 2],
  ]);
  engine.keepFlame(SAMPLES);
  assert.deepEqual(splitBy('cgroup', 'baseline'), named);
});
