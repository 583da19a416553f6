import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FrameKind, framesOf } from '@probepad/protocol/frames';
import { sampleMessage } from '@probepad/protocol/testing';
import { createIntake } from './intake.ts';

const KIB = 1024;

/** An intake of 10 KiB in which everything waits until told otherwise. */
function fullIntake() {
  const passed: { kind: FrameKind; source: number; seq: bigint; count: number }[] = [];
  const counts = new Map<number, ReadonlyMap<number, number>>();
  const intake = createIntake(
    (message) => {
      for (const { header } of framesOf(new Uint8Array(message), 1 << 20)) passed.push(header);
    },
    10 * KIB,
    (stream, dropped) => counts.set(stream, dropped),
  );
  const dropped = (stream: number) => counts.get(stream) ?? new Map<number, number>();
  intake.offer(sampleMessage({ kind: 'events', count: 5 }, new Uint8Array(10 * KIB - 48)));
  assert.equal(passed.length, 1);
  return { intake, passed, dropped };
}

function joined(...messages: ArrayBuffer[]): ArrayBuffer {
  return Uint8Array.from(messages.flatMap((message) => [...new Uint8Array(message)])).buffer;
}

test('what there is no room for is dropped and counted, record by record', () => {
  const { intake, passed, dropped } = fullIntake();
  const more = sampleMessage({ kind: 'events', seq: 5n, count: 7 }, new Uint8Array(100));
  const lines = sampleMessage({ kind: 'trace', source: 3, count: 2 }, new Uint8Array(100));
  intake.offer(joined(more, lines, more.slice()));
  assert.equal(passed.length, 1);
  assert.deepEqual(
    [...dropped(1)],
    [
      [0, 14],
      [3, 2],
    ],
  );
  intake.taken(10 * KIB);
  intake.offer(more.slice());
  assert.equal(passed.length, 2);
  assert.equal(dropped(1).get(0), 14);
});

test('marks of gaps and verifier logs pass though there is no room', () => {
  const { intake, passed, dropped } = fullIntake();
  const gap = sampleMessage({ kind: 'gap', seq: 5n, count: 9 });
  const log = sampleMessage({ kind: 'log' }, new Uint8Array(200));
  intake.offer(joined(gap, sampleMessage({ kind: 'events', seq: 14n }, new Uint8Array(8)), log));
  assert.deepEqual(
    passed.slice(1).map(({ kind }) => kind),
    ['gap', 'log'],
  );
  assert.deepEqual([...dropped(1)], [[0, 1]]);
});

test('a snapshot passes with all its pieces or counts as one that was dropped', () => {
  const { intake, passed, dropped } = fullIntake();
  const shot = (seq: bigint, flags: number) =>
    sampleMessage({ kind: 'map', source: 2, seq, flags }, new Uint8Array(64));
  intake.offer(shot(1n, 1));
  intake.taken(10 * KIB);
  // The room comes too late for this one.
  intake.offer(shot(1n, 0));
  intake.offer(shot(1n, 2));
  assert.equal(passed.length, 1);
  assert.deepEqual([...dropped(1)], [[2, 1]]);
  for (const flags of [1, 0, 2]) intake.offer(shot(2n, flags));
  assert.equal(passed.length, 4);
  assert.deepEqual([...dropped(1)], [[2, 1]]);
});

test('when a stream is watched again its count begins again', () => {
  const { intake, dropped } = fullIntake();
  intake.offer(sampleMessage({ kind: 'events', stream: 1 }, new Uint8Array(8)));
  intake.offer(sampleMessage({ kind: 'events', stream: 2 }, new Uint8Array(8)));
  intake.recount(1);
  assert.equal(dropped(1).size, 0);
  assert.deepEqual([...dropped(2)], [[0, 1]]);
});

test('when a stream is watched again, the snapshot that was dropped in part passes whole', () => {
  const { intake, passed, dropped } = fullIntake();
  const shot = (stream: number, flags: number) =>
    sampleMessage({ kind: 'map', stream, source: 2, seq: 1n, flags }, new Uint8Array(64));
  for (const stream of [1, 11]) intake.offer(shot(stream, 1));
  intake.taken(10 * KIB);
  intake.recount(1);
  for (const flags of [1, 2]) intake.offer(shot(1, flags));
  assert.equal(passed.length, 3);
  assert.deepEqual([...dropped(1)], []);
  intake.offer(shot(11, 2));
  assert.equal(passed.length, 3, 'the rest of what another stream lacks is still dropped');
});
