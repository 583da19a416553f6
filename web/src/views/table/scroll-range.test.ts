import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEIGHT_MAX, scrollRange } from './scroll-range.ts';

test('a list that fits lies pixel by pixel', () => {
  const range = scrollRange(1000, 20, 500);
  assert.equal(range.height, 20_000);
  assert.equal(range.end, 19_500);
  assert.equal(range.yAt(200), 200);
  assert.equal(range.topAt(200), 200);
});

test('ten million rows are all reached', () => {
  const range = scrollRange(10_000_000, 22, 800);
  assert.equal(range.height, HEIGHT_MAX);
  assert.equal(range.endTop, HEIGHT_MAX - 800);
  assert.equal(range.yAt(0), 0);
  assert.ok(Math.abs(range.yAt(range.endTop) - (220_000_000 - 800)) < 1e-3);
  assert.ok(Math.abs(range.yAt(range.topAt(123_456_789)) - 123_456_789) < 1e-3);
  for (const [top, y] of [
    [1000, 1000],
    [range.endTop - 1000, range.end - 1000],
  ] as const) {
    assert.equal(range.yAt(top), y, 'pixel by pixel near the ends');
    assert.equal(range.topAt(y), top);
  }
  for (let top = 0; top < range.endTop; top += 10_007) assert.ok(range.yAt(top + 1) > range.yAt(top));
});

test('a list shorter than the view has nothing to scroll', () => {
  assert.equal(scrollRange(3, 22, 800).end, 0);
});
