import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  type StatisticsMessage,
  StatisticsMessageSchema,
  type StatisticsOrder,
} from '@probepad/protocol/loader';
import { LOADER } from './loader-process.ts';
import { prepare } from './prepare.ts';

prepare();

/** Ids that no program has: their time is 0. */
const FIRST = 0x7fff_fff0;
const SECOND = 0x7fff_fff1;
/** Orders that are given before this test no longer believes in a sample. */
const ORDERS_MAX = 5_000;

function statistics() {
  // Confined as it is, the leak checker has no /proc to read.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' };
  const child = spawn(LOADER, ['statistics'], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const samples: Extract<StatisticsMessage, { type: 'sample' }>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = StatisticsMessageSchema.parse(JSON.parse(line));
    if (message.type === 'sample') samples.push(message);
  });
  return {
    samples,
    order(order: StatisticsOrder) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
    },
    async end() {
      child.stdin.end();
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
    },
  };
}

test('programs are sampled however often somebody begins and ends to look at them', async () => {
  const { samples, order, end } = statistics();
  for (let at = 0; samples.length < 2 && at < ORDERS_MAX; at++) {
    order({ hold: at % 2 === 0, programs: [FIRST] });
    await setTimeout(1);
  }
  await end();
  assert.ok(samples.length >= 2);
  for (const { programs } of samples) assert.deepEqual(programs, [{ id: FIRST, run_time_ns: 0 }]);
});

test('those of a run that begins are sampled after the window that is open, which is of the others', async () => {
  const { samples, order, end } = statistics();
  const wanted = [[FIRST], [FIRST, SECOND]];
  const isTold = (ids: readonly number[]): boolean =>
    samples.some(({ programs }) => programs.map(({ id }) => id).join() === ids.join());
  for (let at = 0; !wanted.every(isTold) && at < ORDERS_MAX; at++) {
    order({ hold: false, programs: wanted[at % 2] as number[] });
    await setTimeout(1);
  }
  await end();
  assert.ok(wanted.every(isTold), JSON.stringify(samples));
});
