import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createJitNames, type MapFile } from './jit-names.ts';

/** This test's own process is the one that made code. */
const MAP = `/tmp/perf-${process.pid}.map`;
after(() => rmSync(MAP, { force: true }));

const names = createJitNames();

async function nameAt(address: bigint, from = names): Promise<string | undefined> {
  const found = (await from.find(process.pid, [address])).get(address);
  return found && `${found.symbol}+${found.distance}`;
}

test('code that a runtime made has the name that it wrote last', async () => {
  writeFileSync(
    MAP,
    '1000 100 first\n0x2000 40 with spaces (a.js:1)\nnonsense\n1040 20 moved here\n3000 1 é',
  );
  assert.equal(await nameAt(0x1004n), 'first+4');
  assert.equal(await nameAt(0x1041n), 'moved here+1');
  assert.equal(await nameAt(0x1060n), 'first+96');
  assert.equal(await nameAt(0x2000n), 'with spaces (a.js:1)+0');
  assert.equal(await nameAt(0x3000n), 'é+0');
  for (const nothing of [0xfffn, 0x1100n, 0x3001n, 1n << 60n]) assert.equal(await nameAt(nothing), undefined);
});

test('code that lies in older code, across blocks of lines, is the newer', async () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `${(0x10_0000 + at * 16).toString(16)} 10 f${at}`);
  writeFileSync(MAP, ['100000 80000 old', ...lines, '100020 30 newest', ''].join('\n'));
  assert.equal(await nameAt(0x10_0001n), 'f0+1');
  assert.equal(await nameAt(0x10_0041n), 'newest+33');
  assert.equal(await nameAt(BigInt(0x10_0000 + 19_999 * 16)), 'f19999+0');
  assert.equal(await nameAt(BigInt(0x10_0000 + 20_000 * 16)), 'old+320000');
});

/** The map as a file that tells when it was read; another `version` is another file. */
function countedFile(): { version: number; reads: number; open(): Promise<MapFile> } {
  const counted = {
    version: 1,
    reads: 0,
    open: async (): Promise<MapFile> => ({
      identity: String(counted.version),
      size: statSync(MAP).size,
      async read() {
        counted.reads++;
        return readFileSync(MAP);
      },
      async [Symbol.asyncDispose]() {},
    }),
  };
  return counted;
}

test('while a large map is understood, others have their turns', async () => {
  const lines = Array.from({ length: 300_000 }, (_, at) => `${(0x10_0000 + at * 16).toString(16)} 10 f${at}`);
  writeFileSync(MAP, lines.join('\n'));
  const file = countedFile();
  let answered = false;
  const question = createJitNames(file.open)
    .find(process.pid, [0x10_0010n])
    .finally(() => {
      answered = true;
    });
  let turns = 0;
  for (; !answered; turns += file.reads) await setImmediate();
  assert.equal((await question).get(0x10_0010n)?.symbol, 'f1');
  assert.ok(turns >= 50, `${turns} turns`);
});

test('a map that has not changed is read once; one that has is read again after a while', async () => {
  let clock = 0;
  const file = countedFile();
  const counting = createJitNames(file.open, () => clock);
  writeFileSync(MAP, '1000 10 one\n'.repeat(100_000));
  for (let again = 0; again < 3; again++) assert.equal(await nameAt(0x1000n, counting), 'one+0');
  assert.equal(file.reads, 1);
  file.version++;
  writeFileSync(MAP, '1000 10 two\n');
  assert.equal(await nameAt(0x1000n, counting), 'one+0');
  assert.equal(file.reads, 1);
  clock += 10_000;
  assert.equal(await nameAt(0x1000n, counting), 'two+0');
  assert.equal(file.reads, 2);
});
