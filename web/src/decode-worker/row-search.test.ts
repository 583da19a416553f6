import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chunk, createHistory } from './history.ts';
import { createRowSearch } from './row-search.ts';

const lines = (from: number, count: number) => ({
  kind: 'lines' as const,
  lines: Array.from({ length: count }, (_, at) => `line ${from + at}`),
});

function filled(rows: number) {
  const history = createHistory();
  for (let at = 0; at < rows; at += 10) history.append(1, 10, lines(at, 10));
  let read = 0;
  const cellsOf = ({ content, rows: count }: Chunk): string[][] => {
    read += count;
    return content.kind === 'lines' ? content.lines.map((line) => [line]) : [];
  };
  return { history, cellsOf, read: () => read };
}

test('a search reads so many rows at a time, from the newest back to the oldest', () => {
  const { history, cellsOf, read } = filled(1000);
  const search = createRowSearch(history, 'LINE 9', cellsOf, 300);
  const first = search.advance();
  assert.equal(read(), 300);
  assert.equal(first.complete, false);
  assert.deepEqual([first.rows[0], first.rows.length], [900, 100]);
  while (!search.advance().complete);
  assert.equal(read(), 1000);
  const { rows } = search.advance();
  assert.deepEqual([...rows.slice(0, 3)], [9, 90, 91]);
  assert.equal(rows.length, 1 + 10 + 100);
});

test('new rows are found first, and none twice', () => {
  const { history, cellsOf } = filled(1000);
  const search = createRowSearch(history, 'line', cellsOf, 300);
  search.advance();
  history.append(1, 10, lines(1000, 10));
  const { rows } = search.advance();
  assert.equal(rows.at(-1), 1009);
  while (!search.advance().complete);
  assert.equal(search.advance().rows.length, 1010);
});

test('a search that falls behind goes on with what is newest', () => {
  const { history, cellsOf, read } = filled(100);
  const search = createRowSearch(history, 'line', cellsOf, 300);
  search.advance();
  for (let at = 100; at < 2000; at += 10) history.append(1, 10, lines(at, 10));
  const { rows, complete } = search.advance();
  assert.equal(read(), 100 + 300);
  assert.deepEqual([rows[0], rows.at(-1), complete], [1700, 1999, false]);
});

test('rows that are given up are found no more', () => {
  const history = createHistory(100);
  for (let at = 0; at < 1000; at += 10) history.append(1, 10, lines(at, 10));
  const cellsOf = ({ content }: Chunk) =>
    content.kind === 'lines' ? content.lines.map((line) => [line]) : [];
  const search = createRowSearch(history, 'line', cellsOf);
  assert.equal(search.advance().rows[0], history.oldest);
  for (let at = 1000; at < 1050; at += 10) history.append(1, 10, lines(at, 10));
  const { rows } = search.advance();
  assert.equal(rows[0], history.oldest);
  assert.equal(rows.length, history.next - history.oldest);
});
