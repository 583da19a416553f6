import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecondShare } from './second-share.ts';

test('of each second the frames up to the bound are taken, and the next second begins anew', () => {
  const share = createSecondShare(100);
  const takes = (milliseconds: number, count: number) =>
    share.takes({ timeNs: BigInt(milliseconds) * 1_000_000n, count });
  assert.deepEqual([takes(5_000, 60), takes(5_100, 60), takes(5_999, 1)], [true, true, false]);
  assert.deepEqual([takes(6_000, 1_000), takes(6_001, 1)], [true, false]);
  // Clocks go back too.
  assert.equal(takes(5_500, 1), true);
});
