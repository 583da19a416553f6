import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoldedStack } from '../views/flame-frames.ts';
import { foldedText } from './folded.ts';
import { pprofBytes } from './pprof.ts';
import { speedscopeText } from './speedscope.ts';
import type { StackProfile } from './stack-profile.ts';

type Frame = FoldedStack['frames'][number];
const main: Frame = { space: 'user', text: 'main', object: 'a.out', known: true };
const odd: Frame = { space: 'user', text: 'größe;\n2', object: 'a.out', known: true };
const read: Frame = { space: 'kernel', text: 'vfs_read', object: undefined, known: true };
const PROFILE: StackProfile = {
  ...{ name: 'samples', unit: 'ns', weight: 'offcpu_ns' },
  stacks: [
    { frames: [main, read], weight: 5_000_000_000 },
    { frames: [main, odd], weight: 300 },
    { frames: [main, odd], weight: 1 },
  ],
};

test('folded stacks: a line a stack, kernel functions marked, nothing in a name that ends it', () => {
  assert.equal(foldedText(PROFILE), 'main;vfs_read_[k] 5000000000\nmain;größe, 2 301\n');
});

test('speedscope: each function once, with its file, and stacks by their numbers', () => {
  const { shared, profiles, $schema } = JSON.parse(speedscopeText(PROFILE));
  assert.equal($schema, 'https://www.speedscope.app/file-format-schema.json');
  assert.deepEqual(shared.frames, [
    { name: 'main', file: 'a.out' },
    { name: 'vfs_read', file: '[kernel]' },
    { name: 'größe;\n2', file: 'a.out' },
  ]);
  assert.deepEqual(profiles, [
    {
      ...{ type: 'sampled', name: 'samples', unit: 'nanoseconds', startValue: 0, endValue: 5_000_000_301 },
      samples: [
        [0, 1],
        [0, 2],
        [0, 2],
      ],
      weights: [5_000_000_000, 300, 1],
    },
  ]);
});

interface Field {
  number: number;
  value: number;
  bytes: Uint8Array;
}

/** A reader of the wire format, written apart from the writer. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      assert.ok(byte !== undefined, 'cut short');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < bytes.length) {
    const key = varint();
    if ((key & 7) === 0) {
      fields.push({ number: key >> 3, value: varint(), bytes: new Uint8Array() });
      continue;
    }
    assert.equal(key & 7, 2, 'wire type');
    const length = varint();
    fields.push({ number: key >> 3, value: 0, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  assert.equal(at, bytes.length);
  return fields;
}

function packed(bytes: Uint8Array): number[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    values.push(value);
    value = 0n;
    shift = 0n;
  }
  return values.map(Number);
}

test('pprof: read again by its field numbers it has the same stacks, leaf first, with functions and files', () => {
  const fields = fieldsOf(pprofBytes(PROFILE));
  const all = (number: number): Field[] => fields.filter((field) => field.number === number);
  const strings = all(6).map(({ bytes }) => new TextDecoder().decode(bytes));
  assert.equal(strings[0], '');
  const part = (message: Uint8Array, number: number): number =>
    fieldsOf(message).find((field) => field.number === number)?.value ?? 0;
  const [type] = all(1);
  assert.ok(type);
  assert.deepEqual(
    [strings[part(type.bytes, 1)], strings[part(type.bytes, 2)]],
    ['offcpu_ns', 'nanoseconds'],
  );
  const functions = new Map(all(5).map(({ bytes }) => [part(bytes, 1), strings[part(bytes, 2)]]));
  const mappings = new Map(all(3).map(({ bytes }) => [part(bytes, 1), strings[part(bytes, 5)]]));
  const locations = new Map(
    all(4).map(({ bytes }) => {
      const line = fieldsOf(bytes).find(({ number }) => number === 4);
      assert.ok(line);
      return [
        part(bytes, 1),
        [functions.get(part(line.bytes, 1)), mappings.get(part(bytes, 2))].join(' in '),
      ];
    }),
  );
  const samples = all(2).map(({ bytes }) => {
    const [ids, values] = fieldsOf(bytes);
    assert.ok(ids && values);
    return [packed(ids.bytes).map((id) => locations.get(id)), packed(values.bytes)];
  });
  assert.deepEqual(samples, [
    [['vfs_read in [kernel]', 'main in a.out'], [5_000_000_000]],
    [['größe;\n2 in a.out', 'main in a.out'], [300]],
    [['größe;\n2 in a.out', 'main in a.out'], [1]],
  ]);
});
