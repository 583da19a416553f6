import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExportedTable, shownText } from './shown-table.ts';

const columns: ExportedTable['columns'] = [
  { name: 'comm', align: 'text' },
  { name: 'ret', align: 'number' },
];
const csv = (...rows: string[][]): string[] =>
  shownText('csv', { columns, rows: rows.map((cells) => ({ cells })) }).slice(1);

test('CSV has a head, quotes what needs it and ends lines as RFC 4180 says', () => {
  const rows = [{ cells: ['a "b", c', '1'] }, { cells: ['d', '-2'] }];
  assert.equal(shownText('csv', { columns, rows }).join(''), 'comm,ret\r\n"a ""b"", c",1\r\nd,-2\r\n');
});

test('no cell of a CSV file runs as a formula', () => {
  for (const text of ['=1+1', '+cmd', '-cmd', '@SUM(A1)', ' =1', '-1+1', '＝1']) {
    assert.deepEqual(csv([text, '0']), [`'${text},0\r\n`]);
  }
  assert.deepEqual(csv(['=HYPERLINK("x","y")', '0']), ['"\'=HYPERLINK(""x"",""y"")",0\r\n']);
  assert.deepEqual(shownText('csv', { columns: [{ name: '=1', align: 'text' }], rows: [] }), ["'=1\r\n"]);
});

test('no part of a cell runs as a formula where spreadsheets cut at semicolons', () => {
  // The quotes don't begin the line there, so they hold nothing together.
  assert.deepEqual(csv(['0', 'a;=1+1']), ['0,"a;\'=1+1"\r\n']);
  assert.deepEqual(csv(['0', 'a;"=1+1']), ['0,"a;\'""=1+1"\r\n']);
  assert.deepEqual(csv(['0', 'a\t@x']), ['0,"a\t\'@x"\r\n']);
  assert.deepEqual(csv(['a; b', '0']), ['"a; b",0\r\n']);
});

test('a negative number stays a number in CSV', () => {
  assert.deepEqual(csv(['x', '-5'], ['y', '-0.25']), ['x,-5\r\n', 'y,-0.25\r\n']);
});

test('JSON lines hold numbers where they are exact, and text as it is', () => {
  const lines = shownText('jsonl', {
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

test('columns of one name stay apart in either', () => {
  const entry: ExportedTable = {
    columns: [
      { name: 'pid', align: 'number', role: 'key' },
      { name: 'pid', align: 'number', role: 'field' },
      { name: 'n', align: 'number', role: 'field' },
    ],
    rows: [{ cells: ['1', '2', '3'] }],
  };
  assert.deepEqual(JSON.parse(shownText('jsonl', entry)[0] ?? ''), { 'key.pid': 1, pid: 2, n: 3 });
  assert.equal(shownText('csv', entry)[0], 'key.pid,pid,n\r\n');
  const event: ExportedTable = {
    columns: (['time', 'host', 'field', 'field', 'field', 'field'] as const).map((role, at) => ({
      name: ['time', 'host', 'record', 'time', 'host', 'record'][at] ?? '',
      align: 'text',
      role,
    })),
    rows: [{ cells: ['12:00', 'db-3', 'open', '7', 'a', 'r'] }],
  };
  assert.deepEqual(JSON.parse(shownText('jsonl', event)[0] ?? ''), {
    'frame time': '12:00',
    'frame host': 'db-3',
    record: 'open',
    time: '7',
    host: 'a',
    'record (2)': 'r',
  });
});

test('what is missing is said in either', () => {
  const table = { columns, rows: [{ cells: [], gap: '7 records dropped by the hub' }] };
  assert.deepEqual(shownText('csv', table)[1], '7 records dropped by the hub,\r\n');
  assert.deepEqual(JSON.parse(shownText('jsonl', table)[0] ?? ''), { gap: '7 records dropped by the hub' });
});

test('columns that share a name are told apart by what they are, so that none is lost', () => {
  const entry = shownText('jsonl', {
    columns: [
      { name: 'pid', align: 'number', role: 'key' },
      { name: 'pid', align: 'number', role: 'field' },
      { name: 'n', align: 'number', role: 'field' },
    ],
    rows: [{ cells: ['1', '2', '3'] }],
  });
  assert.deepEqual(JSON.parse(entry[0] ?? ''), { 'key.pid': 1, pid: 2, n: 3 });

  const event: ExportedTable = {
    columns: [
      { name: 'time', align: 'text', role: 'time' },
      { name: 'host', align: 'text', role: 'host' },
      { name: 'time', align: 'number', role: 'field' },
      { name: 'host', align: 'number', role: 'field' },
    ],
    rows: [{ cells: ['12:00:00.000', 'a', '5', '6'] }],
  };
  assert.equal(shownText('csv', event)[0], 'frame time,frame host,time,host\r\n');
  assert.deepEqual(JSON.parse(shownText('jsonl', event)[0] ?? ''), {
    'frame time': '12:00:00.000',
    'frame host': 'a',
    time: 5,
    host: 6,
  });
});

test('a name that would be given has not been taken already', () => {
  const names = (...all: [string, 'key' | 'field'][]) =>
    shownText('csv', { columns: all.map(([name, role]) => ({ name, role, align: 'text' })), rows: [] });
  assert.deepEqual(names(['pid', 'key'], ['pid', 'field'], ['key.pid', 'field']), [
    'key.pid (2),pid,key.pid\r\n',
  ]);
  assert.deepEqual(names(['a', 'field'], ['a', 'field'], ['a (2)', 'field']), ['a,a (3),a (2)\r\n']);
});
