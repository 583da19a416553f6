import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Frame, framesOf } from '@probepad/protocol/frames';
import { sampleMessage } from '@probepad/protocol/testing';
import { createBudget } from './budget.ts';
import { createMoments, type Moments } from './moments.ts';

function frame(payload: Uint8Array): Frame {
  const [only] = framesOf(new Uint8Array(sampleMessage({ kind: 'map' }, payload)), 1 << 20);
  assert.ok(only);
  return only;
}

const times = (moments: Moments, by = Number.POSITIVE_INFINITY): number[] =>
  moments.by(by, Number.POSITIVE_INFINITY).map(({ time }) => time);

test('what was there by a time is found, with what was before it', () => {
  const moments = createMoments(createBudget());
  for (const time of [1, 2, 3]) moments.add(time, [frame(Uint8Array.of(time))]);
  // The same once more, as when a page comes back.
  moments.add(3, [frame(Uint8Array.of(9))]);
  const found = moments.by(2.9, 2);
  assert.deepEqual(
    found.map(({ time, frames }) => [time, frames[0]?.payload[0]]),
    [
      [2, 2],
      [1, 1],
    ],
  );
  assert.deepEqual(moments.by(0.9, 2), []);
  assert.deepEqual(times(moments), [3, 2, 1]);
});

test('of what is older than 900 snapshots every tenth stays, for two hours', () => {
  const moments = createMoments(createBudget());
  for (let time = 1; time <= 10_000; time++) moments.add(time, [frame(Uint8Array.of(1))]);
  const kept = times(moments);
  assert.deepEqual(kept.slice(0, 2), [10_000, 9_999]);
  assert.equal(kept[899], 9_101);
  assert.deepEqual(kept.slice(900, 902), [9_100, 9_090]);
  assert.equal(kept.length, 900 + 720);
  assert.equal(moments.oldest, kept.at(-1));
});

test('what does not change takes no room, and who has most gives up its oldest, but never its newest', () => {
  const budget = createBudget(64 * 1024);
  const quiet = createMoments(budget);
  const busy = createMoments(budget);
  for (let time = 1; time <= 20; time++) {
    quiet.add(time, [frame(new Uint8Array(10_000).fill(7))]);
    busy.add(time, [frame(new Uint8Array(10_000).fill(time))]);
  }
  assert.equal(times(quiet).length, 20);
  assert.deepEqual(times(busy), [20, 19, 18, 17]);
  assert.equal(busy.by(19, 1)[0]?.frames[0]?.payload[9_999], 19);
  busy.add(21, [frame(new Uint8Array(100_000))]);
  assert.deepEqual(times(busy), [21]);
  quiet.close();
  busy.close();
});

test('a payload is counted as long as any moment has it, whichever had it first', () => {
  const bytesMax = 3_000_000;
  const moments = createMoments(createBudget(bytesMax));
  // None of those that stay of older ones is the first with its payload.
  for (let time = 1; time <= 9_000; time++) {
    moments.add(time, [frame(new Uint8Array(10_000).fill(Math.floor((time - 3) / 15)))]);
  }
  const payloads = moments
    .by(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    .map(({ frames }) => frames[0]?.payload);
  const bytes = [...new Set(payloads)].reduce((sum, payload) => sum + (payload?.byteLength ?? 0), 0);
  assert.ok(payloads.length > 900, 'as much as there is room for');
  assert.ok(bytes <= bytesMax, `${bytes} bytes are held`);
});
