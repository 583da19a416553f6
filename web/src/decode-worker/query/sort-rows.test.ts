import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keysFor, putReal, putWhole, sortedPlaces } from './sort-rows.ts';

function sorted(values: readonly (number | bigint)[], descending = false): (number | bigint)[] {
  const keys = keysFor(values.length);
  values.forEach((value, at) => {
    if (typeof value === 'bigint') putWhole(keys, at, value);
    else putReal(keys, at, value);
  });
  const steps = sortedPlaces(keys, descending);
  for (;;) {
    const step = steps.next();
    if (step.done) return Array.from(step.value, (place) => values[place] as number | bigint);
  }
}

test('real numbers of all sizes and signs come in order', () => {
  const values = [3.5, -1, 0, 1e300, -1e300, -0, 2, 1e-300, Number.NEGATIVE_INFINITY, -2.5];
  assert.deepEqual(
    sorted(values),
    [...values].sort((a, b) => a - b),
  );
});

test('64 bits are exact', () => {
  const values = [2n ** 63n - 1n, 2n ** 63n - 2n, -(2n ** 63n), 0n, -1n, 2n ** 53n + 1n, 2n ** 53n];
  assert.deepEqual(
    sorted(values, true),
    [...values].sort((a, b) => (a < b ? 1 : -1)),
  );
});

test('equal ones stay as they were, and what has no value comes last in either order', () => {
  const keys = keysFor(6);
  [2, 1, Number.NaN, 1, 2, 1].forEach((value, at) => {
    putReal(keys, at, value);
  });
  const places = (descending: boolean): number[] => [
    ...(sortedPlaces(keys, descending).next().value as Uint32Array),
  ];
  assert.deepEqual(places(false), [1, 3, 5, 0, 4, 2]);
  assert.deepEqual(places(true), [0, 4, 1, 3, 5, 2]);
});
