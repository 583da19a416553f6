import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { parquetReadObjects } from 'hyparquet';
import { createEngine, type Engine } from './engine.ts';

const U32: Type = { kind: 'int', name: 'unsigned int', size: 4, signed: false, encoding: 'integer' };
const F64: Type = { kind: 'float', name: 'double', size: 8 };
const MODE: Type = {
  kind: 'enum',
  name: 'mode',
  size: 4,
  signed: false,
  values: [
    ['OFF', '0'],
    ['ON', '1'],
  ],
};
const LIMIT: Type = {
  kind: 'struct',
  name: 'limit',
  size: 8,
  members: [
    { name: 'burst', type: 0, offsetBits: 0 },
    { name: 'mode', type: 2, offsetBits: 32 },
  ],
};
const SECTION: Type = {
  kind: 'struct',
  name: '.data',
  size: 32,
  members: [
    { name: 'wanted', type: 0, offsetBits: 0, tags: ['range=1..64'] },
    { name: 'limits', type: 4, offsetBits: 32, index: 2 },
    { name: 'share', type: 1, offsetBits: 192 },
  ],
};
const SCHEMA = sampleSchema({
  types: [U32, F64, MODE, LIMIT, { kind: 'array', element: 3, length: 2 }, SECTION],
  sources: [
    sampleSource({
      name: '.data',
      kind: 'globals',
      mapType: 'array',
      valueSize: 32,
      valueType: 5,
      writable: true,
    }),
  ],
});

const DATA = { run: 'r', source: '.data' } as const;
/** When frames come, in seconds: as they are made. */
let now = 0;

function section(wanted: number, burst: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(40));
  view.setUint32(8, wanted, true);
  view.setUint32(8 + 4 + 8, burst, true);
  view.setUint32(8 + 4 + 12, 1, true);
  view.setFloat64(8 + 24, 0.5, true);
  return new Uint8Array(view.buffer);
}

function send(engine: Engine, at: number, payload: Uint8Array): void {
  now = at + 1;
  engine.frames(
    sampleMessage({ kind: 'map', seq: BigInt(at), timeNs: BigInt(now) * 1_000_000_000n }, payload),
  );
}

function opened(...sections: Uint8Array[]): Engine {
  const engine = createEngine(
    () => undefined,
    () => now,
  );
  engine.open({ run: 'r', host: 'a', hostName: 'a', stream: 1, schema: SCHEMA });
  engine.clock(1, '0');
  // A second after the other.
  sections.forEach((each, at) => {
    send(engine, at, each);
  });
  return engine;
}

test('members and elements are rows of their own, each with its place for writing', () => {
  const values = opened(section(5, 9)).globals({ run: 'r', source: '.data' }).values;
  assert.deepEqual(
    values.map(({ name, depth, parts, offset, encoding, text }) => [
      name,
      depth,
      parts,
      offset,
      encoding,
      text,
    ]),
    [
      ['wanted', 0, 0, 0, 'unsigned', '5'],
      ['limits', 0, 2, 4, undefined, values[1]?.text],
      ['limits[OFF]', 1, 2, 4, undefined, values[2]?.text],
      ['limits[OFF].burst', 2, 0, 4, 'unsigned', '0'],
      ['limits[OFF].mode', 2, 0, 8, 'unsigned', 'OFF'],
      ['limits[ON]', 1, 2, 12, undefined, values[5]?.text],
      ['limits[ON].burst', 2, 0, 12, 'unsigned', '9'],
      ['limits[ON].mode', 2, 0, 16, 'unsigned', 'ON'],
      ['share', 0, 0, 24, 'float', '0.5'],
    ],
  );
  const [wanted] = values;
  assert.deepEqual(wanted?.range, { least: 1, most: 64 });
  assert.deepEqual(values.at(-2)?.choices, MODE.kind === 'enum' ? MODE.values : undefined);
});

test('a number tells what it was before, and how often it changed', () => {
  const values = opened(section(5, 1), section(5, 2), section(6, 3)).globals(DATA).values;
  const pastOf = (name: string) => {
    const { past, changes } = values.find((value) => value.name === name) ?? {};
    return [past, changes];
  };
  assert.deepEqual(pastOf('wanted'), [[5, 5, 6], 1]);
  assert.deepEqual(pastOf('limits[ON].burst'), [[1, 2, 3], 2]);
});

test('while the time is held, variables are as they were then, with what they had been before', () => {
  const engine = opened(section(5, 1), section(6, 2), section(7, 3));
  const at = (moment: number) => {
    const { values, taken, unkept } = engine.globals({ ...DATA, at: moment });
    const wanted = values.find(({ name }) => name === 'wanted');
    return { text: wanted?.text, past: wanted?.past, taken, unkept };
  };
  assert.deepEqual(at(2.5), { text: '6', past: [5, 6], taken: 2, unkept: undefined });
  assert.deepEqual(at(1), { text: '5', past: [5], taken: 1, unkept: undefined });
  assert.deepEqual(at(99), { text: '7', past: [5, 6, 7], taken: 3, unkept: undefined });
  assert.deepEqual(at(0.5), {
    ...{ text: undefined, past: undefined, taken: undefined },
    unkept: { hosts: ['a'], from: 1 },
  });
  // What comes meanwhile changes nothing of it.
  send(engine, 3, section(8, 4));
  assert.equal(at(3.2).text, '7');
  assert.equal(engine.globals(DATA).values[0]?.text, '8');
});

test('a file of variables has a column for each and a row for each host, of the moment that is shown', async () => {
  const engine = opened(section(5, 1), section(6, 2));
  const fileAt = async (at: number | undefined): Promise<Record<string, unknown>[]> => {
    const query = { ...DATA, job: `${at}`, as: 'values', format: 'parquet', filter: '', at } as const;
    const { blob } = engine.file(query);
    assert.ok(blob);
    return parquetReadObjects({ file: await blob.arrayBuffer() });
  };
  const [now, ...others] = await fileAt(undefined);
  assert.equal(others.length, 0);
  assert.deepEqual(now, {
    ...{ time: new Date(2000), host: 'a', wanted: 6, share: 0.5 },
    limits: '[{"burst":0,"mode":"OFF"},{"burst":2,"mode":"ON"}]',
  });
  assert.deepEqual(
    (await fileAt(1.5)).map(({ time, wanted }) => [time, wanted]),
    [[new Date(1000), 5]],
  );
});

test('what a variable holds in memory is told beside its text', () => {
  const { values } = opened(section(4096, 1)).globals(DATA);
  assert.equal(values.find(({ name }) => name === 'wanted')?.memory, '4096 (0x1000)');
  assert.equal(values.find(({ name }) => name === 'limits')?.memory, undefined);
});
