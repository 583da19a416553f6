/** kill -9 of each part in the middle of a flood: the kernel is clean, and whoever watches is told how it ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunStatus } from '@probepad/protocol/control/run';
import { type Client, connect } from '../stack/client.ts';
import { startStack } from '../stack/stack.ts';
import { endOf, type Flood, floodProbe, onlineHost, startFlood, startRun, untilFlooding } from './flood.ts';
import { untilGone, untilHolding, usageOf } from './kernel-objects.ts';
import { assertHonest, keepLedger, type Ledger } from './ledger.ts';

const TIMES = 20;
/** Events a second that have to flow when the part is killed. */
const RATE = 200_000;
/** Milliseconds after which nothing may be left. */
const CLEAN = 2_000;
const LIMIT = { timeout: 420_000 };

test(`kill -9 of the loader, ${TIMES} times`, LIMIT, async (t) => {
  const stack = await startStack();
  await using flood = await startFlood();
  try {
    const client = await connect(stack);
    const host = await onlineHost(client);
    const times: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      const { run, ledger } = await startFlooding(client, host, flood);
      const held = await untilHolding(stack.agent?.pid ?? -1);
      process.kill(held.processes[0] ?? -1, 'SIGKILL');
      times.push(await untilGone(held, CLEAN));
      const status = await endOf(client, run);
      assert.equal(status.reason, 'crashed');
      assert.equal(status.error?.code, 'loader_crashed');
      assertHonest(ledger, `loader ${time}`);
    }
    t.diagnostic(`clean after ${Math.round(Math.max(...times))} ms at most`);
    client.close();
  } finally {
    await stack.close();
  }
});

test(`kill -9 of the agent, ${TIMES} times`, LIMIT, async (t) => {
  const stack = await startStack();
  await using flood = await startFlood();
  try {
    const client = await connect(stack);
    const times: number[] = [];
    const ends: Promise<RunStatus>[] = [];
    const ledgers: Ledger[] = [];
    for (let time = 0; time < TIMES; time++) {
      const host = await onlineHost(client);
      const { run, ledger } = await startFlooding(client, host, flood);
      ledgers.push(ledger);
      const held = await untilHolding(stack.agent?.pid ?? -1);
      await stack.agent?.kill();
      times.push(await untilGone(held, CLEAN));
      flood.pause();
      await stack.startAgent();
      // The hub leaves the agent a moment to say how the run ended; meanwhile the next one goes on.
      ends.push(endOf(client, run));
      flood.resume();
    }
    for (const status of await Promise.all(ends)) assert.equal(status.reason, 'crashed');
    ledgers.forEach((ledger, time) => void assertHonest(ledger, `agent ${time}`));
    t.diagnostic(`clean after ${Math.round(Math.max(...times))} ms at most`);
    client.close();
  } finally {
    await stack.close();
  }
});

test(`kill -9 of the hub, ${TIMES} times`, LIMIT, async (t) => {
  // A hub that is well is heard three times within it; a flood keeps both sides busy.
  const lease = 3_000;
  const stack = await startStack({ env: { PROBEPAD_LEASE_MS: String(lease) } });
  await using flood = await startFlood();
  try {
    const times: number[] = [];
    const memory: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      const client = await connect(stack);
      const host = await onlineHost(client);
      const { run, ledger } = await startFlooding(client, host, flood);
      const held = await untilHolding(stack.agent?.pid ?? -1);
      await stack.hub.kill();
      times.push(await untilGone(held, lease));
      client.close();
      // Its counters went with it: what frames say is left.
      assert.ok(ledger.records > 0);
      assert.deepEqual(ledger.faults, [], `hub ${time}`);
      flood.pause();
      await stack.startHub();
      const again = await connect(stack);
      // A hub that waited in vain says that the run crashed, until the agent is back and tells how it really ended.
      await onlineHost(again);
      await untilReason(again, run, 'lease_lost');
      again.close();
      flood.resume();
      memory.push(usageOf(stack.agent?.pid ?? -1).bytes / 2 ** 20);
    }
    t.diagnostic(`clean after ${Math.round(Math.max(...times))} ms at most, with a lease of ${lease} ms`);
    t.diagnostic(
      `MiB that the agent takes after each hub: ${memory.map((one) => Math.round(one)).join(' ')}`,
    );
    // What it keeps of ended runs is bounded, and reached by a few of them.
    const most = (part: number[]): number => Math.round(Math.max(...part));
    const early = most(memory.slice(0, TIMES / 2));
    const late = most(memory.slice(TIMES / 2));
    assert.ok(late - early < 64 && late < 400, `from ${early} to ${late} MiB`);
  } finally {
    await stack.close();
  }
});

/** A run that is watched from its first call, at full rate. */
async function startFlooding(
  client: Client,
  host: string,
  flood: Flood,
): Promise<{ run: string; ledger: Ledger }> {
  flood.pause();
  const run = await startRun(client, host, floodProbe(flood.pid));
  const ledger = await keepLedger(client, run);
  flood.resume();
  await untilFlooding(client, run, RATE);
  return { run, ledger };
}

async function untilReason(client: Client, run: string, reason: string): Promise<void> {
  const told = client.event(
    (one) => one.type === 'run.status' && one.status.run === run && one.status.reason === reason,
    20_000,
  );
  const { runs } = await client.request('runs.list', {});
  const known = runs.find(({ id }) => id === run)?.statuses[0];
  assert.ok(known, 'the hub forgot the run');
  if (known.reason === reason) told.catch(() => {});
  else await told;
}
