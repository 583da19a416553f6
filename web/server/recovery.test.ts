import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE, SCHEMA, statusOf } from './testing/probe.ts';
import { runningRun } from './testing/running-run.ts';
import { joinedAgent, testAgent, testFrame } from './testing/test-agent.ts';
import { testBrowser } from './testing/test-browser.ts';
import { testHub } from './testing/test-hub.ts';

test('after a broken connection the agent is told where to go on, and nothing comes twice', async (t) => {
  const { hub, agent, browser, run, stream } = await runningRun(t);
  agent.sendFrames(testFrame({ stream, seq: 0n, count: 10 }), testFrame({ stream, seq: 10n, count: 5 }));
  agent.sendFrames(testFrame({ stream, kind: 'map', source: 1, seq: 3n, count: 1, flags: 3 }));
  await browser.frames.next(({ header }) => header.kind === 'map');
  agent.socket.terminate();
  await browser.event('hosts', ({ hosts }) => hosts[0]?.online === false);

  const back = await testAgent(t, hub, { credential: agent.credential, runs: [{ run: run.id, stream }] });
  const resume = await back.request('run.resume');
  assert.deepEqual(resume.params, {
    run: run.id,
    received: [
      { source: 0, seq: '15' },
      { source: 1, seq: '4' },
    ],
  });
  back.reply(resume, {});
  back.sendFrames(
    testFrame({ stream, seq: 10n, count: 5 }),
    testFrame({ stream, seq: 15n, count: 1, aux: 77 }),
  );
  await browser.frames.next(({ header }) => header.aux === 77);
  const seqs = browser.frames.all
    .filter(({ header }) => header.kind === 'events')
    .map(({ header }) => header.seq);
  assert.deepEqual(seqs, [0n, 10n, 15n]);
  back.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'stopped' }) });
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.equal(status.reason, 'stopped');
});

test('a run that was stopped while its host was away is stopped when the host is back', async (t) => {
  const { hub, agent, browser, run, stream } = await runningRun(t);
  agent.socket.terminate();
  await browser.event('hosts', ({ hosts }) => hosts[0]?.online === false);
  await browser.call('run.stop', { run: run.id });
  await browser.event('run.status', ({ status }) => status.state === 'stopping');

  const second = await hub.restart();
  const back = await testAgent(t, second, { credential: agent.credential, runs: [{ run: run.id, stream }] });
  await back.request('run.resume');
  assert.deepEqual((await back.request('run.stop')).params, { run: run.id });
});

test('a host that stays away longer than the lease has lost its runs', async (t) => {
  const { agent, browser } = await runningRun(t, 100);
  agent.socket.terminate();
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.deepEqual([status.reason, status.error?.code], ['host_lost', 'host_offline']);
});

test('an agent that comes back without the run has crashed', async (t) => {
  const { hub, agent, browser } = await runningRun(t);
  agent.socket.terminate();
  await testAgent(t, hub, { credential: agent.credential });
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.equal(status.reason, 'crashed');
});

test('an agent that goes again and again does not put off the end of a run that it came back without', async (t) => {
  const { hub, agent, browser } = await runningRun(t);
  let over = false;
  const end = browser
    .event('run.status', (event) => event.status.state === 'ended')
    .finally(() => {
      over = true;
    });
  let last = agent;
  for (let times = 0; times < 100 && !over; times++) {
    last.socket.terminate();
    await browser.event('hosts', ({ hosts }) => hosts[0]?.online === false);
    last = await testAgent(t, hub, { credential: agent.credential });
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  assert.ok(over, 'it was put off a hundred times');
  assert.equal((await end).status.reason, 'crashed');
});

test('an agent that comes back may still say how the run ended meanwhile', async (t) => {
  const { hub, agent, browser, run } = await runningRun(t);
  agent.socket.terminate();
  const back = await testAgent(t, hub, { credential: agent.credential });
  back.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'time_limit' }) });
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.equal(status.reason, 'time_limit');
});

