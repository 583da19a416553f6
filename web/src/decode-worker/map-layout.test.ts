import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder } from '@probepad/protocol/decode';
import { framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { planLayout } from './map-layout.ts';

const U64: Type = { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' };
const POINTER: Type = { kind: 'pointer', target: 2 };
const CHAR: Type = { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' };
const TEXT: Type = { kind: 'array', element: 2, length: 8 };
const statWith = (text: string): Type => ({
  kind: 'struct',
  name: 'stat',
  size: 16,
  members: [
    { name: 'count', type: 0, offsetBits: 0 },
    { name: text, type: 3, offsetBits: 64 },
  ],
});

/** How a chart names the one entry of a hash with this key, whose value holds this text. */
function nameOf(keyType: 0 | 1, key: bigint, text: string, member = 'name'): string[] {
  const source = sampleSource({
    ...{ name: 'caches', kind: 'map', mapType: 'hash', keySize: 8, keyType, valueSize: 16, valueType: 4 },
  });
  const schema = sampleSchema({ types: [U64, POINTER, CHAR, TEXT, statWith(member)], sources: [source] });
  const payload = new Uint8Array(24);
  new DataView(payload.buffer).setBigUint64(0, key, true);
  payload.set(new TextEncoder().encode(text), 16);
  const [frame] = framesOf(new Uint8Array(sampleMessage({ kind: 'map' }, payload)), FRAME_PAYLOAD_MAX);
  assert.ok(frame);
  return planLayout(schema, source).nameText(createDecoder(schema).map(frame), 0, {});
}

test('charts name an entry by the texts in its value, and by its key', () => {
  assert.deepEqual(nameOf(0, 31_200n, 'passwd'), ['passwd', '31200']);
  assert.deepEqual(nameOf(0, 31_200n, ''), ['31200']);
  // One of many that the key counts is not its name.
  assert.deepEqual(nameOf(0, 31_200n, 'bash', 'max_comm'), ['31200']);
});

test('an address in the key adds nothing to a text, and stands for the entry without one', () => {
  assert.deepEqual(nameOf(1, 0xffff_8880_0fb7_4800n, 'dentry'), ['dentry']);
  assert.deepEqual(nameOf(1, 0xffff_8880_0fb7_4800n, ''), ['0xffff88800fb74800']);
});
