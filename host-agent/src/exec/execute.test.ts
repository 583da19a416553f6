import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { execute } from './execute.ts';

const limits = { timeoutMs: 10_000, stdoutMax: 1000, stderrMax: 1000 };

test('gives exit code and both outputs, and inherits no environment', async () => {
  const result = await execute({
    file: '/bin/sh',
    args: ['-c', 'echo "out:$HOME:$GIVEN"; echo err >&2; exit 3'],
    env: { GIVEN: 'yes' },
    ...limits,
  });
  assert.equal(result.code, 3);
  assert.equal(result.stdout.toString(), 'out::yes\n');
  assert.equal(result.stderr.toString(), 'err\n');
  assert.equal(result.timedOut, false);
  assert.equal(result.overflow, undefined);
});

test('passes stdin, or /dev/null', async () => {
  const given = await execute({ file: '/bin/cat', args: [], stdin: 'text', ...limits });
  assert.equal(given.stdout.toString(), 'text');
  const none = await execute({ file: '/bin/cat', args: [], ...limits });
  assert.equal(none.stdout.length, 0);
  assert.equal(none.code, 0);
});

test('a time-out ends the whole process tree', async () => {
  const result = await execute({
    file: '/bin/sh',
    args: ['-c', 'sleep 60 & echo $!; wait'],
    ...limits,
    timeoutMs: 300,
  });
  assert.equal(result.timedOut, true);
  assert.equal(result.code, null);
  assert.ok(result.milliseconds < 5_000);
  assert.ok(await gone(Number(result.stdout.toString())), 'the grandchild is gone');
});

test('a background child that keeps the pipes open does not hold the result back', async () => {
  const result = await execute({ file: '/bin/sh', args: ['-c', 'sleep 60 & exit 0'], ...limits });
  assert.equal(result.code, 0);
  assert.ok(result.milliseconds < 5_000);
});

test('output past its limit is cut there and ends the process', async () => {
  const result = await execute({
    file: '/bin/sh',
    args: ['-c', 'while :; do echo 0123456789; done'],
    ...limits,
  });
  assert.equal(result.overflow, 'stdout');
  assert.equal(result.stdout.length, 1000);
  assert.equal(result.signal, 'SIGKILL');
});

test('a program that cannot be started is a result', async () => {
  const result = await execute({ file: '/nonexistent/program', args: [], ...limits });
  assert.equal(result.code, null);
  assert.equal(result.signal, 'ENOENT');
});

test('an abort ends it', async () => {
  const controller = new AbortController();
  const running = execute({ file: '/bin/sleep', args: ['60'], ...limits, signal: controller.signal });
  controller.abort();
  assert.equal((await running).signal, 'SIGKILL');
});

test('the time-out of one that waits for its work begins with that', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let ended = false;
  const running = execute({ file: '/bin/sleep', args: ['60'], ...limits, timeoutMs: 200, begun });
  void running.then(() => {
    ended = true;
  });
  await delay(600);
  assert.equal(ended, false);
  begin();
  const result = await running;
  assert.equal(result.timedOut, true);
  assert.ok(result.milliseconds >= 790);
});

/** True when the process is gone or only waits to be reaped, within 5 s. */
async function gone(pid: number): Promise<boolean> {
  const until = Date.now() + 5_000;
  while (Date.now() < until) {
    if (!existsSync(`/proc/${pid}/task`)) return true;
    const status = await execute({ file: '/bin/cat', args: [`/proc/${pid}/stat`], ...limits });
    if (!status.stdout.length || / Z /.test(status.stdout.toString())) return true;
  }
  return false;
}
