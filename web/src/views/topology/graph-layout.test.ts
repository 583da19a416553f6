import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeNodes } from './graph-layout.ts';

test('who sends stands left of who receives, along a chain', () => {
  const places = placeNodes(3, [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 0, to: 2 },
  ]);
  assert.deepEqual(
    places.map(({ column }) => column),
    [0, 1, 2],
  );
});

test('a circle and an end that speaks to itself are drawn all the same', () => {
  const places = placeNodes(2, [
    { from: 0, to: 1 },
    { from: 1, to: 0 },
    { from: 1, to: 1 },
  ]);
  assert.deepEqual(places, [
    { column: 0, row: 0 },
    { column: 1, row: 0 },
  ]);
});

test('edges that would cross don’t', () => {
  const places = placeNodes(4, [
    { from: 0, to: 3 },
    { from: 1, to: 2 },
  ]);
  const row = (node: number): number => places[node]?.row ?? -1;
  assert.equal(Math.sign(row(0) - row(1)), Math.sign(row(3) - row(2)));
});

test('200 nodes have each a place of their own', () => {
  const edges = Array.from({ length: 400 }, (_, at) => ({ from: (at * 7) % 200, to: (at * 13 + 1) % 200 }));
  const places = placeNodes(200, edges);
  assert.equal(new Set(places.map(({ column, row }) => `${column} ${row}`)).size, 200);
});
