import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Permission } from '@probepad/protocol/control/browser';
import { SNIPPET_MAX } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION } from '@probepad/protocol/version';
import { WebSocket } from 'ws';
import { ROLES } from './auth/permissions.ts';
import { hashOf } from './auth/tokens.ts';
import { PROBE } from './testing/probe.ts';
import { rawGet } from './testing/raw-http.ts';
import { FACTS, joinedAgent } from './testing/test-agent.ts';
import { failsWith, testBrowser } from './testing/test-browser.ts';
import { testHub } from './testing/test-hub.ts';
import { blobMessages } from './transfers.ts';

const SETTINGS = { params: { pid: '1' }, attach: {}, flags: [], seconds: 5, views: { events: 'table' } };

test('a snippet keeps every revision as it was saved', async (t) => {
  const hub = await testHub(t);
  const browser = await testBrowser(t, hub);
  const files = [{ name: 'a.bpf.c', text: 'one' }];
  const first = await browser.call('snippets.save', { name: 'mine', files, settings: SETTINGS });
  assert.deepEqual([first.revision, first.settings], [1, SETTINGS]);
  const edited = {
    id: first.id,
    name: 'renamed',
    files: [{ name: 'a.bpf.c', text: 'two' }],
    settings: SETTINGS,
  };
  const both = await Promise.all([
    browser.call('snippets.save', edited),
    browser.call('snippets.save', edited),
  ]);
  assert.deepEqual(
    both.map(({ revision }) => revision).sort(),
    [2, 3],
    'who saves at once gets a number each',
  );
  const again = await testBrowser(t, await hub.restart());
  assert.deepEqual(await again.call('snippets.get', { id: first.id, revision: 1 }), first);
  assert.equal((await again.call('snippets.get', { id: first.id })).files[0]?.text, 'two');
  const { snippets } = await again.call('snippets.list', {});
  assert.deepEqual(
    snippets.map(({ id, revision, name }) => [id, revision, name]),
    [[first.id, 3, 'renamed']],
  );
  await assert.rejects(again.call('snippets.get', { id: first.id, revision: 9 }), failsWith('not_found'));
  const large = [{ name: 'a.c', text: 'x'.repeat(SNIPPET_MAX + 1) }];
  const saving = again.call('snippets.save', { name: 'large', files: large, settings: SETTINGS });
  await assert.rejects(saving, failsWith('source_too_large'));
});

test('templates are read from their folders; one that is broken is left out and logged', async (t) => {
  const templates = await mkdtemp(join(tmpdir(), 'probepad-templates-'));
  t.after(() => rm(templates, { recursive: true, force: true }));
  const write = async (id: string, files: Record<string, string>) => {
    await mkdir(join(templates, id));
    for (const [name, text] of Object.entries(files)) await writeFile(join(templates, id, name), text);
  };
  const probe = { title: 'Opens', summary: 'Every open.', main: 'opens.bpf.c', settings: { seconds: 3 } };
  await write('aopens', {
    'probe.json': JSON.stringify(probe),
    'opens.bpf.c': 'int a;',
    'opens.h': 'int b;',
    'README.md': '# Opens',
    workload: 'true',
  });
  await write('hello', { 'probe.json': JSON.stringify({ ...probe, title: 'Hello' }), 'opens.bpf.c': '' });
  await write('broken', { 'probe.json': '{' });
  await write('without-main', { 'probe.json': JSON.stringify(probe) });
  const hub = await testHub(t, { templates });
  const browser = await testBrowser(t, hub);
  const found = (await browser.call('templates.list', {})).templates;
  assert.deepEqual(
    found.map(({ id }) => id),
    ['hello', 'aopens'],
  );
  assert.deepEqual(found[1], {
    id: 'aopens',
    title: 'Opens',
    summary: 'Every open.',
    needs: [],
    files: [
      { name: 'opens.bpf.c', text: 'int a;' },
      { name: 'opens.h', text: 'int b;' },
    ],
    settings: { params: {}, attach: {}, flags: [], seconds: 3, views: {} },
    readme: '# Opens',
  });
  const left = hub.log.filter(({ event }) => event === 'template left out').map(({ id }) => id);
  assert.deepEqual(left, ['broken', 'without-main']);
});

test('a host’s vmlinux.h is fetched once, kept, and sent compressed', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const path = `/api/hosts/${agent.host}/vmlinux.h`;
  const authorization = `Bearer ${hub.token}`;
  const text = Buffer.from('struct task_struct;\n'.repeat(50_000));
  const first = rawGet(hub.port, path, { authorization });
  const asked = await agent.request('header.get');
  for (const message of blobMessages(asked.params.transfer, text)) agent.socket.send(message);
  agent.reply(asked, { bytes: text.byteLength });
  const plain = await first;
  assert.equal(plain.status, 200);
  assert.equal(plain.body, text.toString());
  assert.equal(plain.headers['cache-control'], 'private, no-cache');
  const etag = plain.headers.etag ?? '';
  assert.equal((await rawGet(hub.port, path, { authorization, 'if-none-match': etag })).status, 304);

  agent.socket.terminate();
  const restarted = await hub.restart();
  const response = await fetch(`${restarted.origin}${path}?btf=${FACTS.btf}`, { headers: { authorization } });
  assert.equal(response.headers.get('content-encoding'), 'gzip');
  assert.match(response.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(
    (await response.arrayBuffer()).byteLength,
    text.byteLength,
    'from the data folder, the host being away',
  );
  assert.ok(gunzipSync);

  const unknown = await rawGet(restarted.port, '/api/hosts/nobody/vmlinux.h', { authorization });
  assert.deepEqual([unknown.status, JSON.parse(unknown.body).error.code], [404, 'not_found']);
});

