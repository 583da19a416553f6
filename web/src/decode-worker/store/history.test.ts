import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FRAME_HEADER_SIZE } from '@probepad/protocol/frames';
import { createBudget } from './budget.ts';
import { createHistory, type History } from './history.ts';
import { lineRecords } from './records.ts';

function append(history: History, count: number, stream = 1): void {
  const lines = Array.from({ length: count }, (_, at) => `line ${at}`);
  history.append(stream, lineRecords(lines), count, 0n);
}

/** A payload that has a block of its own. */
function large(history: History, rows = 1, size = 60_000): void {
  history.append(1, new Uint8Array(size), rows, 0n);
}

test('a row is found in the chunk that holds it', () => {
  const history = createHistory();
  [3, 1, 5].forEach((count, at) => {
    append(history, count, at);
  });
  assert.equal(history.next, 9);
  assert.equal(history.find(0)?.base, 0);
  assert.equal(history.find(2)?.base, 0);
  assert.equal(history.find(3)?.base, 3);
  assert.equal(history.find(8)?.base, 4);
  assert.equal(history.find(9), undefined);
});

test('records of small frames of one host share a chunk', () => {
  const history = createHistory();
  for (let at = 0; at < 100; at++) append(history, 2);
  assert.equal(history.find(0), history.find(199));
  append(history, 1, 2);
  assert.notEqual(history.find(200), history.find(199));
});

test('the oldest rows are given up first, and ordinals stay what they were', () => {
  const history = createHistory(1000);
  for (let at = 0; at < 5000; at++) large(history, 10, 16_384);
  assert.equal(history.next, 50_000);
  assert.ok(history.next - history.oldest >= 1000);
  assert.ok(history.next - history.oldest < 1000 + 10 + 1);
  assert.equal(history.find(history.oldest - 1), undefined);
  assert.equal(history.find(history.oldest)?.base, history.oldest);
});

test('the sources of a page share its memory, and who holds most gives up first', () => {
  const budget = createBudget(1_000_000);
  const quiet = createHistory(1e9, budget);
  const busy = createHistory(1e9, budget);
  append(quiet, 5);
  for (let at = 0; at < 1000; at++) large(busy);
  assert.ok(busy.next - busy.oldest < 17, `${busy.next - busy.oldest} rows`);
  assert.equal(quiet.oldest, 0);
  // What is closed leaves its memory to the others.
  busy.close();
  for (let at = 0; at < 10; at++) large(quiet);
  assert.equal(quiet.oldest, 0);
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

test('records that were given up are let go of at once', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const history = createHistory(10);
  const weak = (() => {
    const payload = new Uint8Array(20_000);
    history.append(1, payload, 5, 0n);
    return new WeakRef(payload);
  })();
  for (let at = 0; at < 10; at++) large(history, 5);
  assert.equal(history.find(0), undefined);
  // A WeakRef holds on to what was seen in this turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.equal(weak.deref(), undefined);
});

test('the memory of rows that are given up is free once this turn is over, unless another frame came in the same message', async () => {
  const history = createHistory(10);
  const message = new Uint8Array(FRAME_HEADER_SIZE + 20_000);
  const shared = new Uint8Array(FRAME_HEADER_SIZE + 20_000 + FRAME_HEADER_SIZE + 800);
  history.append(1, message.subarray(FRAME_HEADER_SIZE), 5, 0n);
  history.append(1, shared.subarray(FRAME_HEADER_SIZE, FRAME_HEADER_SIZE + 20_000), 5, 0n);
  const chunk = history.find(0);
  for (let at = 0; at < 10; at++) large(history, 5);
  assert.equal(history.find(5), undefined);
  // Whoever has just looked at them may go on for now.
  assert.ok(chunk?.content.kind === 'records');
  assert.equal(chunk.content.view.getUint8(0), 0);
  await Promise.resolve();
  assert.equal(message.buffer.byteLength, 0);
  assert.equal(shared.buffer.byteLength, shared.length);
});

test('what is closed is freed', async () => {
  const history = createHistory();
  const message = new Uint8Array(FRAME_HEADER_SIZE + 20_000);
  history.append(1, message.subarray(FRAME_HEADER_SIZE), 5, 0n);
  history.close();
  history.close();
  await Promise.resolve();
  assert.equal(message.buffer.byteLength, 0);
});

test('a payload counts for all the memory that it keeps', () => {
  const history = createHistory(1e9, createBudget(1_000_000));
  for (let at = 0; at < 100; at++) {
    history.append(1, new Uint8Array(100_000).subarray(0, 60_000), 1, 0n);
  }
  assert.ok(history.next - history.oldest <= 10);
});
