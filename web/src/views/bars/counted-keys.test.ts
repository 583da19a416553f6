import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedKeys, othersText } from './counted-keys.ts';

const rows = Array.from({ length: 40 }, (_, at) => ({
  ...{ id: `${at}`, label: `${at}`, host: '', hostName: '' },
  value: 1,
}));

test('bars say how many keys there are, and what is not counted of them', () => {
  assert.equal(countedKeys({ rows, keys: 40 }), '40 in all');
  assert.equal(countedKeys({ rows, keys: 300 }), 'largest 40 of 300');
  assert.equal(countedKeys({ rows, keys: 300, short: 0 }), 'largest 40 of at least 300');
  assert.equal(
    countedKeys({ rows, keys: 300, short: 19 }),
    'largest 40 of at least 300 · up to 19 events of a key counted as “other”',
  );
  assert.equal(countedKeys({ rows, keys: 40, searching: true }), '40 in all · counting…');
  assert.deepEqual([othersText(0, undefined), othersText(260, undefined)], ['others', '260 others']);
  assert.equal(othersText(260, 0), 'at least 260 others');
});
