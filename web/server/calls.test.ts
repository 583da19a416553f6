import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COST_MAX, REQUEST_TIMEOUT } from '@probepad/protocol/limits';
import * as z from 'zod/mini';
import { calls } from './calls.ts';

test('a reply is waited for as long as the host may work on it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const sent: { id: number }[] = [];
  const { call, reply } = calls((message) => sent.push(message as { id: number }));
  const quick = call('names.resolve', {}, z.object({}));
  const measured = call('cost.measure', {}, z.object({ rounds: z.number() }));
  t.mock.timers.tick(REQUEST_TIMEOUT);
  await assert.rejects(quick, /names\.resolve/);
  t.mock.timers.tick(COST_MAX - REQUEST_TIMEOUT);
  reply({ type: 'reply', id: sent[1]?.id, result: { rounds: 4 } });
  assert.deepEqual(await measured, { rounds: 4 });
});
