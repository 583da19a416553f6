import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEIGHT_MAX, scrollRange } from './scroll-range.ts';

test('a list that fits lies pixel by pixel', () => {
  const range = scrollRange(1000, 20, 500);
  assert.equal(range.height, 20_000);
  assert.equal(range.rowAt(200), 10);
  assert.equal(range.topOf(10), 200);
  assert.equal(range.yOf(10, 12_345), 200);
});

test('ten million rows are all reached, and what is at the top is drawn there', () => {
  const total = 10_000_000;
  const view = 800;
  const range = scrollRange(total, 22, view);
  assert.equal(range.height, HEIGHT_MAX);
  const bottom = HEIGHT_MAX - view;
  assert.equal(Math.round(range.rowAt(bottom) + view / 22), total);
  for (const top of [0, 1, 4_000_000, bottom]) {
    assert.ok(Math.abs(range.yOf(range.rowAt(top), top) - top) < 1e-3, `at ${top}`);
  }
  assert.ok(Math.abs(range.rowAt(range.topOf(7_654_321)) - 7_654_321) < 1e-3);
  // Neighbouring rows never lie over one another.
  assert.ok(Math.abs(range.yOf(5001, 99) - range.yOf(5000, 99) - 22) < 1e-6);
});
