import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newToken } from './tokens.ts';

test('a token can stand behind an option of a command and in a URL', () => {
  const tokens = Array.from({ length: 2_000 }, newToken);
  for (const token of tokens) assert.match(token, /^[A-Za-z0-9_][A-Za-z0-9_-]{42}$/);
  assert.equal(new Set(tokens).size, tokens.length);
});
