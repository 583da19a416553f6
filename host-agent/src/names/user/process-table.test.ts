import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessRecord } from '@probepad/protocol/loader';
import {
  type AddressSpace,
  createAddressSpace,
  MAPPINGS_MAX,
  mappingAt,
  parseMaps,
} from './address-space.ts';
import { createProcessTable, type ProcessTable } from './process-table.ts';

/** Numbers that no process of a machine has: pid_max is 2^22 at most. */
const PARENT = 0x4000_0000;
const CHILD = 0x4000_0001;

function mapped(
  pid: number,
  time: number,
  path: string,
  start = '1000',
  end = '2000',
): Extract<ProcessRecord, { type: 'map' }> {
  return { type: 'map', time, pid, start, end, offset: '0', major: 8, minor: 1, inode: '7', path };
}

function spaceOf(table: ProcessTable, pid: number): AddressSpace {
  return table.get(pid)?.code ?? createAddressSpace();
}

async function pathAt(table: ProcessTable, pid: number, address = 0x1800n): Promise<string | undefined> {
  const code = (await table.look(pid))?.code;
  return code && mappingAt(code, address)?.path;
}

test('a child has what its parent has mapped, until it executes something else', async () => {
  const table = createProcessTable();
  table.take(mapped(PARENT, 1, '/bin/sh'));
  table.take({ type: 'fork', time: 2, pid: CHILD, parent: PARENT });
  assert.equal(await pathAt(table, CHILD), '/bin/sh');
  table.take({ type: 'name', time: 3, pid: CHILD, name: 'ls', exec: true });
  assert.equal(await pathAt(table, CHILD), undefined);
  table.take(mapped(CHILD, 4, '/bin/ls'));
  table.take({ type: 'exit', time: 5, pid: CHILD });
  assert.equal(await pathAt(table, CHILD), '/bin/ls');
  assert.equal(table.get(CHILD)?.name, 'ls');
  assert.deepEqual(table.lineage(CHILD), [CHILD, PARENT]);
});

test('records of several CPUs may come in any order', async () => {
  const records: ProcessRecord[] = [
    { type: 'fork', time: 2, pid: CHILD, parent: PARENT },
    { type: 'name', time: 3, pid: CHILD, name: 'ls', exec: true },
    mapped(CHILD, 4, '/bin/ls'),
  ];
  for (const order of [
    [1, 2, 0],
    [2, 1, 0],
    [2, 0, 1],
    [0, 2, 1],
  ]) {
    const table = createProcessTable();
    table.take(mapped(PARENT, 1, '/bin/sh'));
    for (const at of order) table.take(records[at] as ProcessRecord);
    assert.equal(await pathAt(table, CHILD), '/bin/ls', order.join());
    assert.equal(table.get(CHILD)?.parent, PARENT, order.join());
  }
});

test('what is mapped over something takes its place', async () => {
  const table = createProcessTable();
  table.take(mapped(CHILD, 1, '/lib/old.so'));
  table.take(mapped(CHILD, 2, '/lib/new.so'));
  assert.equal(await pathAt(table, CHILD), '/lib/new.so');
  assert.equal(table.get(CHILD)?.code?.mappings.length, 1);
});

test('a number that is used again is another process', async () => {
  const table = createProcessTable();
  table.take(mapped(CHILD, 1, '/bin/first'));
  table.take({ type: 'exit', time: 2, pid: CHILD });
  table.take({ type: 'fork', time: 3, pid: CHILD, parent: PARENT });
  assert.equal(await pathAt(table, CHILD), undefined);
  assert.equal(table.get(CHILD)?.ended, false);
});

test('of what is mapped over in part the rest stays, with its place in the file', async () => {
  const table = createProcessTable();
  table.take(mapped(CHILD, 1, '/lib/wide.so', '1000', '9000'));
  table.take(mapped(CHILD, 2, '/lib/narrow.so', '3000', '4000'));
  assert.equal(await pathAt(table, CHILD, 0x2fffn), '/lib/wide.so');
  assert.equal(await pathAt(table, CHILD, 0x3000n), '/lib/narrow.so');
  assert.equal(await pathAt(table, CHILD, 0x4000n), '/lib/wide.so');
  assert.equal(mappingAt(spaceOf(table, CHILD), 0x4000n)?.offset, 0x3000n);
  assert.equal(await pathAt(table, CHILD, 0x9000n), undefined);
});

