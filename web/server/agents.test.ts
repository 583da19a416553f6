import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HEARTBEAT_INTERVAL } from '@probepad/protocol/limits';
import { connectAgent, FACTS, type FromHub, joinedAgent, testAgent } from './testing/test-agent.ts';
import { failsWith, testBrowser } from './testing/test-browser.ts';
import { testHub } from './testing/test-hub.ts';

const isRefusal = (message: FromHub): message is Extract<FromHub, { type: 'refused' }> =>
  message.type === 'refused';

test('a host joins with a token once, and comes back with its credential', async (t) => {
  const hub = await testHub(t);
  const browser = await testBrowser(t, hub);
  const { host, token, command, loopback, expires } = await browser.call('hosts.invite', { name: 'web-1' });
  assert.equal(command, `npx --no-install probepad agent --hub ws://127.0.0.1:${hub.port} --join ${token}`);
  assert.equal(loopback, true);
  assert.ok(expires > Date.now());
  const invited = await browser.event('hosts', ({ hosts }) => hosts.length === 1);
  assert.deepEqual(
    [invited.hosts[0]?.name, invited.hosts[0]?.online, invited.hosts[0]?.facts],
    ['web-1', false, undefined],
  );

  const agent = await testAgent(t, hub, { join: token });
  assert.equal(agent.name, 'web-1');
  assert.equal(agent.host, host);
  const online = await browser.event('hosts', ({ hosts }) => hosts[0]?.online === true);
  assert.equal(online.hosts[0]?.facts?.kernel, FACTS.kernel);

  const replay = await connectAgent(t, hub.port, { join: token });
  assert.equal((await replay.messages.next(isRefusal)).error.code, 'bad_join_token');
  assert.equal((await replay.closed).code, 1008);
  assert.ok(hub.log.some(({ event, code }) => event === 'agent refused' && code === 'bad_join_token'));

  agent.socket.close();
  await browser.event('hosts', ({ hosts }) => hosts[0]?.online === false);
  const again = await testAgent(t, hub, { credential: agent.credential });
  assert.equal(again.host, agent.host);
  const stored = JSON.stringify(await hub.hub.store.hosts.list());
  assert.ok(!stored.includes(agent.credential.split('.')[1] ?? '!'), 'the secret itself is not stored');
});

test('a host that was invited without a name is called by its hostname once it comes', async (t) => {
  const hub = await testHub(t);
  const browser = await testBrowser(t, hub);
  const { token } = await browser.call('hosts.invite', { name: '' });
  await browser.event('hosts', ({ hosts }) => hosts[0]?.name === 'unnamed');
  const agent = await testAgent(t, hub, { join: token });
  assert.equal(agent.name, FACTS.hostname);
});

test('a removed host is cut off and cannot come back', async (t) => {
  const hub = await testHub(t);
  const browser = await testBrowser(t, hub);
  const agent = await joinedAgent(t, hub);
  await browser.call('hosts.revoke', { host: agent.host });
  assert.equal((await agent.closed).code, 1008);
  const back = await connectAgent(t, hub.port, { credential: agent.credential });
  assert.equal((await back.messages.next(isRefusal)).error.code, 'revoked');
  const actions = (await hub.hub.store.audit.list(10)).map(({ action }) => action);
  assert.deepEqual(actions.sort(), ['host.invited', 'host.joined', 'host.revoked']);
});

test('a host that is removed while it is being admitted stays out', async (t) => {
  const hub = await testHub(t);
  const browser = await testBrowser(t, hub);
  const agent = await joinedAgent(t, hub);
  agent.socket.terminate();
  await browser.event('hosts', ({ hosts }) => hosts[0]?.online === false);
  const { hosts } = hub.hub.store;
  const { save } = hosts;
  hosts.save = async (host) => {
    hosts.save = save;
    await browser.call('hosts.revoke', { host: host.id });
    return save(host);
  };
  const back = await connectAgent(t, hub.port, { credential: agent.credential });
  assert.equal((await back.messages.next(isRefusal)).error.code, 'revoked');
  const { hosts: listed } = await browser.event('hosts', (event) => event.hosts.length === 0);
  assert.deepEqual(listed, []);
});

test('an agent is pinged more often than a short lease lasts', async (t) => {
  const hub = await testHub(t, { lease: 600 });
  const browser = await testBrowser(t, hub);
  const { token } = await browser.call('hosts.invite', { name: 'box' });
  const agent = await connectAgent(t, hub.port, { join: token });
  const isWelcome = (message: FromHub) => message.type === 'welcome';
  const isPing = (message: FromHub): message is Extract<FromHub, { type: 'ping' }> => message.type === 'ping';
  assert.equal(((await agent.messages.next(isWelcome)) as { heartbeat: number }).heartbeat, 200);
  const first = await agent.messages.next(isPing);
  let last = first;
  for (let more = 0; more < 3; more++) last = await agent.messages.next(isPing);
  // Three of 200 ms each. A machine that is busy for seconds still tells them from three that take no notice of the lease.
  assert.ok(last.time - first.time < 2 * HEARTBEAT_INTERVAL, `${last.time - first.time} ms for three pings`);
});

