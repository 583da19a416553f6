import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownText } from '@probepad/protocol/export/shown-table';
import { exportOfNumbers, textAt } from './numbers-shown.ts';

const reads = { label: 'reads', unit: '/s', times: [10, 11, 12, 13], values: [1, 5, null, 7] };

test('a number is what it was at the moment of the cursor, and the newest without one', () => {
  assert.equal(textAt(reads, undefined), '7/s');
  assert.equal(textAt(reads, 10.9), '5/s');
  assert.equal(textAt(reads, 11.4), '5/s');
  // Where a point has none, the one before it counts.
  assert.equal(textAt(reads, 12.1), '5/s');
  assert.equal(textAt(reads, 99), '7/s');
  assert.equal(textAt(reads, 0), '1/s');
  assert.equal(textAt({ ...reads, times: [], values: [] }, 11), '–');
});

test('a file of numbers has each of them, with its own unit', () => {
  const bytes = { label: 'bytes', unit: 'B', times: [11, 12], values: [100, 200] };
  const [head, newest, , , oldest] = shownText('csv', exportOfNumbers([reads, bytes]));
  assert.equal(head, 'time,reads (/s),bytes (B)\r\n');
  assert.equal(newest, '1970-01-01T00:00:13.000Z,7,\r\n');
  assert.equal(oldest, '1970-01-01T00:00:10.000Z,1,\r\n');
});
