import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createHistory } from './history.ts';

function lines(count: number): { kind: 'lines'; lines: string[] } {
  return { kind: 'lines', lines: Array.from({ length: count }, (_, at) => `line ${at}`) };
}

test('a row is found in the chunk that holds it', () => {
  const history = createHistory();
  for (const count of [3, 1, 5]) history.append(1, count, lines(count));
  assert.equal(history.next, 9);
  assert.equal(history.find(0)?.base, 0);
  assert.equal(history.find(2)?.base, 0);
  assert.equal(history.find(3)?.base, 3);
  assert.equal(history.find(8)?.base, 4);
  assert.equal(history.find(9), undefined);
});

test('the oldest rows are given up first, and ordinals stay what they were', () => {
  const history = createHistory(1000);
  for (let at = 0; at < 5000; at++) history.append(1, 10, lines(10));
  assert.equal(history.next, 50_000);
  assert.ok(history.next - history.oldest >= 1000);
  assert.ok(history.next - history.oldest < 1000 + 10 + 1);
  assert.equal(history.find(history.oldest - 1), undefined);
  assert.equal(history.find(history.oldest)?.base, history.oldest);
});

test('bytes are bounded as well', () => {
  const history = createHistory(1e9, 100_000);
  for (let at = 0; at < 1000; at++) history.append(1, 1, { kind: 'lines', lines: ['x'.repeat(1000)] });
  assert.ok(history.next - history.oldest < 60);
});

test('neighbouring gaps of one place become one row', () => {
  const history = createHistory();
  history.gap(1, 'dropped by the hub', 10);
  history.gap(1, 'dropped by the hub', 5);
  history.gap(2, 'dropped by the hub', 7);
  assert.equal(history.next, 2);
  const content = history.find(0)?.content;
  assert.ok(content?.kind === 'gap');
  assert.equal(content.records, 15);
});

test('a frame that was given up is let go of at once', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const history = createHistory(10);
  const weak = (() => {
    const first = lines(5);
    history.append(1, 5, first);
    return new WeakRef(first);
  })();
  for (let at = 0; at < 10; at++) history.append(1, 5, lines(5));
  assert.equal(history.find(0), undefined);
  // A WeakRef holds on to what was seen in this turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.equal(weak.deref(), undefined);
});

test('a frame counts for all the memory that it keeps', () => {
  const history = createHistory(1e9, 1_000_000);
  const header = {
    kind: 'events',
    flags: 0,
    source: 0,
    stream: 1,
    count: 1,
    aux: 0,
    length: 60_000,
  } as const;
  for (let at = 0; at < 100; at++) {
    const payload = new Uint8Array(100_000).subarray(0, 60_000);
    const frame = { header: { ...header, seq: BigInt(at), lost: 0n, timeNs: 0n }, payload };
    history.append(1, 1, { kind: 'frame', frame });
  }
  assert.ok(history.next - history.oldest <= 10);
});
