import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FRAME_FLAGS, type FrameHeader } from '@probepad/protocol/frames';
import { AGENT_LOG_MAX, FRAME_PAYLOAD_MAX, VERIFIER_LOG_MAX } from '@probepad/protocol/limits';
import type { Run } from '../runs/run.ts';
import { createOutbox } from '../sources/outbox.ts';
import { createFeed } from './feed.ts';

/** All frames lie in the same memory: only how much they are counts. */
const bytes = new Uint8Array(FRAME_PAYLOAD_MAX);

/** A run that was rejected with a text of the longest. */
function rejectedRun(id: string): Run {
  const outbox = createOutbox(0, 0);
  for (let seq = 0; seq < VERIFIER_LOG_MAX; seq += FRAME_PAYLOAD_MAX) {
    const isLast = seq + FRAME_PAYLOAD_MAX >= VERIFIER_LOG_MAX;
    const header: FrameHeader = {
      kind: 'log',
      flags: isLast ? FRAME_FLAGS.last : 0,
      source: 0,
      stream: 1,
      count: 0,
      aux: 0,
      seq: BigInt(seq),
      lost: 0n,
      timeNs: 1n,
      length: FRAME_PAYLOAD_MAX,
    };
    outbox.push({ header, bytes });
  }
  return { id, outbox, status: { state: 'ended' }, counts: () => undefined } as unknown as Run;
}

test('wordy rejections that wait for a slow hub do not add up, and the newest stays whole', async () => {
  const feed = createFeed(() => {});
  feed.attach({ control() {}, data() {}, hasRoom: () => false });
  const runs = ['a', 'b', 'c'].map(rejectedRun);
  for (const run of runs) {
    feed.status(run, run.status);
    feed.data(run);
    await setImmediate();
  }
  const waiting = runs.map(({ outbox }) => outbox.logBytes());
  assert.ok(waiting.reduce((sum, each) => sum + each) <= AGENT_LOG_MAX, waiting.join());
  assert.equal(waiting[2], VERIFIER_LOG_MAX);
  assert.equal(waiting[0], FRAME_PAYLOAD_MAX, 'the last frame stays');
});
