import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GlobalValue } from '../../session/globals.ts';
import { exportOfGlobals, rowsOfGlobals, sliderRange, titleOfGlobal } from './rows-of-globals.ts';

const value = (name: string, fields: Partial<GlobalValue> = {}): GlobalValue => ({
  host: 'a',
  hostName: 'a',
  name,
  type: 'int',
  text: '0',
  depth: 0,
  parts: 0,
  offset: 0,
  size: 4,
  writable: true,
  encoding: 'unsigned',
  ...fields,
});

test('a variable stands once, with what each host has, and what a closed one holds is left out', () => {
  const values = [
    value('limits', { parts: 2 }),
    value('limits[0]', { depth: 1 }),
    value('limits[1]', { depth: 1 }),
    value('limit'),
    value('limit', { host: 'b', text: '7' }),
  ];
  const names = (closed: string[]) => rowsOfGlobals(values, new Set(closed)).map(({ name }) => name);
  assert.deepEqual(names([]), ['limits', 'limits[0]', 'limits[1]', 'limit']);
  assert.deepEqual(names(['limits']), ['limits', 'limit']);
  assert.deepEqual(
    rowsOfGlobals(values, new Set())[3]?.hosts.map(({ text }) => text),
    ['0', '7'],
  );
});

test('a slider spans what the program says, or has room above what was seen', () => {
  const amount = { number: 30, isAmount: true, past: [30, 45] };
  assert.deepEqual(sliderRange(value('n', { ...amount, range: { least: 1, most: 9 } })), {
    least: 1,
    most: 9,
  });
  assert.deepEqual(sliderRange(value('n', amount)), { least: 0, most: 200 });
  assert.deepEqual(sliderRange(value('n', { ...amount, past: [-30], encoding: 'signed' })), {
    least: -200,
    most: 200,
  });
});

test('what counts by itself, and what is no amount, has no slider', () => {
  assert.equal(sliderRange(value('hits', { number: 5, isAmount: true, changes: 100 })), undefined);
  assert.equal(sliderRange(value('pid', { number: 5 })), undefined);
});

test('what is shown is taken along with the value of each host, and what stands in memory is in the title', () => {
  const limit = value('limit', { text: '1 ms', memory: '1000000 (0xf4240)' });
  const rows = rowsOfGlobals(
    [limit, value('all', { parts: 2 }), value('limit', { host: 'b', hostName: 'b', text: '7 ns' })],
    new Set(),
  );
  const { columns, rows: told } = exportOfGlobals(rows);
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['name', 'a', 'b', 'type'],
  );
  assert.deepEqual(
    told.map(({ cells }) => cells),
    [
      ['limit', '1 ms', '7 ns', 'int'],
      ['all', '', '', 'int'],
    ],
  );
  assert.equal(titleOfGlobal(limit), 'int limit\n1000000 (0xf4240)');
});
