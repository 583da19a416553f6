import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topologyOf } from './topology.ts';

const EDGES = [
  { from: ['curl', '10.0.0.1'], to: '10.0.0.2:80', host: 'a' },
  { from: ['curl', '10.0.0.9'], to: '10.0.0.2:80', host: 'a' },
  { from: ['ssh', '10.0.0.1'], to: '10.0.0.3:22', host: 'a' },
].map((edge) => ({ ...edge, bare: edge }));
const AMOUNTS = new Map([
  [0, 10],
  [1, 20],
  [2, 6],
]);

test('edges of one end become one, with what it was worth a second', () => {
  const { nodes, edges, others } = topologyOf(EDGES, 0, AMOUNTS, 2, false);
  assert.deepEqual(
    edges.map(({ from, to, amount, perSecond }) => [nodes[from]?.label, nodes[to]?.label, amount, perSecond]),
    [
      ['curl', '10.0.0.2:80', 30, 15],
      ['ssh', '10.0.0.3:22', 6, 3],
    ],
  );
  assert.equal(others, 0);
  assert.equal(topologyOf(EDGES, 1, AMOUNTS, 2, false).edges.length, 3);
});

test('ends that have no room are one node a side, and no amount is lost', () => {
  const { nodes, edges, others } = topologyOf(EDGES, 0, AMOUNTS, 1, false, 2);
  assert.deepEqual(
    edges.map(({ from, to, amount }) => [nodes[from]?.isOther, nodes[to]?.isOther, amount]),
    [
      [false, false, 30],
      [true, true, 6],
    ],
  );
  assert.equal(others, 2);
});
