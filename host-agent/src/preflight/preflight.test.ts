import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckSchema } from '@probepad/protocol/control/host';
import { LOADER } from '../compile/testing.ts';
import { loaderWithoutCgroups } from '../link/testing.ts';
import { effective } from './capabilities.ts';
import { kernelCheck, preflight } from './preflight.ts';

test('every check is there once, with a remedy wherever it is not good', async () => {
  const checks = await preflight({ loaderPath: '/nonexistent/probepad-loader', memory: 0 });
  assert.deepEqual(
    checks.map(({ name }) => name),
    CheckSchema.shape.name.options,
  );
  for (const check of checks) {
    assert.deepEqual(CheckSchema.parse(check), check);
    assert.equal(check.remedy === '', check.result === 'good', check.name);
    assert.notEqual(check.found, '', check.name);
  }
  assert.equal(checks.find(({ name }) => name === 'loader')?.result, 'bad');
  assert.match(checks.find(({ name }) => name === 'box')?.found ?? '', /work/);
});

test('with a compiler its own facts are told, and its failure to make vmlinux.h', async () => {
  const compiler = {
    facts: () => ({ clang: '99.1', btf: '' }),
    header: () => Promise.reject(new Error('writing vmlinux.h: disk full')),
  };
  const checks = await preflight({ loaderPath: '/bin/true', memory: 0, compiler });
  assert.equal(checks.find(({ name }) => name === 'clang')?.found, 'clang 99.1');
  assert.equal(checks.find(({ name }) => name === 'loader')?.result, 'good');
  const vmlinux = checks.find(({ name }) => name === 'vmlinux');
  assert.deepEqual([vmlinux?.result, vmlinux?.found], ['bad', 'writing vmlinux.h: disk full']);
});

test('a machine whose runs could take any amount of memory is bad, unless its policy sets no limit', async (t) => {
  const { path: loaderPath, remove } = await loaderWithoutCgroups();
  t.after(remove);
  const checkOf = async (path: string, memory: number) =>
    (await preflight({ loaderPath: path, memory })).find(({ name }) => name === 'cgroup');
  const strict = await checkOf(loaderPath, 1 << 20);
  assert.equal(strict?.result, 'bad');
  assert.match(strict?.found ?? '', /memory cgroup hierarchy: .*no run can start/);
  assert.match(strict?.remedy ?? '', /set `memory` to 0/);
  assert.equal((await checkOf(loaderPath, 0))?.result, 'limited');
  assert.equal((await checkOf(LOADER, 1 << 20))?.result, 'good');
});

test('kernels too old are told from those that go', () => {
  const results = ['4.19.0-1-amd64', '5.4.0', '5.8.1', '5.10.0-28-amd64', '6.1.0', '6.18.44-fc', '7.2'].map(
    (kernel) => kernelCheck(kernel).result,
  );
  assert.deepEqual(results, ['bad', 'bad', 'limited', 'good', 'good', 'good', 'good']);
});

test('capabilities are read from proc', () => {
  assert.equal(
    effective('Name:\tnode\nCapEff:\t000000c000001000\n'),
    (1n << 39n) | (1n << 38n) | (1n << 12n),
  );
  assert.equal(effective('nothing'), 0n);
});
