import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleRecord } from '@probepad/protocol/testing';
import { addRecords, endOf, lineRecords, recordsOf, startsOf, timeOf, wordOf } from './records.ts';

const utf8 = new TextEncoder();

function textsOf(records: ReturnType<typeof recordsOf>): string[] {
  const starts = startsOf(records);
  return Array.from({ length: records.rows }, (_, row) => {
    const start = starts[row] as number;
    return new TextDecoder().decode(records.bytes.subarray(start, endOf(records.view, start)));
  });
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test('rows are found where the kernel put them, what it discarded left out', () => {
  const discarded = sampleRecord(utf8.encode('nothing'), 0x40000000);
  const records = recordsOf(
    joined(sampleRecord(utf8.encode('one'), 0, 3), discarded, sampleRecord(utf8.encode('a longer one'))),
    2,
    5n,
  );
  assert.deepEqual(textsOf(records), ['one', 'a longer one']);
  assert.equal(wordOf(records.view, startsOf(records)[0] as number), 3);
});

test('frames that are added keep their rows and their times, also after rows were read', () => {
  const records = recordsOf(lineRecords(['a', 'b']), 2, 10n);
  assert.deepEqual(textsOf(records), ['a', 'b']);
  for (let at = 0; at < 300; at++) {
    assert.ok(addRecords(records, lineRecords([`line ${at}`]), 1, BigInt(20 + at)));
  }
  const texts = textsOf(records);
  assert.deepEqual([texts[1], texts[2], texts[301]], ['b', 'line 0', 'line 299']);
  assert.deepEqual([timeOf(records, 1), timeOf(records, 2), timeOf(records, 301)], [10n, 20n, 319n]);
});

test('a block that is full takes no more', () => {
  const records = recordsOf(lineRecords(['a']), 1, 0n);
  let added = 0;
  while (addRecords(records, lineRecords(['x'.repeat(1000)]), 1, 0n)) added++;
  assert.ok(added > 50 && added < 70, `${added} lines of 1000 letters`);
  assert.equal(textsOf(records).length, added + 1);
});

test('a record that is cut short, or was only promised, is no row', () => {
  const whole = sampleRecord(utf8.encode('whole'));
  const cut = sampleRecord(utf8.encode('0123456789abcdef')).subarray(0, 12);
  const records = recordsOf(joined(whole, cut), 3, 0n);
  const starts = startsOf(records);
  assert.deepEqual([starts[0], starts[1], starts[2]], [8, 0, 0]);
});
