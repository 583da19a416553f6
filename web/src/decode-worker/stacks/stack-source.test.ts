import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { createEngine } from '../engine.ts';

const RUN = 'r1';
const U64: Type = { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' };
const STACK: Type = { kind: 'array', element: 0, length: 4 };
const SAMPLE: Type = {
  kind: 'struct',
  name: 'sample',
  size: 32,
  members: [{ name: 'kstack', type: 1, offsetBits: 0 }],
};

test('records that turn out to hold stacks are a flame graph from then on', () => {
  const none = sampleSource({ name: 'samples', candidates: [{ type: 2, size: 32 }] });
  const types = [U64, STACK, SAMPLE];
  const engine = createEngine(() => undefined);
  const schema = sampleSchema({ types, sources: [none] });
  engine.open({ run: RUN, host: 'local', hostName: 'local', stream: 1, schema });
  engine.retype(1, sampleSchema({ types, sources: [{ ...none, records: [{ type: 2, size: 32 }] }] }));
  const record = new Uint8Array(32);
  new DataView(record.buffer).setBigUint64(0, 0xffff_ffff_8100_0000n, true);
  engine.frames(sampleMessage({ kind: 'events' }, sampleRecord(record)));
  assert.equal(engine.flame({ run: RUN, source: 'samples' }).stacks, 1);
});
