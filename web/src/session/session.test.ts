import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { BrowserEvent } from '@probepad/protocol/control/browser';
import type { RunStatus, SourceFile } from '@probepad/protocol/control/run';
import type { Diagnostic } from '@probepad/protocol/diagnostics';
import { ProbepadFailure, probepadError } from '@probepad/protocol/errors';
import { MESSAGE_MAX } from '@probepad/protocol/limits';
import { type Connection, type ConnectionState, connect } from './connection.ts';
import { conditionOf } from './hosts.ts';
import { filesAsRun, isAsRun, problemsOf } from './problems.ts';
import { ratesOf } from './rates.ts';
import { refusalOf } from './refusal.ts';
import type { RunView } from './runs.ts';
import { type FakeHubOptions, fakeHost, fakeHub } from './test/fake-hub.ts';
import { plainSocket } from './test/plain-socket.ts';

interface Met {
  connection: Connection;
  hub: ReturnType<typeof fakeHub>;
  /** Resolves with the first event, past or to come, that fits and comes after `skip` others. */
  event<T extends BrowserEvent['type']>(type: T, skip?: number): Promise<Extract<BrowserEvent, { type: T }>>;
  state(wanted: ConnectionState['state'], from?: number): Promise<number>;
  frames(): Promise<ArrayBuffer>;
}

async function meet(context: TestContext, options: FakeHubOptions & { silence?: number } = {}): Promise<Met> {
  const server = createServer();
  const hub = fakeHub(server, { rate: 1000, ...options });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const seen: { event?: BrowserEvent; state?: ConnectionState; frames?: ArrayBuffer }[] = [];
  let wake: (() => void)[] = [];
  const note = (entry: (typeof seen)[number]): void => {
    seen.push(entry);
    for (const each of wake) each();
    wake = [];
  };
  const find = async <T>(pick: (entry: (typeof seen)[number], at: number) => T | undefined): Promise<T> => {
    for (let at = 0; ; at++) {
      while (at >= seen.length) await new Promise<void>((resolve) => wake.push(resolve));
      const found = pick(seen[at] as (typeof seen)[number], at);
      if (found !== undefined) return found;
    }
  };
  const connection = connect({
    url: `ws://127.0.0.1:${port}/ws`,
    onEvent: (event) => note({ event }),
    socket: plainSocket((frames) => note({ frames })),
    onState: (state) => note({ state }),
    ...(options.silence === undefined ? {} : { silence: options.silence }),
  });
  context.after(() => {
    connection.close();
    hub.close();
    server.close();
    server.closeAllConnections();
  });
  return {
    connection,
    hub,
    event: <T extends BrowserEvent['type']>(type: T, skip = 0) => {
      let passed = 0;
      return find(({ event }) =>
        event?.type === type && passed++ === skip ? (event as Extract<BrowserEvent, { type: T }>) : undefined,
      );
    },
    state: (wanted, from = 0) =>
      find(({ state }, at) => (at >= from && state?.state === wanted ? at : undefined)),
    frames: () => find(({ frames }) => frames),
  };
}

const TIME = { timeout: 10_000 };

test('a page is welcomed, asks and is answered', TIME, async (context) => {
  const { connection, event } = await meet(context);
  const welcome = await event('welcome');
  assert.equal(welcome.hosts[0]?.id, 'local');
  const { templates } = await connection.request('templates.list', {});
  assert.ok(templates.some(({ id }) => id === 'execsnoop'));
});

test("the hub's error comes with its code", TIME, async (context) => {
  const { connection, event } = await meet(context);
  await event('welcome');
  await assert.rejects(
    connection.request('snippets.get', { id: 'none' }),
    (thrown) => thrown instanceof ProbepadFailure && thrown.error.code === 'not_found',
  );
});

test('a run gives its states, its schema and its frames', TIME, async (context) => {
  const { connection, event, frames } = await meet(context);
  await event('welcome');
  const probe = {
    files: [{ name: 'a.bpf.c', text: 'int x;' }],
    flags: [],
    params: {},
    attach: {},
    limits: { seconds: 0, events: 0, cpus: 0 },
    mapInterval: 1000,
  };
  const run = await connection.request('run.start', { hosts: ['local'], name: 'test', probe });
  assert.equal(run.statuses[0]?.state, 'compiling');
  assert.equal((await event('run.schema')).schema.sources.length, 5);
  assert.ok((await frames()).byteLength > 48);
  await connection.request('run.stop', { run: run.id });
});

test('a lost connection fails what waits and comes back by itself', TIME, async (context) => {
  const { connection, hub, event, state } = await meet(context);
  await event('welcome');
  const asked = connection.request('runs.list', {});
  hub.cut();
  await assert.rejects(asked, ProbepadFailure);
  const at = await state('waiting');
  await state('open', at);
  await connection.request('runs.list', {});
});

test(
  'a hub that falls silent on an open connection is given up, one that pings is not',
  TIME,
  async (context) => {
    const { hub, event, state } = await meet(context, { heartbeat: 50, silence: 700 });
    await event('welcome');
    const open = await state('open');
    await pings(20);
    hub.mute();
    const lost = await state('waiting', open);
    await state('open', lost);

    async function pings(wanted: number): Promise<void> {
      for (let seen = 0; seen < wanted; seen++) await event('ping', seen);
    }
  },
);

