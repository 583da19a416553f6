import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '@probepad/protocol/schema';
import { sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { encodeEntry, entryFields } from './encode-entry.ts';

const U32: Type = { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' };
const U16: Type = { kind: 'int', name: '__u16', size: 2, signed: false, encoding: 'integer' };
const CHAR: Type = { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' };
const KEY: Type = {
  kind: 'struct',
  name: 'key',
  size: 16,
  members: [
    { name: 'saddr', type: 0, offsetBits: 0 },
    { name: 'port', type: 1, offsetBits: 32 },
    { name: 'comm', type: 3, offsetBits: 64 },
  ],
};
const SCHEMA = sampleSchema({
  types: [
    U32,
    U16,
    CHAR,
    { kind: 'array', element: 2, length: 8 },
    KEY,
    { kind: 'enum', name: 'state', size: 4, signed: false, values: [['ON', '5']] },
    { kind: 'array', element: 0, length: 4 },
    { kind: 'array', element: 1, length: 4 },
  ],
  sources: [sampleSource({ name: 'routes', kind: 'map', mapType: 'lpm_trie', keySize: 8, keyType: 7 })],
});

const encoded = (type: number, size: number, ...typed: string[]): string | undefined =>
  encodeEntry(entryFields(SCHEMA, type, 'key') ?? [], size, typed);

test('a key has its members where they lie, and zeros between them', () => {
  assert.deepEqual(
    entryFields(SCHEMA, 4, 'key')?.map(({ name }) => name),
    ['saddr', 'port', 'comm'],
  );
  assert.equal(encoded(4, 16, '10.0.0.7', '443', 'bash'), '0a000007bb0100006261736800000000');
  assert.equal(encoded(4, 16, '10.0.0.700', '443', 'bash'), undefined);
  assert.equal(encoded(4, 16, '10.0.0.7', '70000', 'bash'), undefined);
  assert.equal(encoded(4, 16, '10.0.0.7', '443', 'too long for it'), undefined);
});

test('names of an enum, and networks of a trie, are typed as they are shown', () => {
  assert.equal(encoded(5, 4, 'ON'), '05000000');
  assert.equal(encoded(5, 4, '6'), '06000000');
  assert.equal(encoded(5, 4, 'OFF'), undefined);
  assert.equal(encoded(7, 8, '10.1.0.0/16'), '100000000a010000');
  assert.equal(encoded(7, 8, '10.1.0.0'), '200000000a010000');
  assert.equal(encoded(7, 8, '10.1.0.0/33'), undefined);
});

test('what nobody could type has no fields', () => {
  assert.equal(entryFields(SCHEMA, 6, 'key'), undefined);
});
