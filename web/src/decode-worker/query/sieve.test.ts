import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IntegerPlace, recordAt } from '../store/record-fields.ts';
import { endOf, type Records, recordsOf, startsOf } from '../store/records.ts';
import { compareWhole, equalsText } from './compare-bytes.ts';
import type { Predicate } from './compile.ts';
import { sieveOf } from './sieve.ts';
import type { Comparison } from './syntax.ts';

/** Records of these bytes, as a ring buffer holds them. */
function blockOf(datas: readonly Uint8Array[]): Records {
  const payload = new Uint8Array(datas.reduce((sum, data) => sum + 8 + ((data.length + 7) & ~7), 0));
  const view = new DataView(payload.buffer);
  let at = 0;
  for (const data of datas) {
    view.setUint32(at, data.length, true);
    payload.set(data, at + 8);
    at += 8 + ((data.length + 7) & ~7);
  }
  return recordsOf(payload, datas.length, 1n);
}

/** What the condition says row by row, and what its sieve leaves. */
function bothWays(records: Records, fits: Predicate<ReturnType<typeof recordAt>>): [number[], number[]] {
  const starts = startsOf(records);
  const at = recordAt(records);
  const one: number[] = [];
  for (let row = 0; row < records.rows; row++) {
    at.row = row;
    at.start = starts[row] as number;
    at.end = endOf(at.view, at.start);
    if (fits(at)) one.push(row);
  }
  const rows = Uint32Array.from({ length: records.rows }, (_, row) => row);
  const count = sieveOf(fits)(records, rows, records.rows);
  return [one, [...rows.subarray(0, count)]];
}

/** Every byte pattern near the edges of what 8 bytes can hold, and records that are too short. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff];
const RECORDS = blockOf([
  ...EDGES.flatMap((high) =>
    EDGES.map((low) => Uint8Array.from([9, low, high, low, high, low, high, low, high, 9])),
  ),
  ...EDGES.map((byte) => Uint8Array.from([9, byte, 0, 0, 0, 0, 0, 0, 0, 9])),
  Uint8Array.from([9]),
  Uint8Array.from([9, 1, 2]),
  Uint8Array.from([9, 1, 2, 3, 4, 5, 6]),
]);
const SIGNS: Comparison[] = ['==', '!=', '<', '<=', '>', '>='];

test('numbers are compared alike row by row and many at once, to the last of 64 bits', () => {
  for (const size of [1, 2, 4, 8] as const) {
    for (const signed of [true, false]) {
      for (const bigEndian of [true, false]) {
        const place: IntegerPlace = { offset: 1, size, signed };
        const compare = compareWhole(place, bigEndian);
        const starts = startsOf(RECORDS);
        const constants = Array.from({ length: 72 }, (_, row) => {
          let value = 0n;
          for (let at = 0; at < size; at++) {
            const byte = RECORDS.view.getUint8((starts[row] as number) + 1 + at);
            value |= BigInt(byte) << BigInt(8 * (bigEndian ? size - 1 - at : at));
          }
          return signed ? BigInt.asIntN(8 * size, value) : value;
        });
        for (const constant of new Set(constants)) {
          for (const sign of SIGNS) {
            const [one, many] = bothWays(RECORDS, compare(sign, constant));
            assert.deepEqual(many, one, `${size} ${signed} ${bigEndian} ${sign} ${constant}`);
          }
          const [same] = bothWays(RECORDS, compare('==', constant));
          assert.ok(same.length > 0, 'the constant was taken from a record');
        }
      }
    }
  }
});

test('texts are found alike row by row and many at once, at the end of a record too', () => {
  const utf8 = new TextEncoder();
  const records = blockOf(
    ['git', 'git\0x', 'gitk', 'gi', '', 'g', 'tig', 'git\0', 'dgit'].map((text) => utf8.encode(text)),
  );
  for (const length of [0, 2, 3, 4, 16]) {
    const fits = equalsText({ offset: 0, length })('git');
    assert.ok(fits);
    const [one, many] = bothWays(records, fits);
    assert.deepEqual(many, one, `char[${length}]`);
    if (length === 16) assert.deepEqual(one, [0, 1, 7]);
  }
});
