import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLease } from './lease.ts';

test('a lease that has ended is not renewed by a message that comes late', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let lost = 0;
  const lease = createLease(1000, () => lost++);
  lease.renew();
  t.mock.timers.tick(1000);
  assert.equal(lost, 1);
  lease.renew();
  lease.end();
  lease.renew();
  t.mock.timers.tick(1000);
  assert.equal(lost, 1);
});