test('a run outlives the hub: the agent brings it back', async (t) => {
  const { hub, agent, run, stream } = await runningRun(t);
  const second = await hub.restart();
  const back = await testAgent(t, second, { credential: agent.credential, runs: [{ run: run.id, stream }] });
  const resume = await back.request('run.resume');
  assert.deepEqual(resume.params.received, []);
  const browser = await testBrowser(t, second);
  const watched = await browser.call('run.watch', { run: run.id });
  assert.equal(watched.statuses[0]?.state, 'running');
  assert.deepEqual((await browser.event('run.schema')).schema, SCHEMA);
  back.sendFrames(testFrame({ stream, seq: 1000n, count: 4, lost: 50n }));
  const { counts } = await browser.event(
    'run.counts',
    (event) => (event.counts.sources.events?.produced ?? 0) > 0,
  );
  assert.deepEqual(counts.sources.events, {
    produced: 4,
    delivered: 4,
    dropped: { kernel: 0, agent: 0, hub: 0, viewer: 0 },
  });
});

test('a run that nobody brings back after a restart has crashed', async (t) => {
  const { hub, run } = await runningRun(t, 100);
  const second = await hub.restart();
  const browser = await testBrowser(t, second);
  const { statuses } = await browser.call('run.watch', { run: run.id });
  const ended =
    statuses[0]?.state === 'ended'
      ? statuses[0]
      : (await browser.event('run.status', (event) => event.status.state === 'ended')).status;
  assert.equal(ended.reason, 'crashed');
});

test('a run that is over for the hub is stopped when an agent comes with it', async (t) => {
  const { hub, agent, browser, run, stream } = await runningRun(t, 100);
  agent.socket.terminate();
  await browser.event('run.status', (event) => event.status.state === 'ended');
  const back = await testAgent(t, hub, { credential: agent.credential, runs: [{ run: run.id, stream }] });
  const stop = await back.request('run.stop');
  assert.deepEqual(stop.params, { run: run.id });
  back.sendFrames(testFrame({ stream, count: 1 }));
  back.reply(stop, {});
  back.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'lease_lost' }) });
  const { status } = await browser.event('run.status', (event) => event.status.reason === 'lease_lost');
  assert.equal(status.state, 'ended');
});

/** A run whose host heard of it, and was away before it answered. */
async function unansweredRun(t: Parameters<typeof testHub>[0]) {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const run = await browser.call('run.start', { name: 'try', probe: PROBE, hosts: [agent.host] });
  const { params } = await agent.request('run.start');
  await browser.call('run.watch', { run: run.id });
  agent.socket.terminate();
  await browser.event('hosts', ({ hosts }) => hosts[0]?.online === false);
  return { hub, browser, run, credential: agent.credential, params };
}

test('a host that was away before it answered is asked again, once', async (t) => {
  const { hub, browser, credential, params } = await unansweredRun(t);
  const back = await testAgent(t, hub, { credential });
  assert.deepEqual((await back.request('run.start')).params, params);
  back.socket.terminate();
  await browser.event('hosts', ({ hosts }) => hosts[0]?.online === false);
  await testAgent(t, hub, { credential });
  // It may have been the run that broke the agent.
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.equal(status.reason, 'crashed');
});

test('a host that comes back with the run it did not answer for goes on with it', async (t) => {
  const { hub, run, credential, params } = await unansweredRun(t);
  const back = await testAgent(t, hub, { credential, runs: [{ run: run.id, stream: params.stream }] });
  assert.equal((await back.request('run.resume')).params.run, run.id);
  back.socket.terminate();
});

test('a run that was stopped before its host came back to hear of it is stopped', async (t) => {
  const { hub, browser, run, credential } = await unansweredRun(t);
  await browser.call('run.stop', { run: run.id });
  await testAgent(t, hub, { credential });
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.equal(status.reason, 'stopped');
});
