import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunStatus } from '@probepad/protocol/control/run';
import { millisecondsText, stagesOf, standingOf } from './words.ts';

const status: RunStatus = {
  run: 'r',
  host: 'h',
  stream: 1,
  state: 'loading',
  diagnostics: [],
  programs: [],
  timing: { compile: 38.2 },
  remarks: [],
  started: 0,
};

test('a run that loads has compiled and has not attached', () => {
  assert.deepEqual(
    stagesOf(status).map(({ name, state }) => `${name} ${state}`),
    ['compile done', 'load now', 'attach ahead', 'first event ahead'],
  );
});

test('a rejection is shown at the step that failed', () => {
  const rejected = stagesOf({ ...status, state: 'ended', reason: 'verifier_rejected' });
  assert.equal(rejected.find(({ state }) => state === 'failed')?.name, 'load');
});

test('a run that is being stopped is not said to start', () => {
  const standing = (...states: RunStatus['state'][]) =>
    standingOf(states.map((state) => ({ ...status, state })));
  assert.equal(standing('stopping'), 'stopping');
  assert.equal(standing('ended', 'stopping'), 'stopping');
  assert.equal(standing('stopping', 'attaching'), 'starting');
  assert.equal(standing('stopping', 'running'), 'running');
  assert.equal(standing('compiling', 'ended'), 'starting');
  assert.equal(standing(), 'starting', 'no host has said anything yet');
});

test('times have the digits that matter', () => {
  assert.deepEqual([4.66, 38.2, 12_345].map(millisecondsText), ['4.7 ms', '38 ms', '12.3 s']);
});
