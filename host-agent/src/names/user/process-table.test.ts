import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessRecord } from '@probepad/protocol/loader';
import { mappingAt } from './address-space.ts';
import { createProcessTable, type ProcessTable } from './process-table.ts';

/** Numbers that no process of a machine has: pid_max is 2^22 at most. */
const PARENT = 0x4000_0000;
const CHILD = 0x4000_0001;

function mapped(pid: number, time: number, path: string, start = '1000', end = '2000'): ProcessRecord {
  return { type: 'map', time, pid, start, end, offset: '0', major: 8, minor: 1, inode: '7', path };
}

async function pathAt(table: ProcessTable, pid: number, address = 0x1800n): Promise<string | undefined> {
  return mappingAt((await table.look(pid))?.mappings ?? [], address)?.path;
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
  assert.equal(table.get(CHILD)?.mappings?.length, 1);
});

test('a number that is used again is another process', async () => {
  const table = createProcessTable();
  table.take(mapped(CHILD, 1, '/bin/first'));
  table.take({ type: 'exit', time: 2, pid: CHILD });
  table.take({ type: 'fork', time: 3, pid: CHILD, parent: PARENT });
  assert.equal(await pathAt(table, CHILD), undefined);
  assert.equal(table.get(CHILD)?.ended, false);
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
