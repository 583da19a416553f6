import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf } from '../picture/picture.ts';
import { assertWellFormed, PAINT, svg } from '../picture/test/drawn.ts';
import { pairsOf, pictureOfPairs } from './host-pairs.ts';

const HOSTS = [
  { id: 'a', name: 'alpha' },
  { id: 'b', name: 'beta' },
] as const;
const bars = (...counts: number[]) =>
  counts.map((count, at) => ({ from: 2 ** at, to: 2 ** (at + 1), count }));
const DISTRIBUTIONS = [
  { label: 'reads · alpha', host: 'a', bars: bars(1, 3), total: 4, unit: '' },
  { label: 'reads · beta', host: 'b', bars: bars(0, 0, 20).slice(2), total: 20, unit: '' },
  { label: 'reads · gamma', host: 'c', bars: bars(7), total: 7, unit: '' },
];

test('two hosts stand side by side, each range of either, as parts of what each has counted', () => {
  const [pair, ...others] = pairsOf(DISTRIBUTIONS, HOSTS);
  assert.equal(others.length, 0);
  assert.equal(pair?.label, 'reads');
  assert.deepEqual(pair?.totals, [4, 20]);
  assert.deepEqual(
    pair?.ranges.map(({ from, left, right }) => [from, left.share, right.count]),
    [
      [1, 0.25, 0],
      [2, 0.75, 0],
      [4, 0, 20],
    ],
  );
});

test('the picture of two hosts has their bars back to back, and no third host', () => {
  const picture = pictureOfPairs(pairsOf(DISTRIBUTIONS, HOSTS), 'latency');
  const text = svg(picture, sizeOf(picture, PAINT));
  assertWellFormed(text);
  for (const word of ['alpha', 'beta', '[2, 4)', '75 %', '100 %'])
    assert.ok(text.includes(`>${word}<`), word);
  assert.doesNotMatch(text, /gamma/);
  const rects = [...text.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]* fill="(#\w+)"/g)];
  const sides = (colour: string) =>
    rects.filter(([, , , fill]) => fill === colour).map(([, x, width]) => [Number(x), Number(width)]);
  const ends = sides('#e69f00').map(([x = 0, width = 0]) => Math.round(x + width));
  assert.equal(ends.length, 3);
  assert.equal(new Set(ends).size, 1);
  const begins = sides('#56b4e9').map(([x = 0]) => x);
  assert.equal(new Set(begins).size, 1);
  assert.ok((begins[0] ?? 0) > (ends[0] ?? 0));
});
