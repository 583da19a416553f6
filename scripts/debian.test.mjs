import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newestInSuite } from './debian.mjs';

const MADISON = `linux-image-amd64 | 6.12.95-1~bpo12+1 | http://m/debian bookworm-backports/main amd64 Packages
linux-image-amd64 |  6.1.192-2 | http://m/debian-security bookworm-security/main amd64 Packages
linux-image-amd64 |  6.1.190-1 | http://m/debian bookworm/main amd64 Packages
`;

test('the newest version of a suite, with its security fixes', () => {
  assert.equal(newestInSuite(MADISON, 'bookworm'), '6.1.192-2');
  assert.equal(newestInSuite(MADISON, 'bookworm-backports'), '6.12.95-1~bpo12+1');
  assert.equal(newestInSuite('', 'bookworm'), undefined);
});

test('a source package is told by its version, too', () => {
  const madison = 'bpfcc | 0.26.0+ds-1 | http://m/debian bookworm/main Sources\n';
  assert.equal(newestInSuite(madison, 'bookworm'), '0.26.0+ds-1');
});
