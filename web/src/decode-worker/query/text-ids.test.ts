import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RecordAt, recordAt } from '../store/record-fields.ts';
import { recordsOf } from '../store/records.ts';
import { createTextIds } from './text-ids.ts';

/** A look at these bytes, four into a record. */
function nameAt(name: string, behind: number): RecordAt {
  const bytes = new Uint8Array(24).fill(behind);
  new TextEncoder().encodeInto(`${name}\0`, bytes.subarray(4, 20));
  const at = recordAt(recordsOf(bytes, 1, 0n));
  return { ...at, bytes, view: new DataView(bytes.buffer), start: 0, end: 24 };
}

for (const length of [16, 12]) {
  test(`a text in ${length} bytes has one id, whatever is behind its end`, () => {
    const met: RecordAt[] = [];
    const ids = createTextIds({ offset: 4, length }, (at) => met.push(at));
    const git = ids.idOf(nameAt('git', 0));
    assert.equal(ids.idOf(nameAt('git', 0)), git);
    assert.equal(ids.idOf(nameAt('git', 255)), git);
    assert.notEqual(ids.idOf(nameAt('gi', 0)), git);
    for (let at = 0; at < 5000; at++) ids.idOf(nameAt(`n${at}`, 0));
    assert.equal(ids.size, 5002);
    assert.equal(met.length, 5002);
    assert.equal(ids.idOf(nameAt('git', 0)), git);
    assert.equal(ids.idOf(nameAt('n4999', 7)), 5001);
  });
}
