import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatDuration } from './units.ts';

test('a duration just under a unit is one of that unit', () => {
  const texts = {
    999: '999 ns',
    1000: '1 µs',
    999400: '999 µs',
    999600: '1 ms',
    999499999: '999 ms',
    999600000: '1 s',
    59940000000: '59.9 s',
    59960000000: '1 min 0 s',
    3599400000000: '59 min 59 s',
    3599600000000: '1 h 0 min',
    86340000000000: '23 h 59 min',
    86399600000000: '1 d 0 h',
  };
  for (const [nanoseconds, text] of Object.entries(texts)) {
    assert.equal(formatDuration(Number(nanoseconds)), text);
    assert.equal(formatDuration(-Number(nanoseconds)), `-${text}`);
  }
  assert.equal(formatDuration(0), '0 ns');
  assert.equal(formatDuration(12.5), '12.5 ns');
});

test('no text of a duration or a size says a thousand, or 1024, of what has a larger unit', () => {
  for (let exponent = 0; exponent < 17; exponent += 0.001) {
    const amount = 10 ** exponent;
    assert.doesNotMatch(formatDuration(Math.round(amount)), /^1000 |^60 s|^60 min|^24 h| 60 | 24 h/);
    assert.doesNotMatch(formatBytes(Math.round(amount)), /^1024 /);
  }
});

test('a size just under a unit is one of that unit', () => {
  const texts: [number, string][] = [
    [2.966641240217445, '2.97 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [1023 * 1024, '1023 KiB'],
    [1000 * 1024, '1000 KiB'],
    [1024 ** 3 - 1024, '1 GiB'],
    [3 * 1024 ** 6, '3 EiB'],
  ];
  for (const [bytes, text] of texts) assert.equal(formatBytes(bytes), text);
});
