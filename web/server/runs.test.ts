import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probepadError } from '@probepad/protocol/errors';
import { FRAME_FLAGS } from '@probepad/protocol/frames';
import { PROBE, SCHEMA, statusOf } from './testing/probe.ts';
import { runningRun } from './testing/running-run.ts';
import { joinedAgent, testAgent, testFrame } from './testing/test-agent.ts';
import { failsWith, testBrowser } from './testing/test-browser.ts';
import { testHub } from './testing/test-hub.ts';
import { blobMessages } from './transfers.ts';

const start = { name: 'try', probe: PROBE };

test('a run goes from start to end, and everybody sees it', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const other = await testBrowser(t, hub);
  const run = await browser.call('run.start', { ...start, hosts: [agent.host] });
  assert.match(run.id, /^[0-9a-f]{32}$/);
  const asked = await agent.request('run.start');
  assert.deepEqual(asked.params, {
    run: run.id,
    stream: run.statuses[0]?.stream,
    user: 'owner',
    probe: PROBE,
  });
  agent.reply(asked, {});
  await browser.call('run.watch', { run: run.id });
  agent.send({ type: 'run.schema', run: run.id, stream: 0, schema: SCHEMA });
  assert.deepEqual((await browser.event('run.schema')).schema, SCHEMA);
  agent.send({ type: 'run.status', status: statusOf(run, { state: 'running', remarks: ['sized a map'] }) });
  const whole = await browser.event('run.status', ({ status }) => status.state === 'running');
  assert.deepEqual(whole.status.remarks, ['sized a map']);
  const short = await other.event('run.status', ({ status }) => status.state === 'running');
  assert.deepEqual(short.status.remarks, []);

  const stopping = browser.call('run.stop', { run: run.id });
  agent.reply(await agent.request('run.stop'), {});
  await stopping;
  agent.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'stopped' }) });
  assert.equal(
    (await other.event('run.status', ({ status }) => status.state === 'ended')).status.reason,
    'stopped',
  );
  const { runs } = await other.call('runs.list', {});
  assert.deepEqual(
    [runs[0]?.id, runs[0]?.statuses[0]?.reason, typeof runs[0]?.ended],
    [run.id, 'stopped', 'number'],
  );
  const audit = await hub.hub.store.audit.list(20);
  const started = audit.find(({ action }) => action === 'run.started');
  assert.deepEqual([started?.user, started?.host, started?.run], ['owner', agent.host, run.id]);
});

test('a host that is offline ends for itself, the others go on', async (t) => {
  const hub = await testHub(t);
  const here = await joinedAgent(t, hub, { name: 'here' });
  const gone = await joinedAgent(t, hub, { name: 'gone' });
  const browser = await testBrowser(t, hub);
  gone.socket.close();
  await browser.event('hosts', ({ hosts }) => hosts.some((host) => host.name === 'gone' && !host.online));
  const run = await browser.call('run.start', { ...start, hosts: [here.host, gone.host] });
  const { status } = await browser.event('run.status', (event) => event.status.host === gone.host);
  assert.deepEqual([status.state, status.reason, status.error?.code], ['ended', 'host_lost', 'host_offline']);
  here.reply(await here.request('run.start'), {});
  here.send({ type: 'run.status', status: statusOf(run, { state: 'running' }) });
  await browser.event('run.status', (event) => event.status.state === 'running');
});

test('what the agent refuses ends the run with the reason', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  await browser.call('run.start', { ...start, hosts: [agent.host] });
  const error = probepadError('host_busy', 'starting a run', { limit: 4 });
  agent.refuse(await agent.request('run.start'), error);
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.deepEqual([status.reason, status.error], ['policy', error]);
});

