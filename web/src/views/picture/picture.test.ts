import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barsPicture } from './bars-picture.ts';
import { dashboardPicture } from './dashboard-picture.ts';
import { heatPicture } from './heat-picture.ts';
import { linePicture, ticks } from './line-picture.ts';
import { numberPicture } from './number-picture.ts';
import { sizeOf } from './picture.ts';
import { tablePicture } from './table-picture.ts';
import { assertWellFormed, PAINT, svg } from './test/drawn.ts';

const TEXTS = { amount: (value: number) => `${value}/s`, moment: (seconds: number) => `${seconds}s` };

test('a chart of lines has its title, its origin, its legend and each point', () => {
  const text = svg(
    linePicture({
      title: 'a & b',
      panes: [
        {
          label: '',
          times: [10, 11, 12],
          lines: [
            { label: '<script>', values: [0, 5, null], slot: 0 },
            { label: 'other', values: [1, 1, 1], slot: 1 },
          ],
        },
      ],
      ...TEXTS,
    }),
  );
  assertWellFormed(text);
  assert.match(text, />a &amp; b</);
  assert.match(text, />run &lt;1&gt; · local</);
  assert.match(text, />&lt;script&gt;</);
  assert.match(text, /font-family="&quot;Inter&quot;, sans-serif"/);
  const paths = [...text.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path?.split('L').length);
  assert.deepEqual(paths, [2, 3]);
});

test('bars are as long as their values, and what does not fit is said', () => {
  const bars = [
    { label: '[0, 2)', value: 1, text: '1' },
    { label: '[2, 4)', value: 4, text: '4' },
  ];
  const groups = Array.from({ length: 6 }, (_, at) => ({ label: `key ${at}`, bars }));
  const text = svg(barsPicture({ title: 'sizes', groups, ramp: true }));
  assertWellFormed(text);
  assert.match(text, />and 2 more</);
  const widths = [...text.matchAll(/width="([\d.]+)" height="[\d.]+" fill="rgb/g)].map(([, width]) =>
    Number(width),
  );
  assert.equal(widths.length, 8);
  assert.ok(Math.abs((widths[0] as number) * 4 - (widths[1] as number)) < 0.1, String(widths));
});

test('a heatmap has a cell where there is a count', () => {
  const text = svg(
    heatPicture({
      title: 'latency',
      maps: [{ label: 'local', times: [0, 1], step: 1, edges: [0, 2, 4], counts: [3, 0, 0, 7] }],
      edge: String,
      moment: TEXTS.moment,
      cell: ({ counts }, at, paint) =>
        counts[at] ? { fill: paint.ramp(counts[at] / 7), opacity: 1, told: String(counts[at]) } : undefined,
    }),
  );
  assertWellFormed(text);
  assert.deepEqual(
    [...text.matchAll(/<title>(\d+)<\/title>/g)].map(([, count]) => count),
    ['3', '7'],
  );
});

test('numbers stand large beside their names, with how they came to that', () => {
  const numbers = Array.from({ length: 9 }, (_, at) => ({
    label: `member ${at}`,
    text: `${at} ms`,
    times: [0, 1, 2],
    values: [0, null, at],
  }));
  const picture = numberPicture({ title: 'gauges', numbers });
  const text = svg(picture, sizeOf(picture, PAINT));
  assertWellFormed(text);
  for (const { label, text: value } of numbers) {
    assert.ok(text.includes(`>${label}<`) && text.includes(`>${value}<`), label);
  }
  assert.equal([...text.matchAll(/ d="M[^"]*L/g)].length, 9);
  assert.match(svg(picture, { width: 400, height: 200 }), />and \d more</);
});

test('a dashboard is one picture, with each panel in its place and nothing over its edge', () => {
  const numbers = [{ label: 'reads', text: '7/s', times: [0, 1], values: [1, 7] }];
  const columns = [
    { name: 'comm', align: 'text' as const },
    { name: 'count', align: 'number' as const },
  ];
  const rows = Array.from({ length: 99 }, (_, at) => ({ cells: [`<task ${at}>`, String(at)] }));
  const picture = dashboardPicture('opensnoop', [
    {
      left: 0,
      top: 0,
      width: 400,
      height: 200,
      name: 'a',
      picture: numberPicture({ title: 'rates', numbers }),
    },
    {
      left: 400,
      top: 0,
      width: 400,
      height: 200,
      name: 'b',
      picture: tablePicture('events', { columns, rows }),
    },
    { left: 0, top: 200, width: 800, height: 100, name: 'later', picture: undefined },
  ]);
  const size = sizeOf(picture, PAINT);
  const text = svg(picture, size);
  assertWellFormed(text);
  for (const word of ['opensnoop', 'rates', '7/s', 'events', '&lt;task 0&gt;', 'and more', 'later']) {
    assert.ok(text.includes(`>${word}<`), word);
  }
  assert.doesNotMatch(text, /task 98/);
  const places = [...text.matchAll(/translate\(([\d.]+) ([\d.]+)\)"><rect [^>]*rx="4"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  assert.deepEqual(places, [
    [0, 0],
    [624, 0],
    [0, 312],
  ]);
  assert.ok(size.height > 468 && size.height < 600, String(size.height));
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('pictures of nothing are pictures all the same', () => {
  assertWellFormed(svg(linePicture({ title: '', panes: [], ...TEXTS })));
  assertWellFormed(svg(barsPicture({ title: '', groups: [], ramp: false })));
});

test('axes have round numbers', () => {
  assert.deepEqual(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(-3, 3, 5), [-2, 0, 2]);
  assert.deepEqual(ticks(0, 0, 5).length > 0, true);
});
