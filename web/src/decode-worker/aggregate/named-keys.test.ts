import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamesAsked } from '@probepad/protocol/control/names';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine } from '../engine.ts';

const START = 1_795_000_000;
const READS = { run: 'r1', source: 'reads' };
const int = (name: string, size: number): Type => ({
  ...{ kind: 'int', name, size, signed: false, encoding: 'integer' },
});
const EVENT: Type = {
  kind: 'struct',
  name: 'event',
  size: 32,
  members: [
    { name: 'uid', type: 0, offsetBits: 0 },
    { name: 'syscall_nr', type: 0, offsetBits: 32 },
    { name: 'cgroup', type: 1, offsetBits: 64 },
    { name: 'caller', type: 1, offsetBits: 128, tags: ['key'] },
    { name: 'pid', type: 0, offsetBits: 192 },
  ],
};
const SCHEMA = sampleSchema({
  types: [int('__u32', 4), int('__u64', 8), EVENT],
  sources: [sampleSource({ name: 'reads', kind: 'events', records: [{ type: 2, size: 32 }] })],
});

interface Read {
  uid: number;
  cgroup: number;
  caller: bigint;
  pid: number;
}

/** Hosts that are asked for names. */
function page(...hosts: string[]) {
  let heard: (asked: NamesAsked[]) => void;
  let asked = new Promise<NamesAsked[]>((resolve) => {
    heard = resolve;
  });
  let now = START;
  const engine = createEngine(
    () => undefined,
    () => now,
    undefined,
    (_stream, names) => heard(names),
  );
  hosts.forEach((host, at) => {
    engine.open({ run: 'r1', host, hostName: host, stream: at + 1, schema: SCHEMA, arch: 'x86_64' });
  });
  return {
    engine,
    /** What comes in the first second; it is over then. */
    feed(events: readonly Partial<Read>[], stream = 1) {
      now = START;
      const records = events.map(({ uid = 0, cgroup = 1, caller = 0n, pid = 0 }) => {
        const view = new DataView(new ArrayBuffer(32));
        view.setUint32(0, uid, true);
        view.setBigUint64(8, BigInt(cgroup), true);
        view.setBigUint64(16, caller, true);
        view.setUint32(24, pid, true);
        return sampleRecord(new Uint8Array(view.buffer));
      });
      const payload = new Uint8Array(records.flatMap((record) => [...record]));
      engine.frames(sampleMessage({ kind: 'events', count: events.length, stream }, payload));
      now = START + 3;
    },
    /** What is asked of the hosts next. */
    async asked() {
      const names = await asked;
      asked = new Promise((resolve) => {
        heard = resolve;
      });
      return names;
    },
  };
}

const found = (kind: 'user' | 'cgroup', value: number, text: string) => ({ kind, value: `${value}`, text });

test('keys of charts and bars have the names that the host tells when they are shown, in the place of numbers', async () => {
  const { engine, feed, asked } = page('local');
  feed([
    { uid: 1000, cgroup: 77 },
    { uid: 1000, cgroup: 78 },
    { uid: 0, cgroup: 78 },
  ]);
  const lines = (split: string) => engine.series({ ...READS, split }).lines.map(({ label }) => label);
  const bars = (split: string) =>
    engine.ranking({ ...READS, split, limit: 5 }).rows.map(({ id, label }) => [id, label]);
  assert.deepEqual(lines('cgroup'), ['78', '77']);
  const before = bars('uid');
  assert.deepEqual(before, [
    ['\n1000', '1000'],
    ['\n0', '0'],
  ]);
  assert.deepEqual(await asked(), [
    { kind: 'cgroup', values: ['78', '77'] },
    { kind: 'user', values: ['1000', '0'] },
  ]);
  engine.named(1, [found('cgroup', 77, 'nginx.service'), found('user', 1000, 'joe')], []);
  assert.deepEqual(lines('cgroup'), ['78', 'nginx.service']);
  assert.deepEqual(bars('uid'), [
    ['\n1000', '1000 (joe)'],
    ['\n0', '0'],
  ]);
});

test('a host is not asked for keys that are not shown', async () => {
  const { engine, feed, asked } = page('local');
  feed(Array.from({ length: 90 }, (_, at) => ({ uid: Math.floor(Math.sqrt(at)), cgroup: 1 })));
  engine.ranking({ ...READS, split: 'uid', limit: 2 });
  assert.deepEqual(await asked(), [{ kind: 'user', values: ['8', '7'] }]);
});

test('hosts as one share a line where they call it the same, whatever its number is on each', async () => {
  const { engine, feed, asked } = page('alpha', 'beta');
  feed([{ uid: 0, cgroup: 77 }], 1);
  feed(
    [
      { uid: 0, cgroup: 77 },
      { uid: 0, cgroup: 99 },
      { uid: 0, cgroup: 99 },
    ],
    2,
  );
  const query = { ...READS, split: 'cgroup', hosts: 'merged' } as const;
  const shown = () => [
    engine.ranking({ ...query, limit: 5 }).rows.map(({ label, value }) => [label, value]),
    engine.series(query).lines.map(({ label, values }) => [label, values[0]]),
  ];
  const numbers = [
    ['77', 2],
    ['99', 2],
  ];
  assert.deepEqual(shown(), [numbers, numbers]);
  await asked();
  engine.named(1, [found('cgroup', 77, 'nginx')], []);
  engine.named(2, [found('cgroup', 77, 'sshd'), found('cgroup', 99, 'nginx')], []);
  const named = [
    ['nginx', 3],
    ['sshd', 1],
  ];
  assert.deepEqual(shown(), [named, named]);
});

test('code of the kernel is one key for all processes, that of a process its own', async () => {
  const { engine, feed, asked } = page('local');
  const kernel = 0xffff_ffff_8100_0000n;
  feed([
    { caller: kernel, pid: 7 },
    { caller: kernel, pid: 8 },
    { caller: kernel, pid: 9 },
    { caller: 0x1000n, pid: 7 },
    { caller: 0x1000n, pid: 8 },
    { caller: 0x1000n, pid: 8 },
  ]);
  const bars = () =>
    engine.ranking({ ...READS, split: 'caller', limit: 5 }).rows.map(({ label, value }) => [label, value]);
  assert.deepEqual(bars(), [
    ['0xffffffff81000000', 3],
    ['0x1000', 2],
    ['0x1000', 1],
  ]);
  await asked();
  engine.named(
    1,
    [
      { kind: 'kernel_symbol', value: `${kernel}`, text: 'vfs_read' },
      { kind: 'user_symbol', pid: 7, value: '4096', text: 'main' },
      { kind: 'user_symbol', pid: 8, value: '4096', text: 'work' },
    ],
    [],
  );
  assert.deepEqual(bars(), [
    ['vfs_read', 3],
    ['work', 2],
    ['main', 1],
  ]);
});

test('system calls have the names of the host’s machine', () => {
  const { engine, feed } = page('local');
  feed([{ uid: 0, cgroup: 1 }]);
  const { lines } = engine.series({ ...READS, split: 'syscall_nr' });
  assert.deepEqual(lines[0]?.label, 'read');
});
