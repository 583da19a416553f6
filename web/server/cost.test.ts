import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Caller, type MethodParts, methodsOf } from './methods.ts';
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

test('no measurement begins for whoever went while the request was written down', async () => {
  const gone = new AbortController();
  const methods: string[] = [];
  const agent = { request: async (method: string) => void methods.push(method) };
  const { 'cost.measure': measure } = methodsOf({
    store: { audit: { append: async () => gone.abort() } },
    hosts: { connected: () => agent },
  } as unknown as MethodParts);
  const caller = { identity: { user: 'me' }, gone: gone.signal } as unknown as Caller;
  await assert.rejects(measure({ host: 'h1', probe: PROBE }, caller));
  assert.deepEqual(methods, []);
});
