import type { Run } from '@probepad/protocol/control/browser';
import { PROBE, SCHEMA, statusOf } from './probe.ts';
import { joinedAgent } from './test-agent.ts';
import { testBrowser } from './test-browser.ts';
import { testHub } from './test-hub.ts';

/** A run on one host that is running and watched. */
export async function runningRun(t: Parameters<typeof testHub>[0], lease?: number) {
  const hub = await testHub(t, lease === undefined ? {} : { lease });
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const run: Run = await browser.call('run.start', { name: 'try', probe: PROBE, hosts: [agent.host] });
  agent.reply(await agent.request('run.start'), {});
  await browser.call('run.watch', { run: run.id });
  agent.send({ type: 'run.schema', run: run.id, stream: 0, schema: SCHEMA });
  agent.send({ type: 'run.status', status: statusOf(run, { state: 'running' }) });
  await browser.event('run.status', ({ status }) => status.state === 'running');
  const stream = run.statuses[0]?.stream ?? 0;
  return { hub, agent, browser, run, stream };
}
