import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Heatmap } from '../../session/aggregates.ts';
import { assertWellFormed, svg } from '../picture/test/drawn.ts';
import { exportOfDifference, pictureOfDifference } from './difference-files.ts';
import { legendOf } from './difference-texts.ts';
import { differenceOf, type HostDifference, leadOf } from './host-difference.ts';

const HOSTS = [
  { id: 'a', name: 'calm' },
  { id: 'b', name: 'busy' },
] as const;

/** Two moments of two sizes. */
const map = (host: string, counts: number[]): Heatmap => ({
  label: host,
  host,
  times: [100, 101],
  step: 1,
  edges: [0, 2, 4],
  counts,
  unit: 'ns',
});

const difference = (maps: readonly Heatmap[]): HostDifference => {
  const known = differenceOf(maps, HOSTS);
  assert.ok(known);
  return known;
};

test('a host that does the same ten times as often is ahead nowhere', () => {
  const compared = difference([map('a', [1, 3, 0, 4]), map('b', [10, 30, 0, 40])]);
  assert.deepEqual(
    [0, 1, 2, 3].map((at) => leadOf(compared, at)?.ahead),
    ['alike', 'alike', undefined, 'alike'],
  );
  assert.deepEqual(
    legendOf(compared).map(({ text }) => text),
    ['alike'],
  );
});

test('a cell shows the host that has more of its values there, the strongest where the difference is largest', () => {
  const compared = difference([map('a', [8, 2, 0, 0]), map('b', [10, 30, 0, 60])]);
  assert.deepEqual(
    compared.differences.map((each) => Number(each.toFixed(6))),
    [0.7, -0.1, 0, -0.6],
  );
  assert.deepEqual(leadOf(compared, 0), { ahead: 'left', strength: 1 });
  assert.equal(leadOf(compared, 1)?.ahead, 'right');
  assert.equal(leadOf(compared, 3)?.ahead, 'right');
  assert.ok((leadOf(compared, 1)?.strength ?? 1) < (leadOf(compared, 3)?.strength ?? 0));
});

test('against a host that has not come yet all is more on the other', () => {
  // Of a single host the worker sends the id, and a label without its name: see snapshot-views.test.ts.
  const compared = difference([{ ...map('b', [0, 1, 0, 1]), label: 'latency' }]);
  assert.deepEqual(
    [0, 1, 2, 3].map((at) => leadOf(compared, at)?.ahead),
    [undefined, 'right', undefined, 'right'],
  );
});

test('of two hosts that have counted nothing there is nothing to show', () => {
  assert.equal(differenceOf([], HOSTS), undefined);
  assert.equal(differenceOf([map('a', [0, 0, 0, 0]), map('c', [1, 2, 3, 4])], HOSTS), undefined);
});

test('its picture tells the hosts apart by lines as well as by colour, and its file has what both counted', () => {
  const compared = difference([map('a', [8, 2, 0, 0]), map('b', [10, 30, 0, 60])]);
  const text = svg(pictureOfDifference(compared, 'latency'));
  assertWellFormed(text);
  // Two cells of the right host and its two in the legend.
  assert.equal(text.match(/fill="url\(#heat-hatch\)"/g)?.length, 4);
  assert.ok(text.includes('calm +70 %') && text.includes('busy +70 %'));
  const { columns, rows } = exportOfDifference(compared);
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['time', 'from', 'to', 'calm', 'busy', 'difference of parts'],
  );
  assert.deepEqual(rows[1]?.cells.slice(0, 5), ['1970-01-01T00:01:40.000Z', '2', '4', '2', '30']);
  assert.equal(rows.length, 3);
});
