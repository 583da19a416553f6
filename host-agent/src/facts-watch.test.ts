import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Facts, watchFacts } from './facts-watch.ts';
import { openMachine } from './machine.ts';

/** A folder with the machine's commands, but for those whose name begins with `without`. */
async function commandsIn(folder: string, without: string): Promise<void> {
  await mkdir(folder);
  for (const name of await readdir('/usr/bin')) {
    if (!name.startsWith(without)) await symlink(`/usr/bin/${name}`, join(folder, name));
  }
}

test('a host without clang goes on, and a clang that is installed later is noticed', {
  timeout: 60_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-facts-'));
  const path = process.env.PATH ?? '';
  t.after(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true, force: true });
  });
  const bin = join(folder, 'bin');
  await commandsIn(bin, 'clang');
  process.env.PATH = bin;
  const machine = await openMachine({ dataDir: folder, policyPath: undefined, log: () => {} });
  const probe = { files: [{ name: 'a.bpf.c', text: 'int x;' }], flags: [] };
  const before = await machine.environment.compiler.compile(probe);
  assert.equal(before.ok || before.error.code, 'no_compiler');

  const state: Facts = { compiler: { clang: '', btf: '' }, checks: [] };
  const told: string[] = [];
  const { promise: noticed, resolve } = Promise.withResolvers<void>();
  const onChange = () => {
    told.push(state.compiler.clang);
    const clang = state.checks.find(({ name }) => name === 'clang');
    if (state.compiler.clang !== '' && clang?.result === 'good') resolve();
  };
  const stop = watchFacts(machine, state, () => JSON.stringify(state), onChange, assert.fail, 20);
  t.after(stop);
  const clang = (await readdir('/usr/bin')).find((name) => /^clang-\d+$/.test(name)) ?? 'clang';
  await symlink(await realpath(join('/usr/bin', clang)), join(bin, 'clang'));
  await noticed;
  assert.equal(told[0], '', 'told first that there is none');
  const after = await machine.environment.compiler.compile(probe);
  assert.equal(after.ok, true);
  await (await machine.compiler()).ready;
});
