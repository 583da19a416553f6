import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { LOADER } from '../compile/testing.ts';
import { probeOfText, type TestMachine, testMachine } from '../link/testing.ts';
import { budgetOf, watchBudget } from './budget.ts';

let machine: TestMachine;
before(async () => {
  machine = await testMachine({ cpus: 0.5 });
});
afterEach(() => machine.table.endAll('stopped'));
after(() => machine[Symbol.asyncDispose]());

/** Works for some microseconds at each system call of one process. */
const HEAVY = `
const volatile __u32 target = 0;
__u64 sum;
SEC("tracepoint/raw_syscalls/sys_enter")
int on_enter(void *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 != target)
		return 0;
	for (int i = 0; i < 4000; i++)
		sum += bpf_get_prandom_u32();
	return 0;
}`;

/** A process that does nothing but system calls, and goes at the latest with this one. */
async function busyProcess(): Promise<Disposable & { pid: number }> {
  const child = spawn('/usr/bin/timeout', ['30', '/bin/dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1'], {
    stdio: 'ignore',
    detached: true,
  });
  await once(child, 'spawn');
  const group = child.pid ?? 0;
  const pid = await childOf(group);
  return { pid, [Symbol.dispose]: () => void process.kill(-group, 'SIGKILL') };
}

async function childOf(parent: number): Promise<number> {
  for (;;) {
    const text = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    if (text.trim() !== '') return Number(text.trim());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a run that takes more than its budget is detached, and the reason tells how much it took', async (t) => {
  using busy = await busyProcess();
  const run = machine.start(probeOfText(HEAVY, { params: { target: String(busy.pid) } }));
  const began = performance.now();
  await machine.recorder.until(() => run.status.state === 'ended');
  t.diagnostic(`over after ${Math.round(performance.now() - began)} ms`);
  assert.equal(run.status.reason, 'budget_exceeded');
  assert.equal(run.status.error?.code, 'over_budget');
  const [, took] = /took ([\d.]+) CPUs, its budget is 0.5/.exec(run.status.error?.message ?? '') ?? [];
  assert.ok(Number(took) > 0.5 && Number(took) <= 2, run.status.error?.message);
  assert.match(run.status.error?.remedy ?? '', /filter/);
});

test('a run within its budget goes on, and what it takes is told', async () => {
  using busy = await busyProcess();
  // One CPU wholly is below two.
  machine.environment.policy.cpus = 2;
  machine.recorder.counts = undefined;
  try {
    const run = machine.start(probeOfText(HEAVY, { params: { target: String(busy.pid) } }));
    await machine.recorder.until(() => (machine.recorder.counts?.cpus ?? 0) > 0.5);
    assert.equal(run.status.state, 'running');
  } finally {
    machine.environment.policy.cpus = 0.5;
  }
});

test('a run whose budget can’t be watched says so, and what to do, until it can', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-budget-'));
  t.after(() => rm(folder, { recursive: true }));
  // A loader that may not turn statistics on, until the file is gone.
  const [path, denied] = [join(folder, 'loader'), join(folder, 'denied')];
  await writeFile(denied, '');
  const script = [
    '#!/bin/sh',
    `if [ "$1" = statistics ] && [ -e ${denied} ]; then exec setpriv --bounding-set=-sys_admin ${LOADER} "$@"; fi`,
    `exec ${LOADER} "$@"`,
  ];
  await writeFile(path, `${script.join('\n')}\n`, { mode: 0o755 });
  await using blind = await testMachine({ cpus: 0.5 }, path);
  const run = blind.start(probeOfText(HEAVY));
  await blind.recorder.until(() => run.status.remarks.length > 0);
  assert.equal(run.status.state, 'running');
  const [remark = '', ...others] = run.status.remarks;
  assert.match(remark, /CPU budget of 0\.5 is not enforced.*not permitted.*CAP_SYS_ADMIN.*time limit/);
  assert.deepEqual(others, []);
  const later = blind.start(probeOfText(HEAVY), 'later');
  await blind.recorder.until(() => later.status.remarks.length > 0);
  await rm(denied);
  await blind.recorder.until(() => run.status.remarks.length + later.status.remarks.length === 0);
  await blind.table.endAll('stopped');
});

test('a run without a budget has nothing to say of one', async () => {
  const failing = Promise.withResolvers<(reason: string) => void>();
  const statistics = {
    meter: (_run: string, _ids: readonly number[], _take: unknown, failed: (reason: string) => void) =>
      failing.resolve(failed),
    unmeter() {},
  };
  const remarks: unknown[] = [];
  const loader = { programs: [], loaderPid: process.pid };
  const budget = watchBudget(
    statistics,
    'run',
    loader,
    0,
    () => {},
    (text) => remarks.push(text),
  );
  (await failing.promise)('not permitted');
  budget.end();
  assert.deepEqual(remarks, []);
});

test('samples that a busy agent takes all at once do not end a run', async (t) => {
  // All at once, however long this process has to wait for its turn.
  let now = performance.now();
  t.mock.method(performance, 'now', () => ++now);
  const sampled = Promise.withResolvers<(taken: number) => void>();
  const statistics = {
    meter: (_run: string, _ids: readonly number[], take: (taken: number) => void) => sampled.resolve(take),
    unmeter() {},
  };
  const ended: string[] = [];
  // This process stands for a loader that takes a whole CPU for a moment.
  const loader = { programs: [], loaderPid: process.pid };
  const over = ({ message }: { message: string }) => ended.push(message);
  const budget = watchBudget(statistics, 'run', loader, 0.01, over, () => {});
  const take = await sampled.promise;
  const ticks = () => process.cpuUsage().user / 10_000;
  for (let sample = 0; sample < 3; sample++) {
    take(0);
    await readFile('/proc/self/stat');
    for (const began = ticks(); ticks() < began + 3; );
  }
  while (budget.cpus === undefined) await new Promise((resolve) => setImmediate(resolve));
  budget.end();
  assert.deepEqual(ended, []);
});

test('the smaller of the run’s budget and the host’s counts, and 0 is none', () => {
  assert.equal(budgetOf(0, 1), 1);
  assert.equal(budgetOf(0.2, 1), 0.2);
  assert.equal(budgetOf(4, 1), 1);
  assert.equal(budgetOf(4, 0), 4);
  assert.equal(budgetOf(0, 0), 0);
});
