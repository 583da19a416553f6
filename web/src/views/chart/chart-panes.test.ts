import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf } from '../picture/picture.ts';
import { assertWellFormed, PAINT, svg } from '../picture/test/drawn.ts';
import { panesOf, pictureOfPanes } from './chart-panes.ts';

const [ALPHA, BETA] = [
  { id: 'a', name: 'alpha' },
  { id: 'b', name: 'beta' },
];
const HOSTS = [ALPHA, BETA];
const SERIES = {
  times: [10, 11],
  lines: [
    { label: 'alpha · reads', host: 'a', values: [100, 200] },
    { label: 'beta · reads', host: 'b', values: [300, 400] },
  ],
  unit: '/s',
};
const drawn = (panes: ReturnType<typeof panesOf>): string => {
  const picture = pictureOfPanes(panes, 'io');
  const text = svg(picture, sizeOf(picture, PAINT));
  assertWellFormed(text);
  return text;
};

test('the picture of one chart each has one each, headed by its host', () => {
  const panes = panesOf(SERIES, HOSTS, 'multiples', undefined);
  assert.deepEqual(
    panes.map(({ name, series }) => [name, series.lines.map(({ label }) => label)]),
    [
      ['alpha', ['reads']],
      ['beta', ['reads']],
    ],
  );
  const text = drawn(panes);
  for (const name of ['alpha', 'beta']) assert.ok(text.includes(`>${name}<`), name);
  assert.equal([...text.matchAll(/>reads</g)].length, 2);
  assert.equal([...text.matchAll(/ d="M/g)].length, 2);
});

test('the picture of one host against another has the second below zero, and tells no number as less than nothing', () => {
  const text = drawn(panesOf(SERIES, HOSTS, 'versus', [BETA, ALPHA]));
  assert.match(text, />io over time, per second: beta above, alpha below</);
  assert.doesNotMatch(text, />-\d/);
  const [alpha, beta] = [...text.matchAll(/ d="M[\d.]+ ([\d.]+)L/g)].map(([, y]) => Number(y));
  assert.ok((alpha ?? 0) > (beta ?? 0), `${alpha} ${beta}`);
  assert.deepEqual(panesOf({ ...SERIES, lines: [] }, HOSTS, 'versus', [ALPHA, BETA]), []);
});
