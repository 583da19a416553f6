import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesGlob } from './glob.ts';

test('stars and question marks stand for letters, all else for itself', () => {
  assert.ok(matchesGlob('veth0', 'veth*'));
  assert.ok(matchesGlob('veth', 'veth*'));
  assert.ok(matchesGlob('eth0', 'eth?'));
  assert.ok(!matchesGlob('eth', 'eth?'));
  assert.ok(!matchesGlob('myveth0', 'veth*'));
  assert.ok(matchesGlob('eth0.1', 'eth0.1'));
  assert.ok(!matchesGlob('eth0x1', 'eth0.1'));
  assert.ok(matchesGlob('anything', '*'));
});
