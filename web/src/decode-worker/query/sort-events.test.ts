import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine } from '../engine.ts';
import { WHOLE } from './slice.ts';

const whole = (size: 4 | 8, signed: boolean): Type => ({
  ...{ kind: 'int', name: `${signed ? 's' : 'u'}${size * 8}` },
  ...{ size, signed, encoding: 'integer' },
});
const DOUBLE: Type = { kind: 'float', name: 'double', size: 8 };

/** The values of a column that each host has in a type of its own, sorted as the table does it. */
function sorted(hosts: readonly { type: Type; values: readonly (number | bigint)[] }[]): string[] {
  const engine = createEngine(
    () => undefined,
    () => 0,
    () => WHOLE,
  );
  hosts.forEach(({ type, values }, at) => {
    const size = 'size' in type ? type.size : 0;
    const members = [{ name: 'amount', type: 0, offsetBits: 0 }];
    const event: Type = { kind: 'struct', name: 'event', size, members };
    const schema = sampleSchema({
      types: [type, event],
      sources: [sampleSource({ records: [{ type: 1, size }] })],
    });
    const host = `h${at}`;
    engine.open({ run: 'r', host, hostName: host, stream: at + 1, schema });
    const records = values.flatMap((value) => {
      const view = new DataView(new ArrayBuffer(size));
      if (type.kind === 'float') view.setFloat64(0, Number(value), true);
      else if (size === 4) view.setUint32(0, Number(value), true);
      else view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
      return [...sampleRecord(new Uint8Array(view.buffer))];
    });
    const header = { kind: 'events', stream: at + 1, count: values.length } as const;
    engine.frames(sampleMessage(header, Uint8Array.from(records)));
  });
  const sort = { column: 'field amount', descending: false };
  const query = { run: 'r', source: 'events', offset: 0, limit: 100, filter: '', sort };
  let window = engine.rows(query);
  while (window.searching) window = engine.rows(query);
  return window.rows.map(({ cells }) => cells.at(-1) ?? '');
}

test('a column that hosts have in integers of different widths and signs has one order', () => {
  assert.deepEqual(
    sorted([
      { type: whole(8, false), values: [500, 2] },
      { type: whole(4, false), values: [3, 1000] },
      { type: whole(8, true), values: [-7, 40] },
    ]),
    ['-7', '2', '3', '40', '500', '1000'],
  );
});

test('without a sign all 64 bits count', () => {
  const large = 2n ** 64n - 1n;
  assert.deepEqual(
    sorted([
      { type: whole(8, false), values: [large, large - 1n] },
      { type: whole(4, false), values: [3] },
    ]),
    ['3', String(large - 1n), String(large)],
  );
});

test('whole numbers and real ones have one order', () => {
  assert.deepEqual(
    sorted([
      { type: whole(8, false), values: [2, 1] },
      { type: DOUBLE, values: [1.5] },
    ]),
    ['1', '1.5', '2'],
  );
});
