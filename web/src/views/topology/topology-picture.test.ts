import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Topology } from '../../session/topology.ts';
import { sizeOf } from '../picture/picture.ts';
import { assertWellFormed, PAINT, svg } from '../picture/test/drawn.ts';
import { graphsOf } from './host-graphs.ts';
import { topologyPicture } from './topology-picture.ts';

test('a topology is drawn with every end by name and what goes over each edge', () => {
  const end = (label: string, sent: number, received: number, isOther = false) => ({
    ...{ key: label, label, host: '', isOther, sent, received },
  });
  const topology: Topology = {
    nodes: [end('curl', 1, 0), end('10.0.0.1:80', 0, 1), end('<b>', 1, 1), end('7 others', 0, 1, true)],
    edges: [
      { from: 0, to: 1, amount: 100, perSecond: 12 },
      { from: 2, to: 2, amount: 4, perSecond: 1 },
      { from: 0, to: 3, amount: 1, perSecond: 1 },
    ],
    ...{ unit: 'count', weight: '', weights: [], near: ['process'], shown: 'process' },
    ...{ rest: 0, leftOut: 0, seconds: 10 },
    kept: undefined,
  };
  const picture = topologyPicture(graphsOf(topology, [], false), 'connections');
  const text = svg(picture, sizeOf(picture, PAINT));
  assertWellFormed(text);
  for (const label of ['curl', '10.0.0.1:80', '&lt;b&gt;', '7 others', '12/s']) {
    assert.ok(text.includes(`>${label}<`), label);
  }
  const thick = [...text.matchAll(/stroke-opacity="0.55" stroke-width="([\d.]+)"/g)].map(([, width]) =>
    Number(width),
  );
  assert.equal(thick.length, 3);
  assert.ok(
    (thick[0] as number) > (thick[1] as number) && (thick[1] as number) > (thick[2] as number),
    String(thick),
  );
});
