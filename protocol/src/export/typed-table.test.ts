import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import type { ExportedTable } from './shown-table.ts';
import { shownParquet, timestampOf } from './typed-table.ts';

async function read(table: ExportedTable): Promise<Record<string, unknown>[]> {
  const bytes = shownParquet(table).map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
  return parquetReadObjects({ file: Uint8Array.from(Buffer.concat(bytes)).buffer });
}

test('a Parquet file of what is shown has numbers and times as such, and texts as they are shown', async () => {
  const rows = await read({
    columns: [
      { name: 'time', align: 'text', stored: 'timestamp' },
      { name: 'of', align: 'text' },
      { name: 'from', align: 'number', stored: 'float64' },
      { name: 'count', align: 'number', stored: 'int64' },
    ],
    rows: [
      { cells: ['1970-01-01T00:00:02.500Z', '42', '0.1', '9007199254740991'] },
      { cells: ['', 'x', '', ''] },
      { cells: ['no time', 'y', '1.5 ms', '-Infinity'] },
      { cells: [], gap: '7 records dropped by the hub' },
    ],
  });
  assert.deepEqual(rows, [
    { time: new Date(2500), of: '42', from: 0.1, count: 9007199254740991n },
    { time: null, of: 'x', from: null, count: null },
    { time: null, of: 'y', from: null, count: null },
  ]);
});

test('where cells are rounded, the file has the numbers that they were written from', async () => {
  const rows = await read({
    columns: [
      { name: 'time', align: 'text', stored: 'timestamp' },
      { name: 'reads', align: 'number', stored: 'float64' },
      { name: 'reads', align: 'number', stored: 'float64' },
    ],
    rows: [{ cells: ['12:00', '0.333', ''], values: [timestampOf(1_795_000_000.25), 1 / 3, null] }],
  });
  assert.deepEqual(rows, [{ time: new Date(1_795_000_000_250), reads: 1 / 3, 'reads (2)': null }]);
});