test('a host that names its kernel by a path gets no file', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub, { facts: { btf: '../../token' } });
  const path = `/api/hosts/${agent.host}/vmlinux.h`;
  const answer = await rawGet(hub.port, path, { authorization: `Bearer ${hub.token}` });
  assert.deepEqual([answer.status, JSON.parse(answer.body).error.code], [404, 'no_btf']);
});

test('every role may do what its table says, and nothing more', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const admin = await testBrowser(t, hub);
  const saved = await admin.call('snippets.save', {
    name: 'approved',
    files: PROBE.files,
    settings: { ...SETTINGS, params: {} },
  });
  const types = { name: 'types.h', text: 'typedef int number;' };
  const other = { name: 'b.bpf.c', text: 'int b;' };
  const several = await admin.call('snippets.save', {
    name: 'several files',
    files: [types, ...PROBE.files, other],
    settings: { ...SETTINGS, params: {} },
  });

  /** Opens a socket with a session of these permissions. @returns what a call answers: `ok` or the error's code */
  async function as(permissions: readonly Permission[]) {
    const value = `cookie-of-${permissions.join('-')}`;
    const session = { user: 'somebody', permissions: [...permissions], expires: Date.now() + 60_000 };
    await hub.hub.store.sessions.add(hashOf(value), session);
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port}/ws`, {
      headers: { cookie: `probepad_${hub.port}=${value}`, origin: hub.origin },
    });
    t.after(() => socket.terminate());
    const waiting = new Map<number, (answer: string) => void>();
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString());
      if (message.type === 'reply') waiting.get(message.id)?.(message.error?.code ?? 'ok');
    });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, software: 'test/1' }));
    let id = 0;
    return (method: string, params: unknown) =>
      new Promise<string>((resolve) => {
        waiting.set(++id, resolve);
        socket.send(JSON.stringify({ type: 'request', id, method, params }));
      });
  }

  const start = { hosts: [agent.host], name: 'x', probe: PROBE };
  const approved = { ...start, snippet: { id: saved.id, revision: saved.revision } };
  const changed = { ...approved, probe: { ...PROBE, files: [{ name: 'a.bpf.c', text: 'int y;' }] } };
  const flagged = { ...approved, probe: { ...PROBE, flags: ['-DX'] } };
  const elsewhere = { ...approved, probe: { ...PROBE, attach: { on_packet: 'eth0' } } };
  const ofSeveral = (...files: (typeof types)[]) => ({
    ...start,
    snippet: { id: several.id, revision: several.revision },
    probe: { ...PROBE, files },
  });
  // As a page sends them: the file to compile first.
  const reordered = ofSeveral(...PROBE.files, types, other);
  const anotherMain = ofSeveral(other, types, ...PROBE.files);
  const oneTwice = ofSeveral(...PROBE.files, types, types);

  const viewer = await as(ROLES.viewer);
  assert.equal(await viewer('runs.list', {}), 'ok');
  for (const [method, params] of [
    ['run.start', approved],
    ['run.stop', { run: 'x' }],
    ['compile', { host: agent.host, probe: PROBE }],
    ['snippets.save', { name: 'x', files: PROBE.files, settings: SETTINGS }],
    ['hosts.invite', { name: 'x' }],
    ['hosts.revoke', { host: agent.host }],
    ['run.write', { run: 'x', source: 'x', offset: 0, bytes: '00' }],
    ['run.put', { run: 'x', source: 'x', key: '00', value: '00' }],
    ['cost.measure', { host: agent.host, probe: PROBE }],
    ['terminal.open', { host: agent.host, columns: 1, rows: 1 }],
  ] as const) {
    assert.equal(await viewer(method, params), 'forbidden', method);
  }
  const runner = await as(ROLES.runner);
  assert.equal(await runner('run.start', approved), 'ok');
  assert.equal(await runner('run.start', reordered), 'ok');
  const unknown = { ...approved, snippet: { id: 'x', revision: 1 } };
  for (const params of [start, changed, flagged, elsewhere, unknown, anotherMain, oneTwice]) {
    assert.equal(await runner('run.start', params), 'forbidden');
  }
  const author = await as(ROLES.author);
  assert.equal(await author('run.start', changed), 'ok');
  assert.equal(await author('terminal.open', { host: agent.host, columns: 1, rows: 1 }), 'forbidden');
  assert.equal(await author('hosts.invite', { name: 'x' }), 'forbidden');
  assert.ok(hub.log.some(({ event, user }) => event === 'request forbidden' && user === 'somebody'));
});

test('the audit log does not grow with typing: checks of a program are not in it', async (t) => {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const checking = browser.call('compile', { host: agent.host, probe: PROBE });
  agent.reply(await agent.request('compile'), { ok: true, diagnostics: [], cached: false, milliseconds: 1 });
  await checking;
  const actions = (await hub.hub.store.audit.list(10)).map(({ action }) => action);
  assert.deepEqual(actions.sort(), ['host.invited', 'host.joined']);
});

test('a session that has expired opens nothing', async (t) => {
  const hub = await testHub(t);
  await hub.hub.store.sessions.add(hashOf('old'), {
    user: 'x',
    permissions: ['view'],
    expires: Date.now() - 1,
  });
  assert.equal((await rawGet(hub.port, '/', { cookie: `probepad_${hub.port}=old` })).status, 401);
});
