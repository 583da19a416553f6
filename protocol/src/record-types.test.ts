import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leadingNumber } from './leading-number.ts';
import { asksForType, recordTypeOf, withRecordTypes } from './record-types.ts';
import type { ProbeSchema, Source, Type } from './schema.ts';
import { sampleSchema, sampleSource } from './testing.ts';

const U32 = 0;
const KIND = 1;

/** A source of structs, each with its first member's type. */
function sourceOf(
  values: string[],
  structs: [name: string, size: number, first: number][],
): [ProbeSchema, Source] {
  const types: Type[] = [
    { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' },
    {
      kind: 'enum',
      name: 'kind',
      size: 4,
      signed: false,
      values: values.map((name, at) => [name, String(at + 1)]),
    },
    ...structs.map(
      ([name, size, first]): Type => ({
        kind: 'struct',
        name,
        size,
        members: [
          { name: 'kind', type: first, offsetBits: 0 },
          { name: 'value', type: U32, offsetBits: 32 },
        ],
      }),
    ),
  ];
  const records = structs.map(([, size], at) => ({ type: at + 2, size }));
  const source = sampleSource({ records, recordsFrom: 'call' });
  return [sampleSchema({ types, sources: [source] }), source];
}

function nameOfRecord(
  [schema, source]: [ProbeSchema, Source],
  size: number,
  first: number,
): string | undefined {
  const view = new DataView(new ArrayBuffer(8 + size));
  view.setUint32(8, first, true);
  const type = schema.types[recordTypeOf(schema, source)(view, 8, 8 + size) ?? -1];
  return type && 'name' in type ? type.name : undefined;
}

const VALUES = ['EVENT_TYPE_OPEN', 'EVENT_TYPE_CLOSE', 'EVENT_TYPE_OTHER'];

test('structs of one size are told apart by the enum that they begin with', () => {
  const both = sourceOf(VALUES, [
    ['open_event', 16, KIND],
    ['close_event', 16, KIND],
  ]);
  assert.equal(nameOfRecord(both, 16, 1), 'open_event');
  assert.equal(nameOfRecord(both, 16, 2), 'close_event');
  assert.equal(asksForType(...both), false);
});

test('a record that ends early is told by its enum, not by its size', () => {
  const both = sourceOf(VALUES, [
    ['open_event', 64, KIND],
    ['close_event', 16, KIND],
  ]);
  assert.equal(nameOfRecord(both, 32, 1), 'open_event');
  // Another value says nothing: the largest that fits.
  assert.equal(nameOfRecord(both, 32, 3), 'close_event');
});

test('an enum whose names do not name every struct tells nothing', () => {
  const both = sourceOf(
    ['FIRST', 'SECOND'],
    [
      ['open_event', 16, KIND],
      ['close_event', 24, KIND],
    ],
  );
  assert.equal(nameOfRecord(both, 16, 2), 'open_event');
  assert.equal(nameOfRecord(both, 24, 1), 'close_event');
});

test('a number at the beginning tells nothing: structs of one size are for the user to choose from', () => {
  const both = sourceOf(VALUES, [
    ['open_event', 16, U32],
    ['close_event', 16, U32],
  ]);
  assert.equal(asksForType(...both), true);
  const chosen = withRecordTypes(both[0], { events: 'close_event' });
  assert.deepEqual(chosen.sources[0]?.records, [{ type: 3, size: 16 }]);
  assert.equal(chosen.sources[0]?.recordsFrom, 'chosen');
  assert.deepEqual(withRecordTypes(both[0], { events: 'no_such', __proto__: 'x' }).sources, both[0].sources);
});

test('a user says which struct each value of a leading number is, and takes the whole source back', () => {
  const both = sourceOf(VALUES, [
    ['open_event', 16, U32],
    ['close_event', 16, U32],
    ['other_event', 16, U32],
  ]);
  const first = withRecordTypes(both[0], { 'events:3': 'close_event' });
  const [source] = first.sources;
  assert.ok(source);
  assert.equal(source.recordsFrom, 'chosen');
  assert.equal(source.records.length, 3);
  assert.equal(nameOfRecord([first, source], 16, 3), 'close_event');
  const more = withRecordTypes(both[0], {
    'events:3': 'close_event',
    'events:4000000000': 'other_event',
    'x:1': 'x',
  });
  assert.ok(more.sources[0]);
  assert.equal(nameOfRecord([more, more.sources[0]], 16, 3), 'close_event');
  assert.equal(nameOfRecord([more, more.sources[0]], 16, 4_000_000_000), 'other_event');
  assert.equal(nameOfRecord([more, more.sources[0]], 16, 1), 'open_event');
  assert.deepEqual(withRecordTypes(both[0], { 'events:3': 'no_such' }).sources, both[0].sources);
  const whole = withRecordTypes(more, { events: 'open_event' }).sources[0];
  assert.ok(whole);
  assert.equal(nameOfRecord([more, whole], 16, 3), 'open_event');
});

test('of records of which nothing is known, those of one value are the struct that was said', () => {
  const [schema, source] = sourceOf(VALUES, [
    ['open_event', 16, U32],
    ['close_event', 16, U32],
  ]);
  const unknown = { ...source, records: [], recordsFrom: 'unknown' as const, candidates: source.records };
  const changed = { ...schema, sources: [unknown] };
  assert.deepEqual(leadingNumber(changed, unknown)?.records, source.records);
  const chosen = withRecordTypes(changed, { 'events:1': 'open_event', 'events:2': 'close_event' });
  assert.ok(chosen.sources[0]);
  assert.equal(nameOfRecord([chosen, chosen.sources[0]], 16, 2), 'close_event');
  assert.equal(nameOfRecord([chosen, chosen.sources[0]], 16, 1), 'open_event');
});

test('records of which nothing is known may be any struct of the program', () => {
  const [schema, source] = sourceOf(VALUES, [['open_event', 16, KIND]]);
  const unknown = { ...source, records: [], recordsFrom: 'unknown' as const, candidates: source.records };
  const changed = { ...schema, sources: [unknown] };
  assert.equal(asksForType(changed, unknown), true);
  assert.deepEqual(withRecordTypes(changed, { events: 'open_event' }).sources[0]?.records, source.records);
});
