import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLeaf } from './leaf-value.ts';
import { leavesOf } from './leaves.ts';
import type { ProbeSchema, Type } from './schema.ts';
import { sampleSchema } from './testing.ts';
import { formatValue } from './values/format.ts';
import { presentLeaves } from './values/presentation.ts';

const TYPES: Type[] = [
  { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' }, // 0
  { kind: 'int', name: 'unsigned char', size: 1, signed: false, encoding: 'integer' }, // 1
  { kind: 'array', element: 1, length: 16 }, // 2
  { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' }, // 3
  { kind: 'array', element: 3, length: 16 }, // 4
  { kind: 'int', name: 'unsigned long', size: 8, signed: false, encoding: 'integer' }, // 5
  { kind: 'array', element: 5, length: 4 }, // 6
];

type Member = Extract<Type, { kind: 'struct' }>['members'][number];

function structOf(members: Member[], more: Type[] = []): { schema: ProbeSchema; type: number } {
  const types = [...TYPES, ...more];
  const type = types.push({ kind: 'struct', name: 'event', size: 64, members }) - 1;
  return { schema: sampleSchema({ types }), type };
}

/** The texts of a record's columns by their names. */
function textsOf({ schema, type }: { schema: ProbeSchema; type: number }, bytes: Uint8Array) {
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type);
  const record = { bytes, view: new DataView(bytes.buffer), start: 0, end: bytes.length };
  return Object.fromEntries(
    leaves.map((leaf, at) => [leaf.name, formatValue(readLeaf(schema, leaf, record), shown[at])]),
  );
}

function record(...parts: [at: number, bytes: number[]][]): Uint8Array {
  const bytes = new Uint8Array(64);
  for (const [at, part] of parts) bytes.set(part, at);
  return bytes;
}

/** `union { u32 saddr_v4; u8 saddr_v6[16]; }` and what tells them apart. */
const EITHER = structOf(
  [
    { name: '', type: TYPES.length, offsetBits: 0 },
    { name: 'af', type: 0, offsetBits: 128 },
  ],
  [
    {
      kind: 'union',
      name: '',
      size: 16,
      members: [
        { name: 'saddr_v4', type: 0, offsetBits: 0 },
        { name: 'saddr_v6', type: 2, offsetBits: 0 },
      ],
    },
  ],
);

test('an address that is kept as either family is one column, read as its family says', () => {
  const v4 = textsOf(EITHER, record([0, [127, 0, 0, 1]], [16, [2]]));
  assert.deepEqual(v4, { saddr: '127.0.0.1', af: 'AF_INET' });
  // What an earlier use left in the union's other bytes is none of it.
  assert.equal(textsOf(EITHER, record([0, [10, 0, 0, 9, 7, 7]], [16, [2]])).saddr, '10.0.0.9');
  assert.equal(textsOf(EITHER, record([16, [2]])).saddr, '0.0.0.0');
  assert.equal(textsOf(EITHER, record([15, [1]], [16, [10]])).saddr, '::1');
  assert.equal(textsOf(EITHER, record([0, [0x20, 1]], [16, [10]])).saddr, '2001::');
});

test('an IP version tells the family, too', () => {
  const versioned = structOf([
    { name: 'addr', type: 2, offsetBits: 0 },
    { name: 'ver', type: 1, offsetBits: 128 },
  ]);
  assert.equal(textsOf(versioned, record([16, [4]])).addr, '0.0.0.0');
  assert.equal(textsOf(versioned, record([16, [6]])).addr, '::');
});

test('a list ends where the member that counts it says, and that one is hidden', () => {
  const counted = structOf([
    { name: 'data', type: 2, offsetBits: 0 },
    { name: 'data_len', type: 0, offsetBits: 128 },
    { name: 'nr_values', type: 0, offsetBits: 160 },
    { name: 'values', type: 6, offsetBits: 192 },
  ]);
  const bytes = record([0, [1, 2, 3, 4]], [16, [3]], [20, [1]], [24, [9, 0, 0, 0, 0, 0, 0, 0, 8]]);
  assert.deepEqual(textsOf(counted, bytes), {
    data: '[1, 2, 3]',
    data_len: '3 B',
    nr_values: '1',
    values: '[9]',
  });
  const leaves = leavesOf(counted.schema, counted.type);
  const shown = presentLeaves(counted.schema, leaves, counted.type);
  assert.deepEqual(
    shown.map(({ hidden }) => hidden),
    [undefined, true, true, undefined],
  );
});

test('text without a NUL ends at its length; a length of none tells nothing', () => {
  const named = structOf([
    { name: 'name', type: 4, offsetBits: 0 },
    { name: 'name_len', type: 0, offsetBits: 128 },
  ]);
  const text = [...'host.example'].map((letter) => letter.charCodeAt(0));
  assert.equal(textsOf(named, record([0, text], [16, [4]])).name, 'host');
  assert.equal(textsOf(named, record([0, text], [16, [0]])).name, 'host.example');
  assert.equal(textsOf(named, record([0, text], [16, [255]])).name, 'host.example');
});

test('of a union the member counts that the enum beside it names', () => {
  const at = TYPES.length;
  const chosen = structOf(
    [
      { name: 'op', type: at, offsetBits: 0 },
      { name: '', type: at + 3, offsetBits: 32 },
    ],
    [
      {
        kind: 'enum',
        name: 'op',
        size: 4,
        signed: false,
        values: [
          ['OP_NONE', '0'],
          ['OP_MOUNT', '1'],
          ['OP_UMOUNT', '2'],
        ],
      },
      { kind: 'struct', name: '', size: 4, members: [{ name: 'flags', type: 0, offsetBits: 0 }] },
      { kind: 'struct', name: '', size: 4, members: [{ name: 'count', type: 0, offsetBits: 0 }] },
      {
        kind: 'union',
        name: '',
        size: 4,
        members: [
          { name: 'mount', type: at + 1, offsetBits: 0 },
          { name: 'umount', type: at + 2, offsetBits: 0 },
        ],
      },
    ],
  );
  assert.deepEqual(textsOf(chosen, record([0, [1]], [4, [16]])), {
    op: 'OP_MOUNT',
    'mount.flags': 'MS_SYNCHRONOUS',
    'umount.count': '–',
  });
  assert.deepEqual(textsOf(chosen, record([0, [2]], [4, [16]])), {
    op: 'OP_UMOUNT',
    'mount.flags': '–',
    'umount.count': '16',
  });
});
