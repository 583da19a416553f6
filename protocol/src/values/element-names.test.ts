import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProbeSchema } from '../schema.ts';
import { elementNames } from './element-names.ts';
import { formatValue } from './format.ts';
import { presentationOf } from './presentation.ts';

function schemaOf(values: [string, string][]): ProbeSchema {
  return {
    version: 1,
    license: 'GPL',
    programs: [],
    sources: [],
    params: [],
    types: [
      { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' },
      { kind: 'array', element: 0, length: 3 },
      { kind: 'enum', name: 'kind', size: 4, signed: false, values },
    ],
    lostSites: [],
  };
}

const names = (values: [string, string][]): readonly string[] | undefined =>
  elementNames(schemaOf(values), 2, 3);

test('names lose the words that all begin or end with', () => {
  assert.deepEqual(
    names([
      ['S_READ', '0'],
      ['S_WRITE', '1'],
      ['S_FSYNC', '2'],
      ['S_MAXSTAT', '3'],
    ]),
    ['READ', 'WRITE', 'FSYNC'],
  );
  assert.deepEqual(
    names([
      ['HI_SOFTIRQ', '0'],
      ['NET_TX_SOFTIRQ', '1'],
      ['NET_RX_SOFTIRQ', '2'],
    ]),
    ['HI', 'NET_TX', 'NET_RX'],
  );
  assert.deepEqual(
    names([
      ['TCP_A', '0'],
      ['TCP_A_B', '1'],
      ['TCP_AB', '2'],
    ]),
    ['A', 'A_B', 'AB'],
  );
  assert.deepEqual(
    names([
      ['NODE_0', '0'],
      ['NODE_1', '1'],
      ['NODE_2', '2'],
    ]),
    ['NODE_0', 'NODE_1', 'NODE_2'],
  );
});

test('an element that the enum leaves out keeps its number', () => {
  assert.deepEqual(
    names([
      ['X_A', '0'],
      ['X_C', '2'],
      ['X_MAX', '3'],
    ]),
    ['A', '1', 'C'],
  );
});

test('a list with names is written with them', () => {
  const schema = schemaOf([
    ['S_READ', '0'],
    ['S_WRITE', '1'],
    ['S_FSYNC', '2'],
  ]);
  const shown = presentationOf(schema, { name: 'stats', type: 1, index: 2 });
  assert.equal(formatValue([7n, 0n, 2n], shown), '[READ: 7, WRITE: 0, FSYNC: 2]');
  assert.equal(formatValue([7n, 0n, 2n], presentationOf(schema, { name: 'stats', type: 1 })), '[7, 0, 2]');
});
