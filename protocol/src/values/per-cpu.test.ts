import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleSchema } from '../testing.ts';
import { isSummed, sumOfCpus } from './per-cpu.ts';

test('numbers of all CPUs are added, 64 bits exact, lists place by place', () => {
  assert.equal(sumOfCpus([1, 2, 3]), 6);
  assert.equal(sumOfCpus([2n ** 60n, 1n]), 2n ** 60n + 1n);
  assert.deepEqual(
    sumOfCpus([
      [1, 2],
      [10, 20, 30],
    ]),
    [11, 22, 30],
  );
});

test('what is no number on a CPU is left out', () => {
  assert.equal(sumOfCpus([null, 5, 'NAME']), 5);
  assert.equal(sumOfCpus(['NAME', null]), null);
});

test('addresses, enums and points in time are not added', () => {
  const schema = sampleSchema({
    types: [
      { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' },
      { kind: 'enum', name: 'state', size: 4, signed: false, values: [] },
      { kind: 'array', element: 0, length: 4 },
    ],
  });
  assert.equal(isSummed(schema, 0, 'plain'), true);
  assert.equal(isSummed(schema, 2, 'plain'), true);
  assert.equal(isSummed(schema, 0, 'duration_ns'), true);
  assert.equal(isSummed(schema, 0, 'ipv4'), false);
  assert.equal(isSummed(schema, 0, 'time_ns'), false);
  assert.equal(isSummed(schema, 1, 'plain'), false);
});
