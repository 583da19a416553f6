import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import type { Value } from '../values/value.ts';
import type { FileColumn } from './file-column.ts';
import { TABLE_FORMATS, type TableFormat } from './table-file.ts';

const columns: FileColumn[] = [
  { name: 'time', type: 'timestamp' },
  { name: 'comm', type: 'text' },
  { name: 'bytes', type: 'uint64' },
  { name: 'ret', type: 'int32' },
  { name: 'flags', type: 'uint32' },
  { name: 'ok', type: 'boolean' },
  { name: 'load', type: 'float64' },
  { name: 'slots', type: { list: 'uint64' } },
];
const NOON = 1_795_262_400_123_456_789n;
const MOST = 18_446_744_073_709_551_615n;
const rows: Value[][] = [
  [NOON, '=1+1', MOST, -5, 4_294_967_295, true, 0.5, [1n, MOST]],
  [null, 'a "b"\u001b[31m', 0n, 7, 0, false, 1e300, []],
  [NOON, null, null, null, null, null, null, null],
];

function written(format: TableFormat, ...groups: Value[][][]): Uint8Array {
  const file = TABLE_FORMATS[format].begin(columns);
  const pieces = [...groups.flatMap((group) => file.add(group)), ...file.finish()];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}

test('CSV has values as they are, and none of them runs as a formula or steers a terminal', () => {
  assert.deepEqual(String(written('csv', rows)).split('\r\n'), [
    'time,comm,bytes,ret,flags,ok,load,slots',
    `2026-11-21T12:00:00.123456789Z,'=1+1,${MOST},-5,4294967295,true,0.5,"[1,""${MOST}""]"`,
    ',"a ""b""␛[31m",0,7,0,false,1e+300,[]',
    '2026-11-21T12:00:00.123456789Z,,,,,,,',
    '',
  ]);
});

test('CSV without a row has its head', () => {
  assert.equal(String(written('csv')), 'time,comm,bytes,ret,flags,ok,load,slots\r\n');
});

test('JSON lines keep each number exact, as a string where JSON has no room', () => {
  const lines = String(written('jsonl', rows)).trimEnd().split('\n');
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    time: '2026-11-21T12:00:00.123456789Z',
    comm: '=1+1',
    bytes: String(MOST),
    ret: -5,
    flags: 4294967295,
    ok: true,
    load: 0.5,
    slots: [1, String(MOST)],
  });
  assert.deepEqual(Object.values(JSON.parse(lines[2] ?? '')).slice(1), Array(7).fill(null));
});

test('Parquet gives every value back, with its type', async () => {
  const bytes = written('parquet', rows.slice(0, 1), rows.slice(1));
  const file = Uint8Array.from(bytes).buffer;
  const metadata = parquetMetadata(file);
  assert.deepEqual(
    parquetSchema(metadata).children.map(({ element }) => [
      element.name,
      element.type,
      element.logical_type?.type ?? element.converted_type,
    ]),
    [
      ['time', 'INT64', 'TIMESTAMP'],
      ['comm', 'BYTE_ARRAY', 'UTF8'],
      ['bytes', 'INT64', 'UINT_64'],
      ['ret', 'INT32', undefined],
      ['flags', 'INT32', 'UINT_32'],
      ['ok', 'BOOLEAN', undefined],
      ['load', 'DOUBLE', undefined],
      ['slots', undefined, 'LIST'],
    ],
  );
  const read = await parquetReadObjects({
    file,
    metadata,
    parsers: { ...DEFAULT_PARSERS, timestampFromNanoseconds: (ns: bigint) => ns },
  });
  assert.deepEqual(
    read.map((row) => columns.map(({ name }) => row[name] ?? null)),
    rows,
  );
});

test('a Parquet file of many rows is written in groups, not kept in memory', async () => {
  const file = TABLE_FORMATS.parquet.begin([{ name: 'n', type: 'uint64' }]);
  const pieces: Uint8Array[] = [];
  let early = 0;
  for (let from = 0; from < 50_000; from += 1000) {
    const found = file.add(Array.from({ length: 1000 }, (_, at) => [BigInt(from + at) << 40n]));
    pieces.push(...(found as Uint8Array[]));
    early += found.length;
  }
  assert.ok(early >= 2, `${early} pieces before the end`);
  pieces.push(...(file.finish() as Uint8Array[]));
  const whole = Uint8Array.from(Buffer.concat(pieces)).buffer;
  const read = await parquetReadObjects({ file: whole });
  assert.equal(read.length, 50_000);
  assert.deepEqual(read.at(-1), { n: 49_999n << 40n });
});
