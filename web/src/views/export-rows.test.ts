import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf, type ExportedTable, jsonLinesOf } from './export-rows.ts';

const columns: ExportedTable['columns'] = [
  { name: 'comm', align: 'text' },
  { name: 'ret', align: 'number' },
];
const csv = (...rows: string[][]): string[] =>
  csvOf({ columns, rows: rows.map((cells) => ({ cells })) }).slice(1);

test('CSV has a head, quotes what needs it and ends lines as RFC 4180 says', () => {
  const rows = [{ cells: ['a "b", c', '1'] }, { cells: ['d', '-2'] }];
  assert.equal(csvOf({ columns, rows }).join(''), 'comm,ret\r\n"a ""b"", c",1\r\nd,-2\r\n');
});

test('no cell of a CSV file runs as a formula', () => {
  for (const text of ['=1+1', '+cmd', '-cmd', '@SUM(A1)', ' =1', '-1+1', '＝1']) {
    assert.deepEqual(csv([text, '0']), [`'${text},0\r\n`]);
  }
  assert.deepEqual(csv(['=HYPERLINK("x","y")', '0']), ['"\'=HYPERLINK(""x"",""y"")",0\r\n']);
  assert.deepEqual(csvOf({ columns: [{ name: '=1', align: 'text' }], rows: [] }), ["'=1\r\n"]);
});

test('a negative number stays a number in CSV', () => {
  assert.deepEqual(csv(['x', '-5'], ['y', '-0.25']), ['x,-5\r\n', 'y,-0.25\r\n']);
});

test('JSON lines hold numbers where they are exact, and text as it is', () => {
  const lines = jsonLinesOf({
    columns,
    rows: [
      { cells: ['42', '-42'] },
      { cells: ['x', '18446744073709551615'] },
      { cells: ['=x', '1.5 ms'] },
      { cells: ['__proto__', '0x10'] },
    ],
  });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { comm: '42', ret: -42 },
      { comm: 'x', ret: '18446744073709551615' },
      { comm: '=x', ret: '1.5 ms' },
      { comm: '__proto__', ret: '0x10' },
    ],
  );
});

test('what is missing is said in either', () => {
  const table = { columns, rows: [{ cells: [], gap: '7 records dropped by the hub' }] };
  assert.deepEqual(csvOf(table)[1], '7 records dropped by the hub,\r\n');
  assert.deepEqual(JSON.parse(jsonLinesOf(table)[0] ?? ''), { gap: '7 records dropped by the hub' });
});
