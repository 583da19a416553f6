import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTotals } from '@probepad/protocol/views/totals';
import { createPageClock } from '../page-clock.ts';
import { createGrowth } from './growth.ts';

test('what grew between two moments is the sum of its seconds', () => {
  const growth = createGrowth();
  const clock = createPageClock();
  for (let second = 1; second <= 10; second++) growth.add(second, clock, second % 2, [1, 100]);
  assert.deepEqual(growth.kept(), { from: 0, to: 10 });
  assert.deepEqual([...growth.sum(undefined, 0)].sort(), [
    [0, 5],
    [1, 5],
  ]);
  assert.deepEqual([...growth.sum({ from: 2, to: 5 }, 1)].sort(), [
    [0, 100],
    [1, 200],
  ]);
});

test('what is old is kept less finely in place of being lost', () => {
  const growth = createGrowth(50);
  const clock = createPageClock();
  for (let second = 1; second <= 1000; second++) growth.add(second, clock, second % 3, [1]);
  const sum = [...growth.sum(undefined, 0).values()].reduce((all, one) => all + one, 0);
  assert.equal(sum, 1000);
  assert.deepEqual(growth.kept(), { from: 0, to: 1000 });
});

test('counts of a map that are read whole each time give what they grew by, also after their key was deleted', () => {
  const totals = createTotals();
  assert.deepEqual(totals.grown(1, [5]), [5]);
  assert.equal(totals.grown(1, [5]), undefined);
  assert.deepEqual(totals.grown(1, [9]), [4]);
  assert.deepEqual(totals.grown(1, [2]), [2]);
  assert.equal(totals.grown(2, [0]), undefined);
});

test('of keys that were deleted long ago nothing is kept', () => {
  const totals = createTotals(2);
  for (const key of ['a', 'b', 'c']) totals.grown(key, [5]);
  for (let turn = 0; turn < 20; turn++) {
    totals.grown('c', [5]);
    totals.turn();
  }
  assert.deepEqual(totals.grown('a', [7]), [7]);
  assert.equal(totals.grown('c', [5]), undefined);
});
