/** A viewer that stops reading costs itself frames, counted, and nobody else anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../stack/client.ts';
import { startStack } from '../stack/stack.ts';
import { endOf, floodProbe, onlineHost, startFlood, startRun, untilFlooding } from './flood.ts';
import { usageOf } from './kernel-objects.ts';
import { assertBalanced, keepLedger } from './ledger.ts';

const SECONDS = 60;
/** Events a second that the other viewer is to get. */
const RATE = 200_000;
/**
 * Calls a second. Its queue at the hub (VIEWER_QUEUE_MAX) is half a second of it: of two million a second it were less than a reader
 * on two busy cores may be late by itself, and what it lost then would say nothing about the other.
 */
const PACE = 300_000;
const MIB = 1024 * 1024;
/** AGENT_QUEUE_MAX, RESUME_BUFFER, VIEWER_QUEUE_MAX and late-join buffers, with room for the engine's garbage. */
const GROWTH_MAX = 300 * MIB;

test(`a viewer that stands still for ${SECONDS} s`, { timeout: (SECONDS + 120) * 1000 }, async (t) => {
  const stack = await startStack();
  await using flood = await startFlood(PACE);
  try {
    const reader = await connect(stack);
    const stalled = await connect(stack);
    const host = await onlineHost(reader);
    flood.pause();
    const run = await startRun(reader, host, floodProbe(flood.pid));
    const read = await keepLedger(reader, run);
    const stood = await keepLedger(stalled, run);
    flood.resume();
    await untilFlooding(reader, run, RATE);

    const parts = { agent: stack.agent?.pid ?? -1, hub: stack.hub.pid };
    const before = { agent: usageOf(parts.agent).bytes, hub: usageOf(parts.hub).bytes };
    const most = { ...before };
    stalled.socket.pause();
    const began = { time: performance.now(), records: read.records };
    for (let second = 0; second < SECONDS; second++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      most.agent = Math.max(most.agent, usageOf(parts.agent).bytes);
      most.hub = Math.max(most.hub, usageOf(parts.hub).bytes);
    }
    const rate = (read.records - began.records) / ((performance.now() - began.time) / 1000);
    for (const part of ['agent', 'hub'] as const) {
      const grown = most[part] - before[part];
      t.diagnostic(
        `${part}: from ${Math.round(before[part] / MIB)} to ${Math.round(most[part] / MIB)} MiB at most`,
      );
      assert.ok(grown < GROWTH_MAX, `the ${part} grew by ${Math.round(grown / MIB)} MiB`);
    }
    t.diagnostic(`the other viewer went on at ${Math.round(rate)} events a second`);
    assert.ok(rate >= RATE, `the other viewer got ${Math.round(rate)} events a second`);

    stalled.socket.resume();
    await reader.request('run.stop', { run });
    await endOf(reader, run);
    await endOf(stalled, run);
    const { dropped } = assertBalanced(read, 'the reader');
    const lost = assertBalanced(stood, 'the stalled viewer').dropped;
    assert.ok(lost.viewer > 0, 'the stalled viewer lost frames');
    assert.deepEqual(lost, { ...dropped, viewer: lost.viewer }, 'and shares what all lost');
    assert.equal(dropped.viewer, 0, 'the reader lost nothing of its own');
    reader.close();
    stalled.close();
  } finally {
    await stack.close();
  }
});
