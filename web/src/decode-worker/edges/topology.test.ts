import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Topology } from '../../session/topology.ts';
import type { KnownEdge } from './edge-source.ts';
import { topologyOf } from './topology.ts';

function edge(from: string, to: string, host = 'a', isRest = false): KnownEdge {
  return { from, to, bare: { from, to }, host, hostName: `host-${host}`, isRest, member: 0 };
}

function amountsOf({ nodes, edges }: Pick<Topology, 'nodes' | 'edges'>) {
  const name = (at: number): string =>
    [nodes[at]?.host, nodes[at]?.label].filter((each) => each !== '').join(' ');
  return edges.map(({ from, to, amount }) => [name(from), name(to), amount]);
}

test('edges of one end become one, with what it was worth a second', () => {
  const { nodes, edges, rest } = topologyOf(
    [
      [edge('curl', '10.0.0.2:80'), 10],
      [edge('ssh', '10.0.0.3:22'), 6],
      [edge('curl', '10.0.0.2:80', 'b'), 20],
    ],
    2,
    false,
  );
  assert.deepEqual(
    edges.map(({ from, to, amount, perSecond }) => [nodes[from]?.label, nodes[to]?.label, amount, perSecond]),
    [
      ['curl', '10.0.0.2:80', 30, 15],
      ['ssh', '10.0.0.3:22', 6, 3],
    ],
  );
  assert.equal(rest, 0);
});

test('ends that have no room, and edges that are not told apart, are one node a side, and no amount is lost', () => {
  const worth: [KnownEdge, number][] = [
    [edge('curl', '10.0.0.2:80'), 30],
    [edge('ssh', '10.0.0.3:22'), 6],
    [edge('', '', 'a', true), 5],
  ];
  const { nodes, edges, rest } = topologyOf(worth, 1, false, 2);
  assert.deepEqual(
    edges.map(({ from, to, amount }) => [nodes[from]?.isOther, nodes[to]?.isOther, amount]),
    [
      [false, false, 30],
      [true, true, 11],
    ],
  );
  assert.equal(rest, 5);
  assert.deepEqual(amountsOf(topologyOf(worth.slice(0, 2), 1, false, 2))[1], ['1 others', '1 others', 6]);
  assert.deepEqual(amountsOf(topologyOf(worth, 1, false, 2))[1], ['others', 'others', 11]);
});

test('two hosts have ends and others of their own; each node has another key', () => {
  const worth = (['a', 'b'] as const).flatMap((host, at): [KnownEdge, number][] => [
    [edge('curl', '10.0.0.2:80', host), 30 + at],
    [edge('', '', host, true), 5 + at],
  ]);
  const apart = topologyOf(worth, 1, true);
  assert.deepEqual(amountsOf(apart), [
    ['host-b curl', 'host-b 10.0.0.2:80', 31],
    ['host-a curl', 'host-a 10.0.0.2:80', 30],
    ['host-b others', 'host-b others', 6],
    ['host-a others', 'host-a others', 5],
  ]);
  assert.equal(new Set(apart.nodes.map(({ key }) => key)).size, 8);
});
