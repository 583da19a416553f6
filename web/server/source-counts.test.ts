import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameHeader } from '@probepad/protocol/frames';
import { addTally, noCounts, sourceTracker } from './source-counts.ts';

const header = (more: Partial<FrameHeader>): FrameHeader => ({
  kind: 'events',
  flags: 0,
  source: 3,
  stream: 1,
  count: 0,
  aux: 0,
  seq: 0n,
  lost: 0n,
  timeNs: 0n,
  length: 0,
  ...more,
});

/** Accepts frames in turn and adds up what a viewer that gets all of them counts. */
function counted(mid: boolean, frames: Partial<FrameHeader>[]) {
  const tracker = sourceTracker(3, mid);
  const counts = noCounts();
  const repeated = [];
  for (const frame of frames) {
    const tally = tracker.accept(header(frame));
    if (tally === undefined) repeated.push(frame);
    else addTally(counts, tally, 'delivered');
  }
  return { counts, repeated, tracker };
}

test('a gap that is not declared is the hub’s, one that is declared belongs to its place', () => {
  const { counts, tracker } = counted(false, [
    { seq: 2n, count: 3, lost: 7n },
    { kind: 'gap', seq: 5n, count: 4, aux: 1, lost: 7n },
    { kind: 'gap', seq: 10n, count: 2, aux: 2, lost: 7n },
    { seq: 12n, count: 1, lost: 9n },
  ]);
  assert.deepEqual(counts, {
    produced: 4 + 9 + 4 + 5,
    delivered: 4,
    dropped: { kernel: 9, agent: 4, hub: 2 + 1 + 2, viewer: 0 },
  });
  assert.equal(tracker.next, 13);
});

test('what came before is recognised, also a gap over it', () => {
  const { counts, repeated } = counted(false, [
    { seq: 0n, count: 10 },
    { seq: 0n, count: 10 },
    { kind: 'gap', seq: 4n, count: 6, aux: 1 },
    { kind: 'gap', seq: 8n, count: 6, aux: 1 },
  ]);
  assert.equal(repeated.length, 2);
  assert.deepEqual([counts.delivered, counts.dropped.agent, counts.produced], [10, 4, 14]);
});

test('a snapshot counts when its last piece is there; a number that is left out is missing', () => {
  const { counts, tracker } = counted(false, [
    { kind: 'map', seq: 1n, count: 900, flags: 1 },
    { kind: 'map', seq: 1n, count: 100, flags: 2 },
    { kind: 'map', seq: 2n, count: 900, flags: 1 },
    { kind: 'map', seq: 4n, count: 900, flags: 3 },
  ]);
  assert.deepEqual([counts.delivered, counts.dropped.hub, counts.produced], [2, 2, 4]);
  assert.equal(tracker.next, 5);
});

test('a stream that is taken over in the middle begins to count there', () => {
  const { counts } = counted(true, [
    { seq: 1000n, count: 5, lost: 70n },
    { seq: 1006n, count: 5, lost: 72n },
  ]);
  assert.deepEqual(counts, {
    produced: 13,
    delivered: 10,
    dropped: { kernel: 2, agent: 0, hub: 1, viewer: 0 },
  });
});

test('closing the books counts what the agent sent or dropped and nobody saw', () => {
  const { tracker } = counted(false, [{ seq: 0n, count: 10 }]);
  assert.deepEqual(tracker.close(12, 3), { source: 3, records: 0, agent: 3, hub: 2, kernel: 0 });
  assert.equal(tracker.close(12, 3), undefined);
});