test('an unused invitation to a removed host is worth nothing', async (t) => {
  const hub = await testHub(t);
  const browser = await testBrowser(t, hub);
  const { token } = await browser.call('hosts.invite', { name: 'never' });
  const { hosts } = await browser.event('hosts', (event) => event.hosts.length === 1);
  await browser.call('hosts.revoke', { host: hosts[0]?.id ?? '' });
  const agent = await connectAgent(t, hub.port, { join: token });
  assert.equal((await agent.messages.next(isRefusal)).error.code, 'bad_join_token');
});

test('wrong and missing credentials, two at once and other protocol versions are refused with a reason', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const cases = [
    { options: {}, code: 'bad_message' },
    { options: { join: 'x', credential: 'y' }, code: 'bad_message' },
    { options: { join: 'x' }, code: 'bad_join_token' },
    { options: { credential: `${agent.host}.wrong` }, code: 'unauthenticated' },
    { options: { credential: `${agent.host}.` }, code: 'unauthenticated' },
    { options: { credential: 'nobody.wrong' }, code: 'unauthenticated' },
    { options: { credential: agent.credential, protocol: 99 }, code: 'version_mismatch' },
  ];
  for (const { options, code } of cases) {
    const refused = await connectAgent(t, hub.port, options);
    assert.equal((await refused.messages.next(isRefusal)).error.code, code);
    await refused.closed;
  }
});

test('a newer connection of a host replaces the older one', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const newer = await testAgent(t, hub, { credential: agent.credential });
  assert.equal((await agent.closed).code, 4001);
  newer.send({ type: 'facts', facts: { ...FACTS, kernel: '6.19.0' } });
  const { hosts } = await browser.event('hosts', (event) => event.hosts[0]?.facts?.kernel === '6.19.0');
  assert.deepEqual([hosts.length, hosts[0]?.online], [1, true]);
});

test('the local agent joins by a private file, and joining anew keeps it one host', async (t) => {
  const hub = await testHub(t, { localAgent: true });
  const file = join(hub.data, 'local-join-token');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const first = await testAgent(t, hub, { join: (await readFile(file, 'utf8')).trim() });
  assert.equal(first.name, FACTS.hostname);
  await assert.rejects(stat(file), 'the used token is gone');

  const restarted = await hub.restart();
  const second = await testAgent(t, restarted, { join: (await readFile(file, 'utf8')).trim() });
  assert.equal(second.host, first.host);
  assert.notEqual(second.credential, first.credential);
  const browser = await testBrowser(t, restarted);
  await browser.call('hosts.invite', { name: FACTS.hostname });
  const { hosts } = await browser.event('hosts', (event) => event.hosts.length === 2);
  assert.deepEqual(
    hosts.map(({ name, local }) => [name, local]),
    [
      [FACTS.hostname, true],
      [`${FACTS.hostname}-2`, false],
    ],
  );
});

test('an agent gets pings, and terminals reach only who opened them', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const ping = await agent.messages.next((message) => message.type === 'ping');
  assert.equal(typeof (ping as { time: number }).time, 'number');

  const owner = await testBrowser(t, hub);
  const other = await testBrowser(t, hub);
  const opening = owner.call('terminal.open', { host: agent.host, columns: 80, rows: 24 });
  const asked = await agent.request('terminal.open');
  agent.reply(asked, { terminal: asked.params.terminal });
  const { terminal } = await opening;
  await assert.rejects(other.call('terminal.input', { terminal, data: 'id\n' }), failsWith('not_found'));

  agent.send({ type: 'terminal.output', terminal, data: '$ ' });
  assert.equal((await owner.event('terminal.output')).data, '$ ');
  owner.socket.close();
  const closing = await agent.request('terminal.close');
  assert.equal(closing.params.terminal, terminal);
  assert.ok(!other.messages.all.some(({ type }) => type.startsWith('terminal')));
  const actions = (await hub.hub.store.audit.list(10)).map(({ action }) => action);
  assert.ok(actions.includes('terminal.opened') && actions.includes('terminal.closed'));
});

test('a terminal whose owner goes while it is being opened is never opened', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const owner = await testBrowser(t, hub);
  const { audit } = hub.hub.store;
  const { append } = audit;
  const { promise: gone, resolve: went } = Promise.withResolvers<void>();
  audit.append = async (entry) => {
    if (entry.action === 'terminal.closed') {
      await append(entry);
      went();
      return;
    }
    owner.socket.terminate();
    await gone;
    await append(entry);
  };
  owner.call('terminal.open', { host: agent.host, columns: 80, rows: 24 }).catch(() => {});
  // The close that the owner's going sends may find no terminal; an open after it would leave one for good.
  await agent.request('terminal.close');
  audit.append = append;
  const other = await testBrowser(t, hub);
  other.call('terminal.open', { host: agent.host, columns: 99, rows: 24 }).catch(() => {});
  assert.equal((await agent.request('terminal.open')).params.columns, 99);
});

test('a refusal of the agent reaches the browser as it is', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const opening = browser.call('terminal.open', { host: agent.host, columns: 80, rows: 24 });
  const asked = await agent.request('terminal.open');
  const error = {
    code: 'terminal_disabled',
    message: 'opening a terminal',
    remedy: 'change the policy',
  } as const;
  agent.refuse(asked, error);
  await assert.rejects(opening, failsWith('terminal_disabled'));
});
