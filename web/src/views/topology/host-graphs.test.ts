import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Topology } from '../../session/topology.ts';
import { sizeOf } from '../picture/picture.ts';
import { assertWellFormed, PAINT, svg } from '../picture/test/drawn.ts';
import { edgeRows } from './edge-rows.ts';
import { graphsOf } from './host-graphs.ts';
import { topologyPicture } from './topology-picture.ts';

const end = (host: string, label: string) => ({
  ...{ key: `${host}\n${label}`, label, host, isOther: false, sent: 1, received: 1 },
});
/** The same names on two hosts. */
const BOTH: Topology = {
  nodes: [end('east', 'curl'), end('west', 'curl'), end('west', ':80'), end('east', ':80')],
  edges: [
    { from: 1, to: 2, amount: 9, perSecond: 3 },
    { from: 0, to: 3, amount: 6, perSecond: 2 },
  ],
  ...{ unit: 'count', weight: '', weights: [], near: ['process'], shown: 'process' },
  ...{ rest: 0, leftOut: 0, seconds: 3, kept: undefined },
};
const HOSTS = [{ name: 'west' }, { name: 'east' }];

test('the table and files of several hosts say of which an edge is, and no two rows have one key', () => {
  const { columns, rows } = edgeRows(BOTH);
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['host', 'from', 'to', 'in all', 'a second'],
  );
  assert.deepEqual(
    rows.map(({ cells }) => cells),
    [
      ['west', 'curl', ':80', '9', '3/s'],
      ['east', 'curl', ':80', '6', '2/s'],
    ],
  );
  assert.equal(new Set(rows.map(({ key }) => key)).size, 2);
});

test('the graph of one host has its own ends and edges alone, and they need not say whose they are', () => {
  const graphs = graphsOf(BOTH, [...HOSTS, { name: 'north' }], true);
  assert.deepEqual(
    graphs.map(({ name, topology }) => [name, edgeRows(topology).rows.map(({ cells }) => cells)]),
    [
      ['west', [['curl', ':80', '9', '3/s']]],
      ['east', [['curl', ':80', '6', '2/s']]],
      ['north', []],
    ],
  );
});

test('what is of a host is drawn in its colour and says its name', () => {
  const text = drawn(false);
  for (const [place, { name }] of HOSTS.entries()) {
    assert.ok(text.includes(`>${name} · curl<`));
    const edge = text.split('\n').find((line) => line.includes(`<title>curl → :80 on ${name}: `));
    assert.ok(edge?.includes(`stroke="${PAINT.series(place)}"`), edge);
  }
});

test('a graph for each host is a picture for each, with edges as wide as in the others', () => {
  const text = drawn(true);
  for (const { name } of HOSTS) assert.ok(text.includes(`>${name}<`), name);
  assert.equal(text.split('>curl<').length, 3);
  const widths = [...text.matchAll(/stroke-opacity="0.55" stroke-width="([\d.]+)"/g)].map(
    ([, width]) => width,
  );
  assert.equal(new Set(widths).size, 2);
});

function drawn(eachAlone: boolean): string {
  const picture = topologyPicture(graphsOf(BOTH, HOSTS, eachAlone), 'connections');
  const text = svg(picture, sizeOf(picture, PAINT));
  assertWellFormed(text);
  return text;
}