test('a process that maps without end keeps the names of its program', async () => {
  const table = createProcessTable();
  table.take(mapped(CHILD, 1, '/bin/flood'));
  for (let at = 0; at < 100_000; at++) {
    const start = 0x10_0000 + at * 0x2000;
    const [from, to] = [start.toString(16), (start + 0x1000).toString(16)];
    const record = mapped(CHILD, 2 + at, '//anon', from, to);
    table.take(at % 2 === 0 ? { ...record, inode: '0' } : record);
  }
  table.take(mapped(CHILD, 200_000, '/lib/late.so', '3000', '4000'));
  assert.equal(await pathAt(table, CHILD), '/bin/flood');
  const { mappings } = spaceOf(table, CHILD);
  assert.ok(mappings.length <= MAPPINGS_MAX, `${mappings.length} mappings`);
  assert.deepEqual(
    mappings.map(({ start }) => start),
    mappings.map(({ start }) => start).sort((a, b) => Number(a - b)),
  );
});

test('children share what their parent has mapped until they map something of their own', async () => {
  const table = createProcessTable();
  for (let at = 1; at <= 1_000; at++) {
    table.take(mapped(PARENT, at, `/lib/${at}.so`, `${at.toString(16)}000`, `${at.toString(16)}c00`));
  }
  for (let at = 1; at <= 100; at++) {
    table.take({ type: 'fork', time: 2_000, pid: PARENT + at, parent: PARENT });
  }
  assert.equal(spaceOf(table, PARENT + 100), spaceOf(table, PARENT));
  table.take(mapped(PARENT + 1, 3_000, '/lib/own.so'));
  assert.equal(await pathAt(table, PARENT + 1), '/lib/own.so');
  assert.equal(await pathAt(table, PARENT), '/lib/1.so');
  assert.equal(await pathAt(table, PARENT + 2), '/lib/1.so');
});

test('all that processes map has a bound: those that ended are forgotten first', () => {
  const table = createProcessTable();
  const long = `/${'x'.repeat(4_000)}`;
  let pid = PARENT;
  table.take({ type: 'name', time: 1, pid, name: 'lives', exec: true });
  // 0.4 MB each.
  for (; pid < PARENT + 1_000; ) {
    pid++;
    for (let at = 1; at <= 100; at++) {
      table.take(mapped(pid, at, `${long}${at}`, `${at.toString(16)}000`, `${at.toString(16)}800`));
    }
    table.take({ type: 'exit', time: 200, pid });
  }
  assert.equal(table.get(PARENT)?.name, 'lives');
  const kept = Array.from({ length: 1_000 }, (_, at) => table.get(PARENT + 1 + at)).filter(Boolean).length;
  assert.ok(kept > 100 && kept < 400, `${kept} kept`);
  assert.equal(spaceOf(table, pid).mappings.length, 100);
});

test('a path with any character in it is a path, and no line of its own', () => {
  const line = (path: string) => `1000-2000 r-xp 00000000 08:01 7 ${path}\n`;
  const paths = ['/a\r3000-4000 r-xp 00000000 08:01 7 /b', '/c d', ''];
  assert.deepEqual(
    parseMaps(paths.map(line).join('')).map(({ path }) => path),
    paths,
  );
});

test('processes are forgotten beyond a bound, those that ended first', () => {
  const table = createProcessTable();
  table.take({ type: 'name', time: 1, pid: PARENT, name: 'lives', exec: true });
  for (let at = 1; at <= 40_000; at++) {
    table.take({ type: 'name', time: at, pid: PARENT + at, name: 'short', exec: true });
    table.take({ type: 'exit', time: at, pid: PARENT + at });
  }
  assert.equal(table.get(PARENT)?.name, 'lives');
  assert.equal(table.get(PARENT + 1), undefined);
  assert.equal(table.get(PARENT + 40_000)?.name, 'short');
});