test('a host without clang gets the object that another host compiled', async (t) => {
  const hub = await testHub(t);
  const compiler = await joinedAgent(t, hub, { name: 'compiler' });
  await joinedAgent(t, hub, { name: 'foreign', facts: { arch: 'aarch64' } });
  const bare = await joinedAgent(t, hub, { name: 'bare', facts: { clang: '' } });
  const browser = await testBrowser(t, hub);
  await browser.call('run.start', { ...start, hosts: [bare.host] });
  const object = Buffer.alloc(700_000, 7);
  const compile = await compiler.request('compile');
  compiler.reply(compile, { ok: true, diagnostics: [], cached: false, milliseconds: 1 });
  for (const message of blobMessages(compile.params.transfer ?? 0, object)) compiler.socket.send(message);
  const asked = await bare.request('run.start');
  assert.equal(asked.params.object?.bytes, object.byteLength);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const { header, payload } = await bare.frames.next(
      ({ header }) => header.stream === asked.params.object?.transfer,
    );
    pieces.push(payload);
    if ((header.flags & FRAME_FLAGS.last) !== 0) break;
  }
  assert.ok(Buffer.concat(pieces).equals(object));
});

test('a program that does not compile elsewhere ends with its diagnostics', async (t) => {
  const hub = await testHub(t);
  const compiler = await joinedAgent(t, hub, { name: 'compiler' });
  const bare = await joinedAgent(t, hub, { name: 'bare', facts: { clang: '' } });
  const browser = await testBrowser(t, hub);
  const run = await browser.call('run.start', { ...start, hosts: [bare.host] });
  await browser.call('run.watch', { run: run.id });
  const diagnostic = { origin: 'clang', severity: 'error', message: 'no', notes: [] } as const;
  compiler.reply(await compiler.request('compile'), {
    ok: false,
    diagnostics: [diagnostic],
    cached: false,
    milliseconds: 1,
  });
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.deepEqual([status.reason, status.diagnostics], ['compile_error', [diagnostic]]);
});

test('a run that is stopped while another host compiles it never starts', async (t) => {
  const hub = await testHub(t);
  const compiler = await joinedAgent(t, hub, { name: 'compiler' });
  const bare = await joinedAgent(t, hub, { name: 'bare', facts: { clang: '' } });
  const browser = await testBrowser(t, hub);
  const run = await browser.call('run.start', { ...start, hosts: [bare.host] });
  const compile = await compiler.request('compile');
  await browser.call('run.stop', { run: run.id });
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.equal(status.reason, 'stopped');
  compiler.reply(compile, { ok: true, diagnostics: [], cached: false, milliseconds: 1 });
  for (const message of blobMessages(compile.params.transfer ?? 0, Buffer.alloc(9))) {
    compiler.socket.send(message);
  }
  // A later run is asked for, and that one alone.
  const next = await browser.call('run.start', { ...start, hosts: [bare.host] });
  const again = await compiler.request('compile');
  compiler.reply(again, { ok: true, diagnostics: [], cached: true, milliseconds: 1 });
  for (const message of blobMessages(again.params.transfer ?? 0, Buffer.alloc(9))) {
    compiler.socket.send(message);
  }
  assert.equal((await bare.request('run.start')).params.run, next.id);
});

test('a host that comes back by another connection while another one compiles for it runs the program', async (t) => {
  const hub = await testHub(t);
  const compiler = await joinedAgent(t, hub, { name: 'compiler' });
  const bare = await joinedAgent(t, hub, { name: 'bare', facts: { clang: '' } });
  const browser = await testBrowser(t, hub);
  const compiled = async () => {
    const asked = await compiler.request('compile');
    compiler.reply(asked, { ok: true, diagnostics: [], cached: false, milliseconds: 1 });
    for (const message of blobMessages(asked.params.transfer ?? 0, Buffer.alloc(9))) {
      compiler.socket.send(message);
    }
  };
  const lost = await browser.call('run.start', { ...start, hosts: [bare.host] });
  await compiled();
  bare.reply(await bare.request('run.start'), {});
  const run = await browser.call('run.start', { ...start, hosts: [bare.host] });

  bare.socket.terminate();
  await browser.event('hosts', ({ hosts }) => hosts.some(({ name, online }) => name === 'bare' && !online));
  const back = await testAgent(t, hub, { credential: bare.credential, facts: { clang: '' } });
  // What the host had and has not any more is given up; that takes a while, and what it never had is not touched by it.
  const { status } = await browser.event('run.status', (event) => event.status.state === 'ended');
  assert.deepEqual([status.run, status.reason], [lost.id, 'crashed']);

  await compiled();
  const asked = await back.request('run.start');
  assert.equal(asked.params.run, run.id);
  back.reply(asked, {});
  back.send({ type: 'run.status', status: statusOf(run, { state: 'running' }) });
  await browser.event(
    'run.status',
    (event) => event.status.run === run.id && event.status.state === 'running',
  );
});

