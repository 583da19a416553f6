import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTextCache } from './text-cache.ts';

test('a text is made once, wherever its bytes lie, and never taken for another', () => {
  const made: string[] = [];
  const text = createTextCache((bytes, from, to) => {
    const result = new TextDecoder().decode(bytes.subarray(from, to));
    made.push(result);
    return result;
  });
  const bytes = new TextEncoder().encode('git bash git gi');
  assert.equal(text(bytes, 0, 3), 'git');
  assert.equal(text(bytes, 9, 12), 'git');
  assert.equal(text(bytes, 13, 15), 'gi');
  assert.deepEqual(made, ['git', 'gi']);
  // More texts than slots: each is itself all the same.
  for (let at = 0; at < 20_000; at++) {
    const name = new TextEncoder().encode(`name ${at % 10_000}`);
    assert.equal(text(name, 0, name.length), `name ${at % 10_000}`);
  }
});
