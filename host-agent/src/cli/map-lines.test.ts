import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { mapLines } from './map-lines.ts';

const schema = sampleSchema({
  types: [
    { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' }, // 0
    { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' }, // 1
    { kind: 'enum', name: 'state', size: 4, signed: false, values: [['OPEN', '1']] }, // 2
    { kind: 'array', element: 0, length: 4 }, // 3
    { kind: 'struct', name: 'in6_addr', size: 16, members: [{ name: 'u', type: 3, offsetBits: 0 }] }, // 4
    {
      kind: 'struct',
      name: 'traffic',
      size: 24,
      members: [
        { name: 'state', type: 2, offsetBits: 0 },
        { name: 'packets', type: 1, offsetBits: 64 },
        { name: 'bytes', type: 1, offsetBits: 128 },
      ],
    }, // 5
  ],
});
const fields = { kind: 'map', mapType: 'percpu_hash', perCpu: true } as const;

test('a per-CPU struct has its amounts summed and says of the rest whose it is', () => {
  const source = sampleSource({ ...fields, keyType: 4, keySize: 16, valueType: 5, valueSize: 24 });
  const key = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  const value = [
    { state: 'OPEN', packets: 1n, bytes: 1000n },
    { state: 7, packets: 2n, bytes: 24n },
  ];
  const [heading, row] = mapLines(schema, source, [{ key, value }], 10);
  assert.deepEqual(heading?.trim().split(/\s{2,}/), ['KEY', 'STATE (CPU 0)', 'PACKETS', 'BYTES']);
  assert.deepEqual(row?.trim().split(/\s{2,}/), ['2001:db8::1', 'OPEN', '3', '1 KiB']);
});

test('an enum by CPU is printed though some values have a name and some none', () => {
  const source = sampleSource({ ...fields, keyType: 0, keySize: 4, valueType: 2, valueSize: 4 });
  const [, row] = mapLines(schema, source, [{ key: 1, value: [3, 'OPEN'] }], 10);
  assert.deepEqual(row?.trim().split(/\s+/), ['1', '3']);
});
