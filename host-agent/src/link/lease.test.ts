import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { createLease } from './lease.ts';

test('a lease that has ended is not renewed by a message that comes late', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let lost = 0;
  const lease = createLease(1000, () => lost++);
  /** A second in which this process listens. */
  const listen = (): void => {
    for (let part = 0; part < 20; part++) t.mock.timers.tick(50);
  };
  lease.renew();
  listen();
  assert.equal(lost, 1);
  lease.renew();
  lease.end();
  lease.renew();
  listen();
  assert.equal(lost, 1);
});

test('a lease is lost so early that runs have time to end within it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const [length, ending] of [
    [1_000, 250],
    [15_000, 3_750],
    [60_000, 4_000],
  ] as const) {
    let within = Number.NaN;
    const lease = createLease(length, (given) => {
      within = given;
    });
    lease.renew();
    let passed = 0;
    for (; Number.isNaN(within) && passed < 2 * length; passed++) t.mock.timers.tick(1);
    assert.ok(passed >= length - ending && passed < length - ending + 10, `lost after ${passed} ms`);
    assert.ok(within > 0 && passed + within < length, `${within} ms after ${passed} of ${length}`);
    lease.end();
  }
});

test('a machine that stood still for longer than its lease reads what came meanwhile before it gives up', async () => {
  const lost: string[] = [];
  const lease = createLease(200, () => lost.push('lease'));
  lease.renew();
  const { port1, port2 } = new MessageChannel();
  port2.on('message', lease.renew);
  const read = once(port2, 'message');
  port1.postMessage('ping');
  const until = performance.now() + 400;
  while (performance.now() < until);
  await read;
  lease.end();
  port1.close();
  assert.deepEqual(lost, []);
});
