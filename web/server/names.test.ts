import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf } from './testing/probe.ts';
import { runningRun } from './testing/running-run.ts';
import { failsWith, testBrowser } from './testing/test-browser.ts';

const ROOT = { kind: 'user' as const, value: '0', text: 'root' };

test('many viewers who ask for the same names cost the host one question', async (t) => {
  const { hub, agent, browser, run } = await runningRun(t);
  const params = {
    run: run.id,
    host: agent.host,
    asked: [{ kind: 'user' as const, values: ['0', '12345'] }],
  };
  const others = await Promise.all(Array.from({ length: 10 }, () => testBrowser(t, hub)));
  for (const other of others) await other.call('run.watch', { run: run.id });
  const answers = [browser, ...others].map((each) => each.call('names.resolve', params));
  const request = await agent.request('names.resolve');
  assert.deepEqual(request.params, { asked: params.asked });
  agent.reply(request, { names: [ROOT] });
  for (const answer of answers) assert.deepEqual(await answer, { names: [ROOT] });
  // The next question is for what is new only, and the one without a name is not asked for again at once.
  const later = browser.call('names.resolve', {
    ...params,
    asked: [{ kind: 'user', values: ['0', '12345', '7'] }],
  });
  const second = await agent.request('names.resolve');
  assert.deepEqual(second.params, { asked: [{ kind: 'user', values: ['7'] }] });
  agent.reply(second, { names: [{ kind: 'user', value: '7', text: 'lp' }] });
  assert.deepEqual(
    (await later).names.map(({ text }) => text),
    ['root', 'lp'],
  );
});

test('names outlive the run and its host, for who comes late', async (t) => {
  const { hub, agent, browser, run } = await runningRun(t);
  const params = {
    run: run.id,
    host: agent.host,
    asked: [{ kind: 'user_symbol' as const, pid: 42, values: ['4096'] }],
  };
  const first = browser.call('names.resolve', params);
  const found = {
    kind: 'user_symbol' as const,
    pid: 42,
    value: '4096',
    text: 'main+0x4',
    symbol: 'main',
    object: 'a.out',
  };
  agent.reply(await agent.request('names.resolve'), { names: [found] });
  await first;
  agent.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'stopped' }) });
  await browser.event('run.status', ({ status }) => status.state === 'ended');
  agent.socket.close();
  await browser.event('hosts', ({ hosts }) => hosts.every(({ online }) => !online));
  const late = await testBrowser(t, hub);
  await late.call('run.watch', { run: run.id });
  assert.deepEqual(await late.call('names.resolve', params), { names: [found] });
  const unknown = { ...params, asked: [{ kind: 'user' as const, values: ['0'] }] };
  assert.deepEqual(await late.call('names.resolve', unknown), { names: [], more: true });
});

test('only who watches the run on that host is told, and at most so much at once', async (t) => {
  const { hub, agent, browser, run } = await runningRun(t);
  const asked = [{ kind: 'user' as const, values: ['0'] }];
  const stranger = await testBrowser(t, hub);
  await assert.rejects(
    stranger.call('names.resolve', { run: run.id, host: agent.host, asked }),
    failsWith('not_found'),
  );
  await assert.rejects(
    browser.call('names.resolve', { run: run.id, host: 'other', asked }),
    failsWith('not_found'),
  );
  const many = Array.from({ length: 2 }, () => ({
    kind: 'kernel_symbol' as const,
    values: Array.from({ length: 300 }, (_, at) => String(at)),
  }));
  await assert.rejects(
    browser.call('names.resolve', { run: run.id, host: agent.host, asked: many }),
    failsWith('bad_message'),
  );
  for (const value of ['-1', '0x10', '1e3', '1'.repeat(21)]) {
    const bad = [{ kind: 'user' as const, values: [value] }];
    await assert.rejects(
      browser.call('names.resolve', { run: run.id, host: agent.host, asked: bad }),
      failsWith('bad_message'),
    );
  }
});

test('a host gives names only for what it was asked', async (t) => {
  const { agent, browser, run } = await runningRun(t);
  const params = { run: run.id, host: agent.host, asked: [{ kind: 'user' as const, values: ['1'] }] };
  const answer = browser.call('names.resolve', params);
  agent.reply(await agent.request('names.resolve'), {
    names: [ROOT, { kind: 'user', value: '1', text: 'daemon' }],
  });
  assert.deepEqual(
    (await answer).names.map(({ text }) => text),
    ['daemon'],
  );
  const root = browser.call('names.resolve', { ...params, asked: [{ kind: 'user', values: ['0'] }] });
  agent.reply(await agent.request('names.resolve'), { names: [ROOT] });
  assert.deepEqual(await root, { names: [ROOT] });
});

test('a process that is another program by now is called so, also for who asked before', async (t) => {
  let skew = 0;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + skew);
  const { hub, agent, browser, run } = await runningRun(t);
  const params = { run: run.id, host: agent.host, asked: [{ kind: 'process' as const, values: ['42'] }] };
  const named = (text: string) => ({ kind: 'process' as const, value: '42', text });
  const first = browser.call('names.resolve', params);
  agent.reply(await agent.request('names.resolve'), { names: [named('bash')] });
  assert.deepEqual(await first, { names: [named('bash')] });
  skew += 10_000;
  const second = browser.call('names.resolve', params);
  agent.reply(await agent.request('names.resolve'), { names: [named('curl')] });
  assert.deepEqual(await second, { names: [named('curl')] });
  // What the host has forgotten, or can't tell as it is away, is called as before.
  skew += 20_000;
  const third = browser.call('names.resolve', params);
  agent.reply(await agent.request('names.resolve'), { names: [] });
  assert.deepEqual(await third, { names: [named('curl')] });
  agent.socket.close();
  await browser.event('hosts', ({ hosts }) => hosts.every(({ online }) => !online));
  skew += 20_000;
  const late = await testBrowser(t, hub);
  await late.call('run.watch', { run: run.id });
  assert.deepEqual(await late.call('names.resolve', params), { names: [named('curl')] });
});
