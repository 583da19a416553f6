/** A viewer that stops reading costs itself frames, counted, and nobody else anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunCounts } from '@probepad/protocol/control/run';
import { type Client, connect } from '../stack/client.ts';
import { startStack } from '../stack/stack.ts';
import { endOf, floodProbe, onlineHost, startFlood, startRun, unbalanced, untilFlooding } from './flood.ts';
import { usageOf } from './kernel-objects.ts';

const SECONDS = 60;
const MIB = 1024 * 1024;
/** AGENT_QUEUE_MAX, RESUME_BUFFER, VIEWER_QUEUE_MAX and late-join buffers, with room for the engine's garbage. */
const GROWTH_MAX = 300 * MIB;

/** Follows the counters of one viewer, and counts the records that it was really sent. */
function follow(client: Client, run: string) {
  const seen: { counts: RunCounts | undefined; records: number; unbalanced: string[] } = {
    counts: undefined,
    records: 0,
    unbalanced: [],
  };
  client.onEvent((event) => {
    if (event.type !== 'run.counts' || event.run !== run) return;
    seen.counts = event.counts;
    seen.unbalanced.push(...unbalanced(event.counts));
  });
  client.onFrame(({ header }) => {
    if (header.kind === 'events') seen.records += header.count;
  });
  return seen;
}

test(`a viewer that stands still for ${SECONDS} s`, { timeout: (SECONDS + 120) * 1000 }, async (t) => {
  const stack = await startStack();
  await using flood = await startFlood();
  try {
    const reader = await connect(stack);
    const stalled = await connect(stack);
    const host = await onlineHost(reader);
    const run = await startRun(reader, host, floodProbe(flood.pid));
    const read = follow(reader, run);
    const stood = follow(stalled, run);
    await reader.request('run.watch', { run });
    await stalled.request('run.watch', { run });
    await untilFlooding(reader, run, 200_000);

    const parts = { agent: stack.agent?.pid ?? -1, hub: stack.hub.pid };
    const before = { agent: usageOf(parts.agent).bytes, hub: usageOf(parts.hub).bytes };
    const most = { ...before };
    stalled.socket.pause();
    const recordsBefore = read.records;
    for (let second = 0; second < SECONDS; second++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      most.agent = Math.max(most.agent, usageOf(parts.agent).bytes);
      most.hub = Math.max(most.hub, usageOf(parts.hub).bytes);
    }
    const rate = (read.records - recordsBefore) / SECONDS;
    for (const part of ['agent', 'hub'] as const) {
      const grown = most[part] - before[part];
      t.diagnostic(
        `${part}: from ${Math.round(before[part] / MIB)} to ${Math.round(most[part] / MIB)} MiB at most`,
      );
      assert.ok(grown < GROWTH_MAX, `the ${part} grew by ${Math.round(grown / MIB)} MiB`);
    }
    t.diagnostic(`the other viewer went on at ${Math.round(rate)} events a second`);
    assert.ok(rate > 50_000, `the other viewer got ${Math.round(rate)} events a second`);

    stalled.socket.resume();
    await reader.request('run.stop', { run });
    await endOf(reader, run);
    await endOf(stalled, run);
    for (const [name, viewer] of Object.entries({ read, stood })) {
      const counts = viewer.counts?.sources.events;
      assert.ok(counts, name);
      assert.deepEqual(viewer.unbalanced, [], name);
      assert.equal(counts.delivered, viewer.records, `${name}: delivered as told and as received`);
    }
    assert.ok((stood.counts?.sources.events?.dropped.viewer ?? 0) > 0, 'the stalled viewer lost frames');
    reader.close();
    stalled.close();
  } finally {
    await stack.close();
  }
});
