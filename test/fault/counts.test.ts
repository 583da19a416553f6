/** Wherever events of a flood are lost, as many are counted there: by the probe's own numbers, which no part of ours makes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../stack/client.ts';
import { startStack } from '../stack/stack.ts';
import { endOf, floodProbe, onlineHost, startFlood, startRun, untilFlooding } from './flood.ts';
import { assertBalanced, keepLedger } from './ledger.ts';

const LIMIT = { timeout: 120_000 };
/** More than the agent's queue holds of a flood of 200,000 a second, and less than a silence that ends a connection. */
const STANDSTILL = 5_000;

test('a run that is stopped at full rate', LIMIT, async (t) => {
  const stack = await startStack();
  await using flood = await startFlood();
  try {
    const client = await connect(stack);
    const host = await onlineHost(client);
    for (let time = 0; time < 5; time++) {
      flood.pause();
      const run = await startRun(client, host, floodProbe(flood.pid));
      const ledger = await keepLedger(client, run);
      flood.resume();
      await untilFlooding(client, run, 200_000);
      await client.request('run.stop', { run });
      assert.equal((await endOf(client, run)).reason, 'stopped');
      const { produced, dropped } = assertBalanced(ledger, `run ${time}`);
      t.diagnostic(`${produced} calls, lost ${JSON.stringify(dropped)}`);
    }
    client.close();
  } finally {
    await stack.close();
  }
});

test('a ring that is too small for its events', LIMIT, async () => {
  const stack = await startStack();
  await using flood = await startFlood();
  try {
    const client = await connect(stack);
    flood.pause();
    const run = await startRun(client, await onlineHost(client), floodProbe(flood.pid, 4096));
    const ledger = await keepLedger(client, run);
    flood.resume();
    await untilFlooding(client, run, 200_000);
    await client.request('run.stop', { run });
    await endOf(client, run);
    const { dropped, delivered } = assertBalanced(ledger, 'small ring');
    assert.ok(dropped.kernel > 0 && delivered > 0, `${delivered} delivered, ${dropped.kernel} lost`);
    client.close();
  } finally {
    await stack.close();
  }
});

test('a hub that stands still for longer than the agent can keep what comes', LIMIT, async () => {
  const stack = await startStack();
  await using flood = await startFlood();
  try {
    const client = await connect(stack);
    flood.pause();
    const run = await startRun(client, await onlineHost(client), floodProbe(flood.pid));
    const ledger = await keepLedger(client, run);
    flood.resume();
    await untilFlooding(client, run, 200_000);
    process.kill(stack.hub.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, STANDSTILL));
    process.kill(stack.hub.pid, 'SIGCONT');
    await untilFlooding(client, run, 200_000);
    await client.request('run.stop', { run });
    assert.equal((await endOf(client, run)).reason, 'stopped');
    const { dropped } = assertBalanced(ledger, 'standstill');
    assert.ok(dropped.agent > 0, `the agent lost ${dropped.agent}`);
    client.close();
  } finally {
    await stack.close();
  }
});
