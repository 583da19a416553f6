/** Many starts and stops leave nothing behind and make nothing grow. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { descendants } from '../../scripts/process-tree.mjs';
import { connect } from '../stack/client.ts';
import { startStack } from '../stack/stack.ts';
import { collectGarbage } from './collect-garbage.ts';
import { endOf, floodProbe, onlineHost, startRun } from './flood.ts';
import { type Holdings, runDirectories, untilGone, untilHolding, usageOf } from './kernel-objects.ts';

const TIMES = 500;
/** Caches and the engine's heap have their size after so many. */
const WARM = 100;
const MIB = 1024 * 1024;

/** But for one compiler that stands by (decision 24), which may be starting, the agent has no process left. */
async function untilOnlyStandby(agent: number): Promise<void> {
  const others = (): string[] => {
    const tools = descendants(agent).map((pid) => commandOf(pid));
    const standby = tools.filter((command) => /^(setpriv|prlimit|bwrap|clang|mkfifo)$/.test(command));
    // The box is two processes beside its clang.
    return standby.length <= 3 ? tools.filter((command) => !standby.includes(command)) : tools;
  };
  const end = performance.now() + 2_000;
  while (others().length > 0 && performance.now() < end) await delay(20);
  assert.deepEqual(others(), []);
}

test(`${TIMES} starts and stops`, { timeout: 900_000 }, async (t) => {
  const stack = await startStack();
  try {
    const client = await connect(stack);
    const host = await onlineHost(client);
    const agent = stack.agent?.pid ?? -1;
    const directories = runDirectories();
    const usage = async () => {
      // The hub lets garbage pile up to several times what it needs.
      await collectGarbage(stack.hub.pid);
      return { agent: usageOf(agent), hub: usageOf(stack.hub.pid) };
    };
    let warm: Awaited<ReturnType<typeof usage>> | undefined;
    let held: Holdings | undefined;
    for (let time = 1; time <= TIMES; time++) {
      // A pid that is never traced: nothing but starting and stopping happens.
      const run = await startRun(client, host, floodProbe(0));
      if (time % 50 === 0) held = await untilHolding(agent);
      await client.request('run.stop', { run });
      const status = await endOf(client, run);
      assert.equal(status.reason, 'stopped', `start ${time}`);
      if (held !== undefined) await untilGone(held, 2_000);
      held = undefined;
      if (time === WARM) warm = await usage();
    }
    const after = await usage();
    assert.ok(warm);
    await untilOnlyStandby(agent);
    const left = runDirectories().filter((path) => !directories.includes(path));
    assert.ok(left.length <= 2, `directories of runs: ${left.join(', ')}`);
    for (const part of ['agent', 'hub'] as const) {
      const grown = after[part].bytes - warm[part].bytes;
      t.diagnostic(
        `${part}: ${Math.round(warm[part].bytes / MIB)} MiB after ${WARM}, ${Math.round(after[part].bytes / MIB)} MiB after ${TIMES}; ` +
          `${warm[part].descriptors} and ${after[part].descriptors} descriptors`,
      );
      assert.ok(grown < 24 * MIB, `the ${part} grew by ${Math.round(grown / MIB)} MiB`);
      assert.ok(
        Math.abs(after[part].descriptors - warm[part].descriptors) <= 4,
        `descriptors of the ${part}`,
      );
    }
    client.close();
  } finally {
    await stack.close();
  }
});

/** Empty for a process that has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
  } catch {
    return '';
  }
}
