import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowWindow } from '../session/decoder.ts';
import { collectRows } from './collect-rows.ts';

const HEAD = 999;

/** Answers of a source with so many rows up to the head; a filter's search finds `step` more each time it is asked. */
function source(rows: number, step = rows) {
  let found = 0;
  return async ({
    head,
    offset,
    limit,
  }: {
    head: number;
    offset: number;
    limit: number;
  }): Promise<RowWindow> => {
    assert.equal(head, HEAD);
    found = Math.min(rows, found + step);
    const shown = Math.max(0, Math.min(limit, found - offset));
    return {
      columns: [],
      head,
      latest: HEAD + 5,
      total: found,
      offset,
      filter: '',
      rows: Array.from({ length: shown }, (_, at) => ({ id: String(HEAD - offset - at), cells: [] })),
      searching: found < rows,
      sort: undefined,
      grouped: false,
      grouping: [],
      textual: false,
    };
  };
}

const ids = (count: number) => Array.from({ length: count }, (_, at) => String(HEAD - at));

test('more rows than one answer holds come in their order', async () => {
  const rows = await collectRows({ head: HEAD }, source(25_000));
  assert.deepEqual(
    rows.map(({ id }) => id),
    ids(25_000),
  );
});

test('what a filter has yet to find is waited for', async () => {
  const rows = await collectRows({ head: HEAD }, source(100, 30));
  assert.deepEqual(
    rows.map(({ id }) => id),
    ids(100),
  );
});

test('rows that are given up meanwhile are left out', async () => {
  const ask = source(25_000);
  const rows = await collectRows({ head: HEAD }, async (query) => {
    const answer = await ask(query);
    return query.offset === 0 ? answer : { ...answer, total: 25_000, rows: [] };
  });
  assert.equal(rows.length, 10_000);
});
