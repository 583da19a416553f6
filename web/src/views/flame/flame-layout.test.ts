import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFlameTree, type FlameTree } from '@probepad/protocol/views/flame-tree';
import { boxesIn, indexTree, matched, nodeAt, pathOf, stepFrom, widestHit } from './flame-layout.ts';
import { functionsOf } from './functions.ts';

const NAMES = ['main', 'read', 'work'];
const ALL = { from: 0, to: 99 };

/** main → read 25, main → work 75 (of which work itself again 50). */
function sample(): FlameTree {
  const builder = createFlameTree();
  builder.add([0, 1], 25);
  builder.add([0, 2], 25);
  builder.add([0, 2, 2], 50);
  return builder.finish((frame) => NAMES[frame] ?? '');
}

test('boxes lie side by side without a gap, on whole pixels, each over what it called', () => {
  const boxes = boxesIn(indexTree(sample()), 0, 101, ALL);
  assert.deepEqual(
    boxes.map(({ row, left, width }) => [row, left, width]),
    [
      [0, 0, 101],
      [1, 0, 101],
      [2, 0, 25],
      [2, 25, 76],
      [3, 25, 51],
    ],
  );
});

test('a zoomed frame has the whole width, its callers too; what is narrower than a pixel is left out', () => {
  const index = indexTree(sample());
  const boxes = boxesIn(index, 3, 90, ALL).sort((a, b) => a.row - b.row);
  assert.deepEqual(
    boxes.map(({ node, width }) => [node, width]),
    [
      [0, 90],
      [1, 90],
      [3, 90],
      [4, 60],
    ],
  );
  assert.equal(boxesIn(index, 0, 1, ALL).length, 4);
  assert.deepEqual(
    boxesIn(index, 0, 100, { from: 3, to: 3 }).map(({ node }) => node),
    [4],
  );
});

test('only what can be seen is looked at, in a tree of 100 000 frames', () => {
  const builder = createFlameTree();
  for (let stack = 0; stack < 33_000; stack++) builder.add([stack, 40_000 + stack, 90_000 + stack], 1);
  const boxes = boxesIn(indexTree(builder.finish(String)), 0, 1000, ALL);
  assert.ok(boxes.length <= 3 * 1000 + 1, `${boxes.length} boxes`);
});

test('arrows lead to the widest child, to neighbours, back, and nowhere past an end', () => {
  const index = indexTree(sample());
  assert.equal(stepFrom(index, 1, 'child'), 3);
  assert.equal(stepFrom(index, 3, 'previous'), 2);
  assert.equal(stepFrom(index, 2, 'previous'), 2);
  assert.equal(stepFrom(index, 3, 'next'), 3);
  assert.equal(stepFrom(index, 3, 'parent'), 1);
  assert.equal(stepFrom(index, 0, 'parent'), 0);
  assert.equal(stepFrom(index, 4, 'child'), 4);
});

test('what is selected is found again by its names in a tree with other numbers', () => {
  const index = indexTree(sample());
  const path = pathOf(index, 4, (frame) => NAMES[frame] ?? '');
  assert.deepEqual(path, ['main', 'work', 'work']);
  const builder = createFlameTree();
  builder.add([7, 8], 1);
  const other = ['', '', '', '', '', '', '', 'main', 'work'];
  const next = indexTree(builder.finish(String));
  // As far as it goes.
  assert.equal(
    nodeAt(next, path, (frame) => other[frame] ?? ''),
    2,
  );
});

test('a function that calls itself is found and counted once', () => {
  const index = indexTree(sample());
  const hits = Uint8Array.of(0, 0, 1);
  assert.equal(matched(index, hits), 75);
  assert.equal(widestHit(index, hits), 3);
  const work = functionsOf(index, 3).find(({ frame }) => frame === 2);
  assert.deepEqual([work?.self, work?.total], [75, 75]);
  const main = functionsOf(index, 3).find(({ frame }) => frame === 0);
  assert.deepEqual([main?.self, main?.total], [0, 100]);
});

test('compared, a frame that is gone keeps a width', () => {
  const builder = createFlameTree();
  builder.add([0, 1], 10);
  builder.add([0, 2], 40, true);
  const boxes = boxesIn(indexTree(builder.finish(String)), 0, 100, ALL);
  assert.deepEqual(
    boxes.map(({ left, width }) => [left, width]),
    [
      [0, 100],
      [0, 100],
      [0, 50],
      [50, 50],
    ],
  );
});
