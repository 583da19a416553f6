import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunCounts } from '@probepad/protocol/control/run';
import { type CostSample, costsOf, keepSamples } from './program-costs.ts';

function counts(runCount: number, runTimeNs: number): RunCounts {
  return { stream: 1, sources: {}, programs: [{ name: 'on_exec', runCount, runTimeNs }] };
}

test('a cost is the mean of the last seconds, with numbers that come twice', () => {
  let samples: CostSample[] = keepSamples([], counts(100, 50_000), 0);
  assert.deepEqual(costsOf(samples), {});
  samples = keepSamples(samples, counts(100, 50_000), 400);
  samples = keepSamples(samples, counts(300, 250_000), 1000);
  assert.deepEqual(costsOf(samples), { on_exec: { runsPerSecond: 200, nanoseconds: 1000, cpu: 0.0002 } });
});

test('a program that rests costs nothing, and what a run took is still told', () => {
  const samples = keepSamples(keepSamples([], counts(10, 5_000), 0), counts(10, 5_000), 1000);
  assert.deepEqual(costsOf(samples), { on_exec: { runsPerSecond: 0, nanoseconds: 500, cpu: 0 } });
});

test('numbers from before a pause are not mixed with those after it', () => {
  const before = keepSamples([], counts(10, 5_000), 0);
  assert.equal(keepSamples(before, counts(1000, 500_000), 60_000).length, 1);
  assert.deepEqual(keepSamples(before, { stream: 1, sources: {} }, 100), []);
});
