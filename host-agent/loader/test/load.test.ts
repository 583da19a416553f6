import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:os';
import { test } from 'node:test';
import { FRAME_FLAGS } from '@probepad/protocol/frames';
import type { AttachSpec } from '@probepad/protocol/loader';
import { compileFixture, LOADER, LoaderProcess, RELEASE, states } from './loader-process.ts';
import { makeOrders } from './orders.ts';
import { prepare } from './prepare.ts';

prepare();

const { E2BIG, EACCES } = constants.errno;

test('a kernel without fentry runs the other programs, and says what it has not', async () => {
  const asked = execFileSync(LOADER, ['probe-capabilities'], { encoding: 'utf8' });
  const { works } = (JSON.parse(asked) as { attach: { fentry: { works: boolean } } }).attach.fentry;
  const object = compileFixture('fentry');
  using loader = new LoaderProcess(object, makeOrders(object, {}));
  assert.equal((await loader.running()).attached, works ? 3 : 1);
  await loader.stop();
  const state = works ? 'attached vfs_read' : 'off vfs_read this kernel takes no such programs';
  assert.deepEqual(states(loader).sort(), [
    'everywhere attached syscalls/sys_enter_getppid',
    `on_entry ${state}`,
    `on_exit ${state}`,
  ]);

  const alone = makeOrders(object, { programs: [{ name: 'everywhere', attach: { type: 'off' } }] });
  using without = new LoaderProcess(object, alone);
  if (works) assert.equal((await without.running()).attached, 2);
  else {
    const { stage, message } = await without.until('failed', () => without.message('failed'));
    const sentence = 'this kernel takes none of the programs: it has no fentry and fexit';
    assert.deepEqual([stage, message], ['target', sentence]);
  }
});

test('of two programs for the same events one is attached, unless the second is given its target', async () => {
  const object = compileFixture('alternatives');
  using loader = new LoaderProcess(object, makeOrders(object, {}));
  assert.equal((await loader.running()).attached, 2);
  await loader.stop();
  assert.deepEqual(states(loader).sort(), [
    'first attached sched_switch',
    'second off sched_switch first does the same',
    'single attached sched_wakeup',
  ]);

  const given: AttachSpec = { type: 'raw_tracepoint', name: 'sched_switch' };
  using both = new LoaderProcess(
    object,
    makeOrders(object, { programs: [{ name: 'second', attach: given }] }),
  );
  assert.equal((await both.running()).attached, 3);
  await both.stop();
});

test('the second of two programs for the same events stands in for one that the kernel refuses', async () => {
  const object = compileFixture('refused-alternative');
  using loader = new LoaderProcess(object, makeOrders(object, {}));
  assert.equal((await loader.running()).attached, 1);
  await loader.stop();
  const words = "R0 invalid mem access 'map_value_or_null'";
  assert.deepEqual(states(loader).sort(), [
    `first off sched_switch this kernel refuses it, and second does the same; the verifier says: ${words}`,
    'second attached sched_switch',
  ]);

  const alone = makeOrders(object, { programs: [{ name: 'second', attach: { type: 'off' } }] });
  using failed = new LoaderProcess(object, alone);
  assert.equal((await failed.until('failed', () => failed.message('failed'))).object, 'first');
});

test('a rejected program beside two for the same events is loaded once, not with each of them', async () => {
  const object = compileFixture('rejected-bystander');
  using loader = new LoaderProcess(object, makeOrders(object, {}));
  assert.equal((await loader.until('failed', () => loader.message('failed'))).object, 'bad');
  await loader.until('exit', () => loader.exited);
  assert.equal(loader.log.match(/prog 'bad': BPF program load failed/g)?.length, 1, loader.log);
});

test('when both of two programs for the same events are rejected, what is wrong with each is told', async () => {
  const object = compileFixture('rejected-alternatives');
  using loader = new LoaderProcess(object, makeOrders(object, {}));
  assert.equal((await loader.until('failed', () => loader.message('failed'))).object, 'first');
  await loader.until('exit', () => loader.exited);
  assert.match(logOf(loader), /invalid mem access 'map_value_or_null'/);
  const remarks = loader.messages.flatMap((message) => (message.type === 'remark' ? [message.text] : []));
  assert.ok(remarks.includes("the verifier rejected program second, too: R0 invalid mem access 'scalar'"));
});

