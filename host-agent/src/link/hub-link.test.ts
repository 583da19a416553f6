import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { HostFacts } from '@probepad/protocol/control/host';
import { hostFacts } from '../host-facts.ts';
import { DEFAULT_POLICY } from '../policy/policy.ts';
import { createRunTable, type RunTable } from '../runs/run-table.ts';
import { createTerminals } from '../terminal/terminals.ts';
import { credentialStore } from './credential.ts';
import { type FakeHub, fakeHub } from './fake-hub.ts';
import { createFeed } from './feed.ts';
import { type HubLink, openHubLink } from './hub-link.ts';
import { callGetppid, counterProbe, type TestMachine, testMachine } from './testing.ts';

let machine: TestMachine;
let folder: string;
before(async () => {
  machine = await testMachine();
  folder = await mkdtemp(join(tmpdir(), 'probepad-link-'));
});
after(async () => {
  await machine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

interface TestAgent extends AsyncDisposable {
  link: HubLink;
  table: RunTable;
  data: string;
}

let agents = 0;

/** No compiler, and no checks yet. */
const noFacts = () => hostFacts(DEFAULT_POLICY, { clang: '', btf: '' }, []);

/** An agent of this machine that is linked to `hub`. */
function linkTo(
  hub: FakeHub,
  options: { data?: string; terminal?: boolean; facts?: () => HostFacts } = {},
): TestAgent {
  const { data = join(folder, String(++agents)), terminal = false, facts = noFacts } = options;
  let link: HubLink | undefined;
  const feed = createFeed((run) => link?.reported(run));
  const table = createRunTable(machine.environment, feed);
  const terminals = createTerminals(terminal, {
    output: (id, text) => link?.send({ type: 'terminal.output', terminal: id, data: text }),
    exit: (id, code) => link?.send({ type: 'terminal.exit', terminal: id, code }),
  });
  const compiler = { ...machine.environment.compiler, header: async () => '/etc/hostname' };
  link = openHubLink({
    hub: hub.url,
    joinToken: async () => 'token',
    credentials: credentialStore(data),
    software: 'agent/test',
    facts,
    machine: { table, compiler, terminals, names: { resolve: async () => ({ names: [] }) } },
    feed,
    log: () => {},
  });
  return {
    link,
    table,
    data,
    async [Symbol.asyncDispose]() {
      await table.endAll('stopped');
      link?.close();
    },
  };
}

test('what is found out between hello and welcome is told after it', async () => {
  await using hub = await fakeHub();
  const checks: HostFacts['checks'] = [];
  const facts = (): HostFacts => {
    const now = { ...noFacts(), checks: [...checks] };
    if (checks.length === 0) checks.push({ name: 'kernel', result: 'good', found: '6.1', remedy: '' });
    return now;
  };
  await using _agent = linkTo(hub, { facts });
  await hub.until(() => hub.events.some(({ type }) => type === 'facts'));
  const told = hub.events.find((event) => event.type === 'facts');
  assert.deepEqual([hub.hellos[0]?.facts.checks, told?.facts.checks], [[], checks]);
  hub.ping();
  await hub.until(() => hub.events.some(({ type }) => type === 'pong'));
  assert.equal(hub.events.filter(({ type }) => type === 'facts').length, 1);
});

const start = (hub: FakeHub, run: string, stream: number) =>
  hub.request('run.start', { run, stream, user: 'me', probe: counterProbe(process.pid) });

function statusOf(hub: FakeHub, run: string) {
  const found = hub.events.findLast((event) => event.type === 'run.status' && event.status.run === run);
  return found?.type === 'run.status' ? found.status : undefined;
}

/** Events that came, by ordinal; what came twice counts twice. */
function received(hub: FakeHub, stream: number): { records: number; gaps: number; next: bigint } {
  let records = 0;
  let gaps = 0;
  let next = 0n;
  for (const { header } of hub.frames) {
    if (header.stream !== stream || header.source !== 0) continue;
    assert.equal(header.seq, next, `${header.kind} at ${header.seq}`);
    next = header.seq + BigInt(header.count);
    if (header.kind === 'gap') gaps += header.count;
    else records += header.count;
  }
  return { records, gaps, next };
}

test('a host joins once, keeps its credential to itself, and comes back with it', async () => {
  await using hub = await fakeHub();
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  assert.equal(hub.hellos[0]?.join, 'token');
  hub.ping();
  await hub.until(() => hub.events.some(({ type }) => type === 'pong'));
  const [name = ''] = await readdir(join(agent.data, 'credentials'));
  assert.equal((await stat(join(agent.data, 'credentials', name))).mode & 0o777, 0o600);
  hub.cut();
  await hub.until(() => hub.hellos.length === 2);
  assert.equal(hub.hellos[1]?.credential, 'secret');
  assert.equal(hub.hellos[1]?.join, undefined);
});

test('what an agent that was killed left beside its credential keeps none from being written', async () => {
  const data = join(folder, 'left');
  const store = credentialStore(data);
  const credential = { hub: 'http://hub', host: 'h1', credential: 'secret' };
  await store.write(credential);
  const [name = ''] = await readdir(join(data, 'credentials'));
  const path = join(data, 'credentials', name);
  await writeFile(`${path}.${process.pid}`, 'half');
  await store.write({ ...credential, credential: 'newer' });
  assert.equal((await store.read('http://hub'))?.credential, 'newer');

  await rm(path);
  await mkdir(join(path, 'in the way'), { recursive: true });
  await assert.rejects(store.write(credential));
  assert.deepEqual((await readdir(join(data, 'credentials'))).sort(), [name, `${name}.${process.pid}`]);
});

test('a refused run costs the agent nothing when the object that it came with never arrives', async () => {
  await using hub = await fakeHub();
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  await start(hub, 'r', 10);
  const again = { run: 'r', stream: 11, user: 'me', probe: counterProbe(process.pid) };
  const refused = await hub.request('run.start', { ...again, object: { transfer: 5, bytes: 100 } });
  assert.equal(refused.error?.code, 'bad_message');
  // The transfer ends with the connection; a rejection that nobody waits for would end the process.
  hub.cut();
  await hub.until(() => hub.hellos.length === 2);
  assert.notEqual(agent.table.require('r').status.state, 'ended');
});

test('a run goes to the hub: schema before frames, end after all of them', async () => {
  await using hub = await fakeHub();
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  assert.deepEqual((await start(hub, 'r', 5)).result, {});
  await hub.until(() => statusOf(hub, 'r')?.state === 'running');
  callGetppid(3000);
  await hub.request('run.stop', { run: 'r' });
  await hub.until(() => statusOf(hub, 'r')?.state === 'ended');
  assert.equal(statusOf(hub, 'r')?.host, 'h1');
  assert.equal(received(hub, 5).records, 3000);
  const last = hub.events.findLast((event) => event.type === 'run.counts');
  assert.equal(last?.type === 'run.counts' && last.counts.sources.events?.delivered, 3000);
  // Forgotten when the connection held a while longer.
  for (let beat = 0; beat < 3; beat++) hub.ping();
  await hub.until(() => hub.events.filter(({ type }) => type === 'pong').length === 3);
  assert.deepEqual(agent.table.all(), []);
});

test('a run that ended and is forgotten does not start again: the hub is told how it ended', async () => {
  await using hub = await fakeHub();
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  const runs = ['r0', 'r1', 'r2', 'r3', 'r4'];
  for (const run of runs) {
    await start(hub, run, 10);
    await hub.request('run.stop', { run });
    await hub.until(() => statusOf(hub, run)?.state === 'ended');
  }
  hub.cut();
  await hub.until(() => hub.hellos.length === 2);
  assert.deepEqual(
    hub.hellos[1]?.runs.map(({ run }) => run),
    runs.slice(1),
  );
  hub.events.length = 0;
  assert.deepEqual((await start(hub, 'r0', 10)).result, {});
  assert.equal(statusOf(hub, 'r0')?.reason, 'stopped');
  assert.equal(agent.table.get('r0'), undefined);
});

test('after a cut connection the hub gets the rest, nothing twice and nothing lost', async () => {
  await using hub = await fakeHub();
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  await start(hub, 'r', 6);
  await hub.until(() => statusOf(hub, 'r')?.state === 'running');
  callGetppid(1000);
  await hub.until(() => received(hub, 6).records === 1000);
  hub.cut();
  callGetppid(1000);
  await hub.until(() => hub.hellos.length === 2);
  assert.deepEqual(hub.hellos[1]?.runs, [{ run: 'r', stream: 6 }]);
  // As if the last frames had been lost on the way.
  const cut = hub.frames.findIndex(({ header }) => header.source === 0 && header.kind === 'events');
  hub.frames = hub.frames.slice(0, cut + 1);
  const { next } = received(hub, 6);
  await hub.request('run.resume', { run: 'r', received: [{ source: 0, seq: String(next) }] });
  callGetppid(1000);
  await hub.until(() => received(hub, 6).next === 3000n);
  assert.equal(received(hub, 6).gaps, 0);
  await hub.request('run.stop', { run: 'r' });
  await hub.until(() => statusOf(hub, 'r')?.state === 'ended');
  assert.equal(agent.table.get('r')?.counts()?.sources.events?.delivered, 3000);
});

test('what does not fit the buffer while the hub is away is declared as a gap, exactly', async () => {
  await using hub = await fakeHub();
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  await start(hub, 'r', 7);
  await hub.until(() => statusOf(hub, 'r')?.state === 'running');
  hub.refuseWith = 'rate_limited';
  hub.cut();
  // 56 bytes each: over the 8 MiB that are kept.
  const calls = 300_000;
  for (let done = 0; done < calls; done += 10_000) {
    callGetppid(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await hub.until(() => hub.hellos.length >= 2);
  hub.refuseWith = undefined;
  const before = hub.hellos.length;
  await hub.until(() => hub.hellos.length > before);
  await hub.request('run.resume', { run: 'r', received: [{ source: 0, seq: '0' }] });
  await hub.request('run.stop', { run: 'r' });
  await hub.until(() => statusOf(hub, 'r')?.state === 'ended');
  const counts = agent.table.get('r')?.counts()?.sources.events;
  assert.ok(counts);
  const got = received(hub, 7);
  assert.ok(got.gaps > 0);
  assert.equal(counts.dropped.agent, got.gaps);
  assert.equal(counts.delivered, got.records);
  assert.equal(got.records + got.gaps + counts.dropped.kernel, calls);
});

test('a hub that stays away longer than the lease costs the host its runs', async () => {
  await using hub = await fakeHub();
  hub.lease = 400;
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  await start(hub, 'r', 8);
  const run = agent.table.require('r');
  hub.refuseWith = 'rate_limited';
  await run.ended;
  assert.equal(run.status.reason, 'lease_lost');
});

test('a hub that does not know a run any more stops it and is told its end', async () => {
  await using hub = await fakeHub();
  await using agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  await start(hub, 'r', 9);
  await hub.until(() => statusOf(hub, 'r')?.state === 'running');
  hub.cut();
  await hub.until(() => hub.hellos.length === 2);
  hub.frames = [];
  await hub.request('run.stop', { run: 'r' });
  await hub.until(() => statusOf(hub, 'r')?.state === 'ended');
  assert.equal(hub.frames.length, 0);
  assert.equal(agent.table.get('r')?.status.reason, 'stopped');
});

test('a refusal that nothing mends ends the link', async () => {
  await using hub = await fakeHub();
  hub.refuseWith = 'bad_join_token';
  await using agent = linkTo(hub);
  assert.equal((await agent.link.over)?.code, 'bad_join_token');
});

test('a hub that lost its data is joined anew', async () => {
  await using hub = await fakeHub();
  const data = join(folder, 'again');
  await credentialStore(data).write({ hub: hub.url, host: 'old', credential: 'forgotten' });
  hub.refuseWith = 'unauthenticated';
  await using _agent = linkTo(hub, { data });
  await hub.until(() => hub.hellos.length === 1);
  assert.equal(hub.hellos[0]?.credential, 'forgotten');
  hub.refuseWith = undefined;
  await hub.until(() => hub.hellos.length === 2);
  assert.equal(hub.hellos[1]?.join, 'token');
});

test('requests that are not understood are refused one by one', async () => {
  await using hub = await fakeHub();
  await using _agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  assert.equal((await hub.request('no.such', {})).error?.code, 'bad_message');
  assert.equal((await hub.request('run.start', { run: 1 })).error?.code, 'bad_message');
  assert.equal((await hub.request('run.stop', { run: 'none' })).error?.code, 'not_found');
  const open = { host: 'h1', terminal: 't', columns: 80, rows: 24 };
  assert.equal((await hub.request('terminal.open', open)).error?.code, 'terminal_disabled');
});

test('a file comes as blob frames', async () => {
  await using hub = await fakeHub();
  await using _agent = linkTo(hub);
  await hub.until(() => hub.hellos.length === 1);
  const { result } = await hub.request('header.get', { transfer: 77 });
  const blobs = hub.frames.filter(({ header }) => header.kind === 'blob' && header.stream === 77);
  const bytes = blobs.reduce((sum, { payload }) => sum + payload.byteLength, 0);
  assert.deepEqual(result, { bytes });
  assert.ok(bytes > 0);
});

test('a terminal waits for its reader', async () => {
  await using hub = await fakeHub();
  await using _agent = linkTo(hub, { terminal: true });
  await hub.until(() => hub.hellos.length === 1);
  await hub.request('terminal.open', { host: 'h1', terminal: 't', columns: 80, rows: 24 });
  await hub.request('terminal.input', {
    terminal: 't',
    data: 'head -c 3000000 /dev/zero | tr "\\0" x; exit\n',
  });
  const size = () =>
    hub.events.reduce((sum, event) => sum + (event.type === 'terminal.output' ? event.data.length : 0), 0);
  await hub.until(() => size() > 384 * 1024);
  assert.ok(size() < 1024 * 1024, `${size()} characters came without an acknowledgement`);
  let acknowledged = 0;
  while (!hub.events.some(({ type }) => type === 'terminal.exit')) {
    const bytes = size() - acknowledged;
    acknowledged += bytes;
    const reply = await hub.request('terminal.ack', { terminal: 't', bytes });
    if (reply.error !== undefined) break;
  }
  await hub.until(() => hub.events.some(({ type }) => type === 'terminal.exit'));
  assert.ok(size() > 3_000_000);
});
