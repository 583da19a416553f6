import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GlobalValue } from '../../session/globals.ts';
import { encodeGlobal, writesOf } from './encode-global.ts';

const on = (host: string, fields: Partial<GlobalValue>): GlobalValue => ({
  host,
  hostName: host,
  name: 'wanted',
  type: 'int',
  text: '0',
  depth: 0,
  parts: 0,
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

test('a number is understood with its unit, where it comes out even', () => {
  const us = { dimension: 'time', size: 1000n } as const;
  assert.equal(encodeGlobal('5 ms', 'unsigned', 4, us), '88130000');
  assert.equal(encodeGlobal('0.25ms', 'unsigned', 4, us), 'fa000000');
  assert.equal(encodeGlobal('1 ns', 'unsigned', 4, us), undefined);
  assert.equal(encodeGlobal('64 KiB', 'unsigned', 4, { dimension: 'bytes', size: 1n }), '00000100');
  assert.equal(encodeGlobal('64 KiB', 'unsigned', 4), undefined);
});

test('a real number is written in the size of its type', () => {
  assert.equal(encodeGlobal('1.5', 'float', 8), '000000000000f83f');
  assert.equal(encodeGlobal('-2', 'float', 4), '000000c0');
  assert.equal(encodeGlobal('1,5', 'float', 8), undefined);
});
