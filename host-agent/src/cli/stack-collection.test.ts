import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf } from '@probepad/protocol/frames';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { planStacks } from '@probepad/protocol/views/stacks';
import { createStackCollection } from './stack-collection.ts';

const U64: Type = { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' };
const STACK: Type = { kind: 'array', element: 0, length: 4 };
/** Its cookie is in no stack's name. */
const KEY: Type = {
  kind: 'struct',
  name: 'key',
  size: 40,
  members: [
    { name: 'kstack', type: 1, offsetBits: 0 },
    { name: 'cookie', type: 0, offsetBits: 256 },
  ],
};

test('entries that are one stack are summed, however often the map is read', () => {
  const counts = sampleSource({
    ...{ name: 'counts', kind: 'map', mapType: 'hash' },
    ...{ keySize: 40, keyType: 2, valueSize: 8, valueType: 0 },
  });
  const schema = sampleSchema({ types: [U64, STACK, KEY], sources: [counts] });
  const plan = planStacks(schema, counts);
  assert.ok(plan);
  const collection = createStackCollection(schema, counts, plan, () => undefined);
  const view = new DataView(new ArrayBuffer(2 * 48));
  [1000n, 10n].forEach((count, at) => {
    view.setBigUint64(at * 40, 0xffff_ffff_8100_0000n, true);
    view.setBigUint64(at * 40 + 32, BigInt(at), true);
    view.setBigUint64(80 + at * 8, count, true);
  });
  for (let seq = 0n; seq < 5n; seq++) {
    const message = sampleMessage({ kind: 'map', count: 2, seq }, new Uint8Array(view.buffer));
    for (const frame of framesOf(new Uint8Array(message), message.byteLength)) collection.take(frame);
  }
  assert.deepEqual(
    collection.stacks().map(({ weight }) => weight),
    [1010],
  );
});
