import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axisText, quantityText, rangeText } from './quantity.ts';

test('numbers have the unit that keeps them short', () => {
  const cases: [number, string, string][] = [
    [1500, 'ns', '1.5 µs'],
    [1500, 'us', '1.5 ms'],
    [2048, 'B', '2 KiB'],
    [2048, 'B/s', '2 KiB/s'],
    [12_400, 'events/s', '12.4k events/s'],
    [2.71928, '/s', '2.72/s'],
    [42, '', '42'],
    [7, 'pages', '7 pages'],
  ];
  for (const [value, unit, text] of cases) assert.equal(quantityText(value, unit), text);
});

test('an axis names a unit of counts once, and of times at each line', () => {
  assert.deepEqual(
    [0, 10, 20].map((value) => axisText(value, 'events/s', value === 20)),
    ['0', '10', '20 events/s'],
  );
  assert.deepEqual(
    [0, 1e6].map((value) => axisText(value, 'ns', false)),
    ['0', '1 ms'],
  );
});

test('ranges of slots are written as bpftrace writes them', () => {
  assert.deepEqual(
    [
      [0, 2],
      [512, 1024],
      [1024, 2048],
      [2 ** 20, 2 ** 21],
    ].map(([from, to]) => rangeText(from as number, to as number, '')),
    ['[0, 2)', '[512, 1K)', '[1K, 2K)', '[1M, 2M)'],
  );
  assert.equal(rangeText(1024, 2048, 'us'), '1.02 ms … 2.05 ms');
});