/** The text of the `log` frames, which say where it begins and ends. */
function logOf(loader: LoaderProcess): string {
  const frames = loader.frames.filter(({ header }) => header.kind === 'log');
  const flags = frames.map(({ header }) => header.flags);
  assert.ok((flags[0] ?? 0) & FRAME_FLAGS.first && (flags.at(-1) ?? 0) & FRAME_FLAGS.last);
  assert.equal(flags.filter((flag) => flag !== 0).length, Math.min(2, frames.length));
  return Buffer.concat(frames.map(({ payload }) => payload)).toString();
}

test("the verifier's text arrives whole, with the line of C", async () => {
  const object = compileFixture('rejected');
  using loader = new LoaderProcess(object, makeOrders(object, { memory_bytes: 64 << 20 }));
  const failed = await loader.until('failed', () => loader.message('failed'));
  await loader.until('exit', () => loader.exited);
  const log = loader.message('verifier_log');
  assert.equal(failed.stage, 'load');
  assert.equal(failed.object, 'bad');
  assert.equal(failed.errno, 13);
  assert.equal(log?.program, 'bad');
  assert.match(log?.log ?? '', /; return \*value;/);
  assert.match(log?.log ?? '', /invalid mem access 'map_value_or_null'/);
  assert.match(log?.log ?? '', /processed \d+ insns/);
  assert.equal(logOf(loader), log?.log);
});

test('a text of the verifier that is larger than a message can be arrives whole in frames', async () => {
  const object = compileFixture('endless');
  using loader = new LoaderProcess(object, makeOrders(object, { memory_bytes: 256 << 20 }));
  // The verifier writes a million instructions down, which takes seconds, and a busy machine's clock counts many more.
  const failed = await loader.until('failed', () => loader.message('failed'), 90_000);
  await loader.until('exit', () => loader.exited);
  assert.equal(failed.errno, E2BIG, failed.message);
  const log = logOf(loader);
  assert.ok(log.length > 64 << 20, `${log.length} bytes`);
  assert.match(log.slice(0, 2_000), /^0: /m);
  assert.match(log.slice(-2_000), /program is too large\. Processed 1000001 insn\nprocessed 1000001 insns/);
  const end = loader.message('verifier_log')?.log ?? '';
  assert.ok(end.length <= 1 << 20 && end.length > 1_000_000 && log.endsWith(end), `${end.length} bytes`);
});

test("a text that the run's memory has no room for says that it is cut, and keeps its end", async () => {
  const object = compileFixture('wordy');
  using loader = new LoaderProcess(object, makeOrders(object, { memory_bytes: 8 << 20 }));
  const failed = await loader.until('failed', () => loader.message('failed'));
  await loader.until('exit', () => loader.exited);
  assert.equal(failed.errno, EACCES, failed.message);
  const log = logOf(loader);
  assert.ok(log.length > 4_000_000 && log.length < (4 << 20) + 8_192, `${log.length} bytes`);
  assert.match(log, /^\[.*left out.* 4194304 bytes\]$/m);
  for (const text of [log, loader.message('verifier_log')?.log ?? ''])
    assert.match(text.slice(-1_000), /R\d invalid mem access[\s\S]*\nprocessed \d+ insns/);
});

test('where memory is not lent out, the text of the verifier gets as much as there is', async () => {
  const object = compileFixture('rejected');
  // Sanitizers want terabytes of addresses.
  const command = ['prlimit', `--as=${100 << 20}`, RELEASE, 'run'];
  using loader = new LoaderProcess(object, makeOrders(object, {}), { command });
  await loader.until('failed', () => loader.message('failed'));
  await loader.until('exit', () => loader.exited);
  assert.match(logOf(loader), /invalid mem access 'map_value_or_null'/);
});

test('a run that asks for more memory than it may have fails with ENOMEM', async () => {
  const object = compileFixture('huge');
  using refused = new LoaderProcess(object, makeOrders(object, { memory_bytes: 64 << 20 }));
  const failed = await refused.until('failed', () => refused.message('failed'));
  assert.equal(failed.stage, 'load');
  assert.equal(failed.errno, 12);
  assert.match(failed.message, /memory limit/);
  using allowed = new LoaderProcess(object, makeOrders(object, { memory_bytes: 256 << 20 }));
  await allowed.running();
  await allowed.stop();
});
