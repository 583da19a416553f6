import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE } from './testing/probe.ts';
import { joinedAgent } from './testing/test-agent.ts';
import { testBrowser } from './testing/test-browser.ts';
import { testHub } from './testing/test-hub.ts';

test('a measurement is ended when whoever asked for it has gone', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const answer = browser.call('cost.measure', { host: agent.host, probe: PROBE }).catch(() => 'none');
  const { params: asked } = await agent.request('cost.measure');
  browser.socket.terminate();
  const { params: ended } = await agent.request('cost.end');
  assert.deepEqual(ended, { measurement: asked.measurement });
  void answer;
});
