import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGE_MAX } from '@probepad/protocol/limits';
import { INPUT_MAX, inputPieces } from './input-pieces.ts';

test('a key goes as it is, a long paste in pieces that a message holds', () => {
  assert.deepEqual(inputPieces('\r'), ['\r']);
  const paste = '\u001b'.repeat(1_500_000);
  const pieces = inputPieces(paste);
  assert.equal(pieces.join(''), paste);
  assert.equal(pieces.length, Math.ceil(paste.length / INPUT_MAX));
  for (const piece of pieces) assert.ok(JSON.stringify(piece).length < MESSAGE_MAX / 2);
});

test('no character is cut in two', () => {
  assert.deepEqual(inputPieces('a🐝🐝b', 2), ['a', '🐝', '🐝', 'b']);
  assert.deepEqual(inputPieces('🐝a', 2), ['🐝', 'a']);
});
