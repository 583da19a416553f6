import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setUp } from '../setup.mjs';
import { missingFrom } from './debian-packages.mjs';
import { isAtLeast } from './libbpf.mjs';
import { boundingSet, LOADER_CAPABILITIES } from './loader.mjs';
import { firstDifference } from './node-modules.mjs';
import { isMounted } from './tracefs.mjs';
import { hashOfFiles } from './web-build.mjs';

test('set-up runs only what is needed, and names the step that fails', async () => {
  /** @type {string[]} */
  const said = [];
  /** @type {string[]} */
  const ran = [];
  const step = (/** @type {string} */ name, /** @type {string | false} */ todo) => ({
    name,
    why: 'a reason',
    needed: async () => todo,
    run: async () => {
      ran.push(name);
      if (name === 'bad') throw new Error('no room');
      return undefined;
    },
  });
  const steps = [
    step('in place', false),
    step('missing', 'making it'),
    step('bad', 'trying'),
    step('never', 'x'),
  ];
  await assert.rejects(
    setUp(steps, (line) => said.push(line)),
    /set-up stopped at "bad" \(a reason\)\.\nno room/,
  );
  assert.deepEqual(ran, ['missing', 'bad']);
  assert.equal(said[0], 'set-up: missing (a reason): making it');
});

test('a package that is removed or unknown is missing', () => {
  const listing = 'gcc installed\nmake config-files\nmake-dfsg not-installed\n';
  assert.deepEqual(missingFrom(listing, ['gcc', 'make', 'unknown']), ['make', 'unknown']);
});

test('versions compare by number', () => {
  assert.equal(isAtLeast('1.10.0', [1, 4]), true);
  assert.equal(isAtLeast('1.4', [1, 4]), true);
  assert.equal(isAtLeast('1.1.2', [1, 4]), false);
  assert.equal(isAtLeast('0.8', [1, 4]), false);
});

test('installed npm packages are compared with the lockfile', () => {
  const wanted = {
    packages: {
      '': { version: '1.0.0' },
      web: { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/other-system': { version: '1.0.0', optional: true },
    },
  };
  assert.equal(firstDifference(wanted, { packages: { 'node_modules/a': { version: '1.0.0' } } }), undefined);
  assert.match(
    firstDifference(wanted, { packages: { 'node_modules/a': { version: '0.9.0' } } }) ?? '',
    /0\.9\.0/,
  );
  assert.match(firstDifference(wanted, { packages: {} }) ?? '', /node_modules\/a is missing/);
  assert.match(firstDifference(wanted, undefined) ?? '', /nothing is installed/);
});

test('every capability of the loader is looked for in the bounding set', () => {
  assert.deepEqual([...boundingSet('CapBnd:\t000001ffffffffff\n')].sort(), [...LOADER_CAPABILITIES].sort());
  assert.equal(boundingSet('CapBnd:\t000001fbffffffff\n').has('cap_syslog'), false);
  assert.equal(boundingSet('CapBnd:\t0000000000000000\n').size, 0);
});

test('tracefs counts at its own mount point only', () => {
  assert.equal(isMounted('tracefs /sys/kernel/tracing tracefs rw 0 0\n'), true);
  assert.equal(
    isMounted('tracefs /sys/kernel/debug/tracing tracefs rw 0 0\nsysfs /sys sysfs rw 0 0\n'),
    false,
  );
});

test('a build is stale when a source changes, and not when a test does', () => {
  const root = mkdtempSync(join(tmpdir(), 'probepad-hash-'));
  try {
    mkdirSync(join(root, 'web/.next'), { recursive: true });
    writeFileSync(join(root, 'web/a.ts'), '1');
    writeFileSync(join(root, 'lock.json'), '{}');
    const hash = () => hashOfFiles(root, ['web', 'lock.json']);
    const first = hash();
    writeFileSync(join(root, 'web/a.test.ts'), 'x');
    writeFileSync(join(root, 'web/.next/built'), 'x');
    assert.equal(hash(), first);
    writeFileSync(join(root, 'web/a.ts'), '2');
    const second = hash();
    assert.notEqual(second, first);
    writeFileSync(join(root, 'lock.json'), '{"a":1}');
    assert.notEqual(hash(), second);
  } finally {
    rmSync(root, { recursive: true });
  }
});
