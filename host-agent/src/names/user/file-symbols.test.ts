import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mapping } from './address-space.ts';
import { createFileSymbols, type FileSymbolsOptions } from './file-symbols.ts';
import { createProcessTable } from './process-table.ts';
import type { SymbolTable } from './symbol-table.ts';

/** Numbers that no process of a machine has: pid_max is 2^22 at most. */
const FIRST = 0x4000_0000;
const SECOND = 0x4000_0001;
const BUILD_ID = 'ab'.repeat(20);

/** Processes with files by their inodes, and what was done to find one. `dead` ones show nothing. */
function hostOf(files: Record<number, number[]>, buildIds: Record<number, string>) {
  const processes = createProcessTable();
  const dead = new Set<number>();
  const asked: number[] = [];
  const opened: number[] = [];
  for (const [pid, inodes] of Object.entries(files)) {
    inodes.forEach((inode, at) => {
      const [start, end] = [(at + 1) * 0x1000, (at + 2) * 0x1000].map((address) => address.toString(16));
      assert.ok(start && end);
      const place = { start, end, offset: '0', major: 8, minor: 1, inode: inode.toString(16) };
      processes.take({ type: 'map', time: 1, pid: Number(pid), ...place, path: `/lib/${inode}.so` });
    });
  }
  const symbols: FileSymbolsOptions['symbols'] = {
    async tableOf(pid: number, { inode }: Mapping) {
      opened.push(Number(inode));
      const buildId = buildIds[Number(inode)] ?? '';
      const table: SymbolTable = {
        buildId,
        size: 0,
        find: () => undefined,
        functionAt: () => undefined,
        placeOf: () => undefined,
        isWhole: true,
      };
      return dead.has(pid) ? undefined : table;
    },
    async nameAll(_table, path, values, _offsetOf, named) {
      for (const value of values) named(value, { text: path });
    },
  };
  const found = createFileSymbols({
    processes,
    symbols,
    async mayRead(pid) {
      asked.push(pid);
      return true;
    },
  });
  return {
    dead,
    asked,
    opened,
    async pathOf(buildId: string): Promise<string | undefined> {
      const texts: string[] = [];
      let more = true;
      while (more) more = await found.find(buildId, [1n], (_, { text }) => void texts.push(text));
      return texts[0];
    },
  };
}

test('a file whose process ended is found at another, and once it can be read again', async () => {
  const host = hostOf({ [FIRST]: [7], [SECOND]: [7] }, { 7: BUILD_ID });
  host.dead.add(FIRST);
  host.dead.add(SECOND);
  assert.equal(await host.pathOf(BUILD_ID), undefined);
  host.dead.delete(FIRST);
  assert.equal(await host.pathOf(BUILD_ID), '/lib/7.so');
  host.dead.add(FIRST);
  host.dead.delete(SECOND);
  assert.equal(await host.pathOf(BUILD_ID), '/lib/7.so');
});

test('files are looked into until the one that is waited for is found, and each process is judged once', async () => {
  const host = hostOf({ [FIRST]: [5, 6, 7, 8, 9] }, { 7: BUILD_ID });
  assert.equal(await host.pathOf(BUILD_ID), '/lib/7.so');
  assert.deepEqual(host.opened, [5, 6, 7, 7]);
  // Once for the look, once for the answer.
  assert.deepEqual(host.asked, [FIRST, FIRST]);
  assert.equal(await host.pathOf('cd'.repeat(20)), undefined);
  assert.deepEqual(host.opened, [5, 6, 7, 7, 8, 9]);
});

test('a build id of eight bytes is that of the kernel, which has zeros behind it', async () => {
  const host = hostOf({ [FIRST]: [7] }, { 7: '0123456789abcdef' });
  assert.equal(await host.pathOf('0123456789abcdef'.padEnd(40, '0')), '/lib/7.so');
});
