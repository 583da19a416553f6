import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawText } from './raw-text.ts';

test('a raw value is what stands in memory, in decimal and in hex', () => {
  assert.equal(rawText(-2), '-2');
  assert.equal(rawText(-13), '-13 (0xfffffff3)');
  assert.equal(rawText(443), '443 (0x1bb)');
  assert.equal(rawText(0xffff_ffff_8100_0000n), '18446744071578845184 (0xffffffff81000000)');
  assert.equal(rawText('sh\0-c'), '"sh␀-c"');
  assert.equal(rawText([10, 0, 0, 1]), '[10, 0, 0, 1]');
  assert.equal(rawText(null), '–');
  assert.equal(rawText(1.5), '1.5');
  assert.equal(rawText(true), 'true');
});