test('a page whose session is over says so and gives up', TIME, async (context) => {
  const server = createServer((_, response) => {
    const error = probepadError('unauthenticated', 'asking without a session');
    response.writeHead(401, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error }));
  });
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  const end = await new Promise<ConnectionState>((resolve) => {
    const connection = connect({
      url,
      onEvent: () => undefined,
      socket: plainSocket(),
      onState: (state) => state.state !== 'connecting' && resolve(state),
      refusal: (abort) => refusalOf(url, abort),
    });
    context.after(() => connection.close());
  });
  assert.equal(end.state, 'refused');
  assert.equal(end.state === 'refused' && end.error.code, 'unauthenticated');
});

test(
  'a hub that answers nothing is asked no longer than a moment, and no longer than the user likes',
  TIME,
  async (context) => {
    const asked = Promise.withResolvers<void>();
    const server = createServer(() => undefined);
    server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    context.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
    assert.equal(await refusalOf(url, new AbortController().signal, 20), undefined);

    const states: ConnectionState['state'][] = [];
    const again = Promise.withResolvers<void>();
    const connection = connect({
      url,
      onEvent: () => undefined,
      socket: plainSocket(),
      onState: ({ state }) => {
        states.push(state);
        if (states.length === 2) again.resolve();
      },
      refusal: (abort) => {
        asked.resolve();
        // Without its own limit: only the user ends it.
        return refusalOf(url, abort, 60_000);
      },
    });
    context.after(() => connection.close());
    await asked.promise;
    connection.retry();
    await again.promise;
    assert.deepEqual(states, ['connecting', 'connecting']);
  },
);

test('a text that is too large for a message is refused, and the connection stays', TIME, async (context) => {
  const { connection, event } = await meet(context);
  await event('welcome');
  const files = [{ name: 'a.bpf.c', text: 'x'.repeat(MESSAGE_MAX) }];
  const settings = { params: {}, attach: {}, flags: [], seconds: 0, views: {} };
  await assert.rejects(
    connection.request('snippets.save', { name: 'large', files, settings }),
    (thrown) => thrown instanceof ProbepadFailure && thrown.error.code === 'source_too_large',
  );
  await connection.request('runs.list', {});
});

test('a host is as good as the worst of its checks', () => {
  const host = fakeHost({ id: 'a' });
  assert.equal(conditionOf(host), 'limited');
  assert.equal(conditionOf({ ...host, online: false }), 'offline');
  const { facts: _, ...invited } = host;
  assert.equal(conditionOf({ ...invited, online: false }), 'invited');
});

test('rates are growth by time', () => {
  const none = { kernel: 0, agent: 0, hub: 0, viewer: 0 };
  const counts = (produced: number) => ({ events: { produced, delivered: produced, dropped: none } });
  const first = ratesOf(undefined, counts(100), 1000);
  assert.equal(first.rates.events, 0);
  assert.equal(ratesOf(first, counts(350), 1500).rates.events, 500);
});

const diagnostic = (message: string, origin: Diagnostic['origin'], line: number): Diagnostic => ({
  origin,
  severity: 'error',
  message,
  place: { file: 'a.c', line, column: 1 },
  notes: [],
});

function endedRun(diagnostics: Record<string, Diagnostic[]>, files?: SourceFile[]): RunView {
  const statuses = Object.fromEntries(
    Object.entries(diagnostics).map(([host, list]): [string, RunStatus] => [
      host,
      {
        run: 'r',
        host,
        stream: 1,
        state: 'ended',
        diagnostics: list,
        programs: [],
        timing: {},
        remarks: [],
        started: 0,
      },
    ]),
  );
  const probe = files && {
    files,
    flags: [],
    params: {},
    attach: {},
    limits: { seconds: 0, events: 0, cpus: 0 },
    mapInterval: 1000,
  };
  const info = probe && { id: 'r', name: 'r', probe, started: 0, statuses: Object.values(statuses) };
  return { id: 'r', info, statuses, schemas: {}, counts: {}, rates: {}, costs: {} };
}

test('one rejection on two hosts is one problem with both names', () => {
  const rejected = diagnostic('R0 invalid mem access', 'verifier', 7);
  const problems = problemsOf([], true, endedRun({ a: [rejected], b: [rejected] }));
  assert.equal(problems.length, 1);
  assert.deepEqual(problems[0]?.hosts, ['a', 'b']);
});

test('a compile error of a past run is gone once the text has been checked again', () => {
  const run = endedRun({ a: [diagnostic('unknown type', 'clang', 3)] });
  assert.equal(problemsOf([], false, run).length, 1);
  assert.equal(problemsOf([], true, run).length, 0);
});

test('what a run said of a file marks it only while its text is what ran', () => {
  const ran = [
    { name: 'a.c', text: 'int a;' },
    { name: 'b.c', text: 'int b;' },
  ];
  const { place: _, ...nowhere } = diagnostic('too many maps', 'verifier', 1);
  const run = endedRun({ a: [diagnostic('R0 invalid mem access', 'verifier', 7), nowhere] }, ran);
  const shown = (files: SourceFile[]): string[] => {
    const state = { asRun: filesAsRun(files, run), unchanged: isAsRun(files, run) };
    return problemsOf([], true, run, state).map(({ message }) => message);
  };
  const edited = (name: string) => ran.map((file) => (file.name === name ? { name, text: '' } : file));
  assert.deepEqual(shown(ran), ['R0 invalid mem access', 'too many maps']);
  assert.deepEqual(shown(edited('b.c')), ['R0 invalid mem access']);
  assert.deepEqual(shown(edited('a.c')), []);
});
