import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GlobalValue } from '../session/decoder.ts';
import { writesOf } from './encode-global.ts';

const on = (host: string, fields: Partial<GlobalValue>): GlobalValue => ({
  host,
  hostName: host,
  name: 'wanted',
  type: 'int',
  text: '0',
  offset: 0,
  size: 4,
  writable: true,
  encoding: 'signed',
  ...fields,
});

test('a global is written where each host has it', () => {
  const variable = [on('a', { offset: 8 }), on('b', { offset: 16 }), on('c', { offset: 8 })];
  assert.deepEqual(writesOf(variable, '-2'), [
    { offset: 8, bytes: 'feffffff', hosts: ['a', 'c'] },
    { offset: 16, bytes: 'feffffff', hosts: ['b'] },
  ]);
});

test('a value that one host has no room for is written nowhere', () => {
  assert.equal(writesOf([on('a', { size: 8 }), on('b', { size: 4 })], String(2 ** 40)), undefined);
});
