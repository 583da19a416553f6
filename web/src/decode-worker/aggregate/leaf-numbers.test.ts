import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Leaf, leavesOf } from '@probepad/protocol/leaves';
import type { Type } from '@probepad/protocol/schema';
import { sampleRecord, sampleSchema } from '@probepad/protocol/testing';
import { endOf, walkRecords } from '../store/records.ts';
import { numberReader, numbersReader } from './leaf-numbers.ts';

const number = (name: string, size: number, signed: boolean): Type => ({
  kind: 'int',
  name,
  size,
  signed,
  encoding: 'integer',
});
const MEMBERS: [name: string, type: Type, offset: number, bits?: number][] = [
  ['u8', number('u64', 8, false), 0],
  ['i8', number('s64', 8, true), 8],
  ['u4', number('u32', 4, false), 16],
  ['i4', number('s32', 4, true), 20],
  ['u2', number('u16', 2, false), 24],
  ['i2', number('s16', 2, true), 26],
  ['u1', number('u8', 1, false), 28],
  ['i1', number('s8', 1, true), 29],
  ['f4', { kind: 'float', name: 'float', size: 4 }, 32],
  ['bits', number('u32', 4, false), 36, 5],
  ['f8', { kind: 'float', name: 'double', size: 8 }, 40],
];
const SCHEMA = sampleSchema({
  types: [
    ...MEMBERS.map(([, type]) => type),
    {
      kind: 'struct',
      name: 'event',
      size: 48,
      members: MEMBERS.map(([name, , offset, bits], type) => ({
        name,
        type,
        offsetBits: offset * 8,
        ...(bits !== undefined && { bitSize: bits }),
      })),
    },
  ],
});
const LEAVES = leavesOf(SCHEMA, MEMBERS.length);
const leaf = (name: string): Leaf | undefined => LEAVES.find((each) => each.name === name);

/** Bytes whose bits are of all kinds, the same ones each time. */
function record(seed: number, size = 48): Uint8Array {
  return sampleRecord(
    Uint8Array.from({ length: size }, (_, at) => (seed * 167 + at * 59 + ((seed * at) >> 2)) & 255),
  );
}

const PAYLOAD = new Uint8Array(
  [...Array.from({ length: 40 }, (_, seed) => record(seed)), record(3, 20), record(4, 44), record(5)].flatMap(
    (each) => [...each],
  ),
);
const view = new DataView(PAYLOAD.buffer);

test('numbers of many records are those of one after another, of any type', () => {
  const starts = new Uint32Array(64);
  const found = starts.subarray(0, walkRecords(view, 0, PAYLOAD.length, starts));
  assert.equal(found.length, 43);
  for (const [name] of MEMBERS) {
    const read = numberReader(SCHEMA, leaf(name));
    const single = [...found]
      .map((start) => read(view, start, endOf(view, start)))
      .filter((value) => !Number.isNaN(value));
    const out = new Float64Array(64);
    const count = numbersReader(SCHEMA, leaf(name))(view, found, out);
    assert.deepEqual([...out.subarray(0, count)], single, name);
  }
});

test('a record that is too short for a member has none', () => {
  const starts = new Uint32Array(64);
  const found = starts.subarray(0, walkRecords(view, 0, PAYLOAD.length, starts));
  const count = (name: string): number =>
    numbersReader(SCHEMA, leaf(name))(view, found, new Float64Array(64));
  assert.deepEqual(['u8', 'u4', 'i4', 'bits'].map(count), [43, 43, 42, 42]);
});

test('a number is what its bytes are', () => {
  const bytes = sampleRecord(new Uint8Array(48).fill(255));
  const all = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = Uint32Array.of(8);
  const of = (name: string): number[] => {
    const out = new Float64Array(1);
    return [...out.subarray(0, numbersReader(SCHEMA, leaf(name))(all, starts, out))];
  };
  assert.deepEqual(of('u8'), [2 ** 64]);
  assert.deepEqual(of('i8'), [-1]);
  assert.deepEqual(of('u4'), [0xffffffff]);
  assert.deepEqual(of('i2'), [-1]);
  assert.deepEqual(of('u1'), [255]);
  assert.deepEqual(of('bits'), [31]);
  assert.deepEqual(of('f4'), []);
  assert.deepEqual(of('missing'), []);
  // A place that its frame only promised has no record.
  assert.equal(numbersReader(SCHEMA, leaf('u4'))(all, Uint32Array.of(0), new Float64Array(1)), 0);
});
