import assert from 'node:assert/strict';
import { test } from 'node:test';
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