test('without any compiler the answer says so', async (t) => {
  const hub = await testHub(t);
  const bare = await joinedAgent(t, hub, { facts: { clang: '' } });
  const browser = await testBrowser(t, hub);
  await assert.rejects(browser.call('compile', { host: bare.host, probe: PROBE }), failsWith('no_compiler'));
});

test('an agent cannot speak for a run of another host', async (t) => {
  const { hub, browser, run, stream } = await runningRun(t);
  const stranger = await joinedAgent(t, hub, { name: 'stranger' });
  stranger.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'stopped' }) });
  stranger.sendFrames(testFrame({ stream, count: 1 }));
  assert.equal((await stranger.closed).code, 1008);
  assert.equal(browser.frames.all.length, 0);
  const { statuses } = await browser.call('run.watch', { run: run.id });
  assert.equal(statuses[0]?.state, 'running');
});

test('statistics are on while one viewer of several asks', async (t) => {
  const { hub, agent, browser, run } = await runningRun(t);
  const other = await testBrowser(t, hub);
  const said: boolean[] = [];
  const take = async () => {
    const asked = await agent.request('run.statistics');
    said.push(asked.params.on);
    agent.reply(asked, {});
  };
  await browser.call('run.statistics', { run: run.id, on: true });
  await take();
  await other.call('run.statistics', { run: run.id, on: true });
  await browser.call('run.statistics', { run: run.id, on: false });
  other.socket.close();
  await take();
  assert.deepEqual(said, [true, false]);
});

test('a global is written on the hosts where the run goes on', async (t) => {
  const { agent, browser, run } = await runningRun(t);
  const write = { run: run.id, source: '.data', offset: 4, bytes: '0a00' };
  const writing = browser.call('run.write', write);
  const asked = await agent.request('run.write');
  assert.deepEqual(asked.params, write);
  agent.reply(asked, {});
  await writing;
  await assert.rejects(browser.call('run.write', { ...write, hosts: ['elsewhere'] }), failsWith('run_ended'));
  const named = browser.call('run.write', { ...write, hosts: run.statuses.map(({ host }) => host) });
  const askedAgain = await agent.request('run.write');
  assert.deepEqual(askedAgain.params, write);
  agent.reply(askedAgain, {});
  await named;
  agent.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'stopped' }) });
  await browser.event('run.status', (event) => event.status.state === 'ended');
  await assert.rejects(browser.call('run.write', write), failsWith('run_ended'));
});

test('an entry is put into a map on the hosts where the run goes on', async (t) => {
  const { agent, browser, run } = await runningRun(t);
  const put = { run: run.id, source: 'wanted', key: '01000000', value: '07' };
  const putting = browser.call('run.put', put);
  const asked = await agent.request('run.put');
  assert.deepEqual(asked.params, put);
  agent.reply(asked, {});
  await putting;
  await assert.rejects(browser.call('run.put', { ...put, hosts: ['elsewhere'] }), failsWith('run_ended'));
});

test('the list of runs fits a message, whatever their programs take', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const large = { ...PROBE, files: [{ name: 'a.bpf.c', text: '\n'.repeat(200_000) }] };
  const ids: string[] = [];
  for (let count = 0; count < 14; count++) {
    const probe = count < 3 ? large : PROBE;
    ids.unshift((await browser.call('run.start', { name: 'x', probe, hosts: [agent.host] })).id);
  }
  const { runs } = await browser.call('runs.list', {});
  assert.deepEqual(
    new Set(runs.map(({ id }) => id)),
    new Set(ids.slice(0, 12)),
    'the newest, as many as fit',
  );
});
