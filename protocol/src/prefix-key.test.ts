import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLeaf } from './leaf-value.ts';
import { leavesOf } from './leaves.ts';
import type { ProbeSchema, Type } from './schema.ts';
import { sampleSchema, sampleSource } from './testing.ts';
import { formatValue } from './values/format.ts';
import { presentLeaves } from './values/presentation.ts';

const U32: Type = { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' };
const U8: Type = { kind: 'int', name: '__u8', size: 1, signed: false, encoding: 'integer' };
const U16: Type = { kind: 'int', name: '__u16', size: 2, signed: false, encoding: 'integer' };

/** A key whose members are of these types; their ids count from 10. */
function trie(size: number, members: [name: string, type: Type, offset: number][], mapType = 'lpm_trie') {
  const types: Type[] = [U32, U8, U16, { kind: 'array', element: 1, length: size }];
  while (types.length < 10) types.push(U32);
  types.push(...members.map(([, type]) => type));
  types.push({
    kind: 'struct',
    name: 'key',
    size,
    members: members.map(([name, , offset], at) => ({ name, type: 10 + at, offsetBits: offset * 8 })),
  });
  const keyType = members.length === 0 ? 3 : types.length - 1;
  const source = sampleSource({ name: 'routes', kind: 'map', mapType, keySize: size, keyType });
  return sampleSchema({ types, sources: [source] });
}

function textsOf(schema: ProbeSchema, bytes: number[]): string[] {
  const type = schema.sources[0]?.keyType ?? 0;
  const leaves = leavesOf(schema, type);
  const shown = presentLeaves(schema, leaves, type);
  const record = { bytes: Uint8Array.from(bytes), start: 0, end: bytes.length };
  const view = new DataView(record.bytes.buffer);
  return leaves.map((leaf, at) => formatValue(readLeaf(schema, leaf, { ...record, view }), shown[at]));
}

const OCTETS: Type = { kind: 'array', element: 1, length: 4 };
const ADDRESS6: Type = { kind: 'array', element: 1, length: 16 };
const six = (...octets: number[]): number[] => [...octets, ...Array(16 - octets.length).fill(0)];

test('the key of a trie is a network and how much of it counts', () => {
  const bytes = [8, 0, 0, 0, 10, 0, 0, 0];
  for (const members of [
    [
      ['prefixlen', U32, 0],
      ['data', U32, 4],
    ],
    [
      ['prefixlen', U32, 0],
      ['data', OCTETS, 4],
    ],
    [],
  ] satisfies [string, Type, number][][]) {
    assert.deepEqual(textsOf(trie(8, members), bytes), ['10.0.0.0/8']);
  }
});

test('networks of IPv6 have theirs, and those of IPv4 within them too', () => {
  const schema = trie(20, [
    ['prefixlen', U32, 0],
    ['addr', ADDRESS6, 4],
  ]);
  assert.deepEqual(textsOf(schema, [32, 0, 0, 0, ...six(0x20, 1, 0xd, 0xb8)]), ['2001:db8::/32']);
  const mapped = [...Array(10).fill(0), 255, 255, 192, 168, 0, 0];
  assert.deepEqual(textsOf(schema, [112, 0, 0, 0, ...mapped]), ['192.168.0.0/16']);
});

test('bytes that are no address are hex', () => {
  const schema = trie(6, [
    ['len', U32, 0],
    ['data', U16, 4],
  ]);
  assert.deepEqual(textsOf(schema, [12, 0, 0, 0, 0xab, 0xc0]), ['0xabc0/12']);
});

test('a trie of texts, and one whose member is annotated, keep their members', () => {
  const schema = trie(20, [
    ['prefixlen', U32, 0],
    ['path', { kind: 'array', element: 4, length: 16 }, 4],
  ]);
  schema.types[4] = { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' };
  assert.deepEqual(textsOf(schema, [40, 0, 0, 0, ...six(...Buffer.from('/etc/'))]), ['40', '/etc/']);
  const tagged = trie(8, [
    ['prefixlen', U32, 0],
    ['data', U32, 4],
  ]);
  const key = tagged.types.at(-1);
  assert.ok(key?.kind === 'struct' && key.members[1]);
  key.members[1].tags = ['as=hex'];
  assert.deepEqual(textsOf(tagged, [8, 0, 0, 0, 10, 0, 0, 0]), ['8', '0xa']);
});

test('what a program tells apart stays apart, and so does the same struct of another map', () => {
  const apart: [string, Type, number][] = [
    ['prefixlen', U32, 0],
    ['zone', U16, 4],
    ['port', U16, 6],
  ];
  assert.equal(textsOf(trie(8, apart), [16, 0, 0, 0, 1, 0, 80, 0]).length, 3);
  const hashed = trie(
    8,
    [
      ['prefixlen', U32, 0],
      ['data', U32, 4],
    ],
    'hash',
  );
  assert.equal(textsOf(hashed, [8, 0, 0, 0, 10, 0, 0, 0]).length, 2);
});
