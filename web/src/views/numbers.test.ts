import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeGlobal } from './globals/encode-global.ts';
import { groupDigits, percentText, shareText, shortNumber, slotRange } from './numbers.ts';

test('counts are grouped by three digits', () => {
  assert.equal(groupDigits(1234567), '1\u2009234\u2009567');
  assert.equal(groupDigits(999), '999');
});

test('rates are short', () => {
  assert.deepEqual([0, 1.966, 19.84, 950, 12_400, 3_141_592, 2e9].map(shortNumber), [
    '0',
    '1.97',
    '19.8',
    '950',
    '12.4k',
    '3.14M',
    '2G',
  ]);
});

test('shares are told in percent', () => {
  assert.deepEqual([0, 0.00001, 0.00032, 0.125, 1.5].map(percentText), [
    '0 %',
    '<0.01 %',
    '0.032 %',
    '12.5 %',
    '150 %',
  ]);
});

test('slots are named by the range that they count', () => {
  assert.deepEqual([0, 1, 9, 10, 20, 30].map(slotRange), [
    '[0, 2)',
    '[2, 4)',
    '[512, 1K)',
    '[1K, 2K)',
    '[1M, 2M)',
    '[1G, 2G)',
  ]);
});

test('a typed value becomes the bytes of its variable', () => {
  assert.equal(encodeGlobal('258', 'unsigned', 4), '02010000');
  assert.equal(encodeGlobal('-1', 'signed', 8), 'ffffffffffffffff');
  assert.equal(encodeGlobal('0x10', 'unsigned', 1), '10');
  assert.equal(encodeGlobal('18446744073709551615', 'unsigned', 8), 'ffffffffffffffff');
  assert.equal(encodeGlobal('true', 'bool', 1), '01');
  assert.equal(encodeGlobal('sh', 'text', 4), '73680000');
});

test('a value that does not fit its variable is refused', () => {
  assert.equal(encodeGlobal('256', 'unsigned', 1), undefined);
  assert.equal(encodeGlobal('-1', 'unsigned', 4), undefined);
  assert.equal(encodeGlobal('128', 'signed', 1), undefined);
  assert.equal(encodeGlobal('four', 'unsigned', 4), undefined);
  assert.equal(encodeGlobal('maybe', 'bool', 1), undefined);
  assert.equal(encodeGlobal('bash', 'text', 4), undefined);
});

test('shares line up', () => {
  assert.deepEqual([1, 0.677, 0.0101, 0.0004, 0].map(shareText), [
    '100.0 %',
    '67.7 %',
    '1.0 %',
    '<0.1 %',
    '0.0 %',
  ]);
});
