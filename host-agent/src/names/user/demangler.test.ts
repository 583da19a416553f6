import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createDemangler } from './demangler.ts';

test('however many processes are asked about, the tool runs once at a time, for all that came meanwhile', async () => {
  const runs: string[][] = [];
  const starts = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const demangle = createDemangler(
    async (names) => {
      const at = runs.push([...names]) - 1;
      starts[at]?.resolve();
      await ends[at]?.promise;
      return names.map((name) => `plain ${name}`);
    },
    () => setImmediate(),
  );
  const first = demangle(['_Z1', 'main']);
  await starts[0]?.promise;
  const later = [];
  for (let pid = 0; pid < 50; pid++) {
    later.push(demangle([`_Z${pid % 5}`]));
    await setImmediate();
  }
  assert.deepEqual(runs, [['_Z1']]);
  ends[0]?.resolve();
  assert.deepEqual(await first, ['plain _Z1', 'main']);
  await starts[1]?.promise;
  ends[1]?.resolve();
  assert.deepEqual((await Promise.all(later))[3], ['plain _Z3']);
  assert.deepEqual(runs, [['_Z1'], ['_Z0', '_Z2', '_Z3', '_Z4']]);
});

test('a name that no compiler makes is not remembered', async () => {
  const demangle = createDemangler(async (names) => names.map(() => 'plain'));
  const endless = `_Z${'x'.repeat(100_000)}`;
  assert.deepEqual(await demangle([endless, '_Z1']), [endless, 'plain']);
});
