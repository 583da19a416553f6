import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';

const BOUND = { timeout: 30_000 };

interface HubProcess {
  child: ChildProcess;
  /** The lines of its standard output until it ends. */
  lines: string[];
  firstLine: Promise<string>;
  ended: Promise<number | null>;
  log(): string;
}

function hubProcess(t: TestContext, data: string, environment: Record<string, string> = {}): HubProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, PROBEPAD_NO_APP: '1', PROBEPAD_PORT: '0', PROBEPAD_DATA: data, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors += text;
  });
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => lines.push(line));
  const firstLine = Promise.race([
    once(reader, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => Promise.reject(new Error(`the hub ended: ${errors}`))),
  ]);
  firstLine.catch(() => {});
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, lines, firstLine, ended, log: () => errors };
}

async function dataFolder(t: TestContext): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'probepad-main-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  return data;
}

test(
  'the hub prints one line when it answers, and ends well on SIGTERM with sockets open',
  BOUND,
  async (t) => {
    const data = await dataFolder(t);
    const hub = hubProcess(t, join(data, 'new', 'folder'), { PROBEPAD_LOCAL_AGENT: '1' });
    const [, origin = '', token = ''] =
      /^url: (http:\/\/127\.0\.0\.1:\d+)\/\?token=(\S{43})$/.exec(await hub.firstLine) ?? [];
    assert.equal((await fetch(`${origin}/healthz`)).status, 200);
    assert.equal((await fetch(`${origin}/?token=${token}`, { redirect: 'manual' })).status, 303);
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    hub.child.kill('SIGTERM');
    const [code] = await once(socket, 'close');
    assert.equal(code, 1001);
    assert.equal(await hub.ended, 0);
    assert.equal(hub.lines.length, 1);
    assert.equal((await stat(join(data, 'new', 'folder'))).mode & 0o777, 0o700);
    for (const line of hub.log().trim().split('\n')) assert.equal(typeof JSON.parse(line).event, 'string');
    assert.ok(!hub.log().includes(token));
    assert.equal((await readFile(join(data, 'new', 'folder', 'local-join-token'), 'utf8')).trim().length, 43);
  },
);

test('a peer that stalls does not keep the hub from ending', BOUND, async (t) => {
  const hub = hubProcess(t, await dataFolder(t));
  const url = new URL((await hub.firstLine).replace('url: ', ''));
  const authorization = `Bearer ${url.searchParams.get('token')}`;
  const socket = new WebSocket(`ws://${url.host}/ws`, { headers: { authorization } });
  await once(socket, 'open');
  socket.pause();
  hub.child.kill('SIGINT');
  assert.equal(await hub.ended, 0);
  socket.terminate();
});

test('what can’t work is said, and the exit code is not 0', BOUND, async (t) => {
  const data = await dataFolder(t);
  const first = hubProcess(t, join(data, 'a'));
  const port = new URL((await first.firstLine).replace('url: ', '')).port;
  const cases: [Record<string, string>, RegExp][] = [
    [{ PROBEPAD_PORT: port }, /EADDRINUSE/],
    [{ PROBEPAD_PORT: 'http' }, /PROBEPAD_PORT is/],
    [{ PROBEPAD_ORIGINS: 'probes.example' }, /PROBEPAD_ORIGINS holds/],
  ];
  for (const [environment, reason] of cases) {
    const second = hubProcess(t, join(data, 'b'), environment);
    assert.equal(await second.ended, 1);
    assert.match(second.log(), reason);
    assert.deepEqual(second.lines, []);
  }
});
