import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ViewColumn } from '../../session/decoder.ts';
import { arrangeColumns, neighbourOf, orderAfterMove } from './arrange-columns.ts';

const column = (name: string, more: Partial<ViewColumn> = {}): ViewColumn => ({
  name,
  type: 'int',
  align: 'text',
  width: 8,
  role: 'field',
  ...more,
});
const COLUMNS = [
  column('time', { role: 'time' }),
  column('pid'),
  column('comm'),
  column('raw', { hidden: true }),
];
const names = (settings: Parameters<typeof arrangeColumns>[1]): string[] =>
  arrangeColumns(COLUMNS, settings)
    .filter((each) => each.shown)
    .map((each) => each.column.name);

test('columns come as the program has them, without those that its author hides', () => {
  assert.deepEqual(names({}), ['time', 'pid', 'comm']);
});

test('what was chosen counts more than what the author wants', () => {
  assert.deepEqual(names({ shown: { 'field raw': true, 'field pid': false } }), ['time', 'comm', 'raw']);
});

test('moved columns come first, pinned ones before them', () => {
  assert.deepEqual(names({ order: ['field comm'] }), ['comm', 'time', 'pid']);
  assert.deepEqual(names({ order: ['field comm'], pinned: ['field pid'] }), ['pid', 'comm', 'time']);
});

test('an order may name columns that another kernel does not have', () => {
  assert.deepEqual(names({ order: ['field gone', 'field pid'], pinned: ['field gone'] }), [
    'pid',
    'time',
    'comm',
  ]);
});

test('a column goes to the place of another, whichever way', () => {
  const arranged = arrangeColumns(COLUMNS, {});
  const moved = (key: string, to: string): string[] => names({ order: orderAfterMove(arranged, key, to) });
  assert.deepEqual(moved('time time', 'field comm'), ['pid', 'comm', 'time']);
  assert.deepEqual(moved('field comm', 'time time'), ['comm', 'time', 'pid']);
  assert.deepEqual(moved('field gone', 'time time'), ['time', 'pid', 'comm']);
});

test('what is beside a column is what can be seen there', () => {
  const arranged = arrangeColumns(COLUMNS, { shown: { 'field pid': false } });
  assert.equal(neighbourOf(arranged, 'time time', 1), 'field comm');
  assert.equal(neighbourOf(arranged, 'time time', -1), undefined);
});
