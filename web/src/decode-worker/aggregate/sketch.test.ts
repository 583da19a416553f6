import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketByLogarithm, bucketOf, rangeOf } from './bucket.ts';
import { addValue, addValues, createSketch, quantileOf } from './sketch.ts';

/** Numbers of all sizes, the same ones each time (Numerical Recipes' quick generator). */
function numbers(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (1 + state / 2 ** 32) * 2 ** ((state % 127) - 20);
  });
}

test('a number’s bucket is that of its logarithm, also at the edges, below 1 and below 0', () => {
  // At a power of two itself a logarithm is rounded up from just below it.
  const edges = Array.from({ length: 64 * 32 }, (_, at) => 2 ** (at / 32 - 5)).flatMap((edge, at) => [
    edge,
    edge * (1 + 2 ** -52),
    ...(at % 32 === 0 ? [] : [edge * (1 - 2 ** -52)]),
    edge * (1 + 2 ** -20),
    edge * (1 - 2 ** -20),
  ]);
  const small = Array.from({ length: 5_000 }, (_, at) => at);
  const odd = [0, -0, -1, -2.5, Number.MIN_VALUE, 2 ** -1022, 1e308, Number.POSITIVE_INFINITY];
  for (const value of [...edges, ...small, ...odd, ...numbers(100_000)]) {
    assert.equal(bucketOf(value), bucketByLogarithm(value), String(value));
  }
});

test('what is just below a power of two is not in its bucket, where a logarithm is rounded up', () => {
  for (const power of [10, 50, 53, 1023]) {
    const edge = 2 ** power;
    assert.equal(bucketOf(edge) - bucketOf(edge * (1 - 2 ** -53)), 1, String(power));
  }
});

test('a bucket holds what its range says', () => {
  for (const value of numbers(10_000)) {
    const [from, to] = rangeOf(bucketOf(value));
    assert.ok(value >= from * (1 - 1e-12) && value < to * (1 + 1e-12), `${from} ≤ ${value} < ${to}`);
  }
});

test('many values at once are the same as one after another', () => {
  const values = [...numbers(1_000), 0, -3, 7, 7];
  const [together, single] = [createSketch(true), createSketch(true)];
  addValues(together, Float64Array.from([...values, 1e9]), values.length);
  for (const value of values) addValue(single, value);
  assert.deepEqual(together, single);
  assert.equal(together.count, values.length);
  assert.equal(together.max, Math.max(...values));
  const largest = values.toSorted((a, b) => a - b).at(-1) ?? 0;
  assert.ok(Math.abs(quantileOf(together, 1) / largest - 1) < 0.011);
});
