import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, test } from 'node:test';
import { readableLine } from './log-line.mjs';
import { agentOptions, listeningUrl, runParts } from './run-parts.mjs';
import { COMPILED, checkData } from './service-user.mjs';
import { supervise } from './supervise.mjs';

const QUICK = { first: 20, most: 80, steady: 60_000, kill: 300 };
const LIMIT = { timeout: 30_000 };

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'probepad-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @type {(name: string, text: string) => string[]} */
function script(name, text) {
  writeFileSync(join(folder, `${name}.mjs`), text);
  return [process.execPath, join(folder, `${name}.mjs`)];
}

/** Collects lines; `until` resolves with all of them once one matches. */
function listener() {
  /** @type {string[]} */
  const lines = [];
  /** @type {(() => void)[]} */
  let waiting = [];
  const say = (/** @type {string} */ line) => {
    lines.push(line);
    for (const look of waiting) look();
  };
  const until = (/** @type {(lines: string[]) => boolean} */ isThere) =>
    new Promise((resolve) => {
      const look = () => {
        if (!isThere(lines)) return;
        waiting = waiting.filter((other) => other !== look);
        resolve(lines);
      };
      waiting.push(look);
      look();
    });
  return { lines, say, until };
}

const HUB = `
  import { writeFileSync } from 'node:fs';
  console.log('listening');
  console.log('url: http://127.0.0.1:4567/?token=abc');
  writeFileSync(process.env.PROBEPAD_DATA + '/hub-environment', process.env.PROBEPAD_LOCAL_AGENT ?? '');
  setInterval(() => {}, 1000);`;
const AGENT = `
  console.log('options ' + process.argv.slice(2).join(' '));
  console.log('{"time":"t","level":"info","event":"connected to the hub","host":"a b"}');
  setInterval(() => {}, 1000);`;

test(
  'the agent starts once the hub listens, with the hub’s address and the local token’s file',
  LIMIT,
  async () => {
    const { say, until, lines } = listener();
    const parts = runParts({
      hub: script('hub', HUB),
      agent: script('agent', AGENT),
      data: folder,
      env: process.env,
      say,
      delays: QUICK,
    });
    assert.equal(await parts.ready, 'http://127.0.0.1:4567/?token=abc');
    const expected = `agent  options ${agentOptions('http://127.0.0.1:4567/', folder).join(' ')}`;
    await parts.joined;
    await until((said) => said.includes(expected) && said.includes('agent  connected to the hub host="a b"'));
    await parts.stop();
    assert.equal(lines[0], 'hub    listening');
    assert.equal(readFileSync(join(folder, 'hub-environment'), 'utf8'), '1');
    assert.ok(!lines.some((line) => line.includes('token=abc')), 'the token is printed by the caller alone');
  },
);

test('a hub that ends before it listens is a failure, not a loop', LIMIT, async () => {
  const { say, lines } = listener();
  const hub = script('hub', `console.error('port 4567 is in use'); process.exitCode = 1;`);
  const parts = runParts({
    hub,
    agent: script('agent', AGENT),
    data: folder,
    env: process.env,
    say,
    delays: QUICK,
  });
  await assert.rejects(parts.ready, /the hub did not start/);
  await parts.stop();
  assert.ok(lines.includes('hub    port 4567 is in use'));
});

test('a hub that dies later comes back on the same port, and the agent stays', LIMIT, async () => {
  const { say, until } = listener();
  const hub = script(
    'hub',
    `console.log('url: http://127.0.0.1:' + (process.env.PROBEPAD_PORT || 4567) + '/?token=abc');
     console.log('port ' + process.env.PROBEPAD_PORT);
     setInterval(() => {}, 1000);
     process.on('SIGUSR2', () => process.exit(9));
     console.log('pid ' + process.pid);`,
  );
  const env = { ...process.env, PROBEPAD_PORT: '' };
  const parts = runParts({ hub, agent: script('agent', AGENT), data: folder, env, say, delays: QUICK });
  await parts.ready;
  const lines = await until((said) =>
    ['hub    pid ', 'agent  options'].every((start) => said.some((line) => line.startsWith(start))),
  );
  const pid = lines
    .find((/** @type {string} */ line) => line.startsWith('hub    pid '))
    .split(' ')
    .at(-1);
  process.kill(Number(pid), 'SIGUSR2');
  await until((said) => said.includes('hub    port 4567'));
  await parts.stop();
  assert.ok(lines.includes('hub ended (code 9); starting it again in 0.02 s'));
  assert.equal(lines.filter((/** @type {string} */ line) => line.startsWith('agent  options')).length, 1);
});

test('only a folder that is empty or a hub’s own is given to the service user', () => {
  mkdirSync(join(folder, COMPILED));
  checkData(folder);
  // The hub writes it before its database; one that ended in between starts again.
  writeFileSync(join(folder, 'token'), '');
  checkData(folder);
  writeFileSync(join(folder, '.bashrc'), '');
  assert.throws(() => checkData(folder), /holds other files \(\.bashrc\)/);
  writeFileSync(join(folder, 'hub.sqlite'), '');
  checkData(folder);
});

test('structured log lines are made readable, other text is left alone', () => {
  assert.equal(
    readableLine('{"time":"t","level":"info","event":"ending","signal":"SIGTERM"}'),
    'ending signal=SIGTERM',
  );
  assert.equal(
    readableLine('{"level":"error","event":"starting","error":"port in use"}'),
    'error: starting error="port in use"',
  );
  assert.equal(readableLine('{"a":1}'), '{"a":1}');
  assert.equal(readableLine('{ broken'), '{ broken');
  assert.equal(readableLine('a \u001b[31mred\u009b'), 'a \\x1b[31mred\\x9b');
});

test('an agent that ends is started again, more slowly each time, and that is said', LIMIT, async () => {
  const { say, until } = listener();
  const agent = script('agent', `console.log('hello'); process.exitCode = 3;`);
  const parts = runParts({
    hub: script('hub', HUB),
    agent,
    data: folder,
    env: process.env,
    say,
    delays: QUICK,
  });
  const lines = await until((said) => said.filter((line) => line.startsWith('agent ended')).length >= 4);
  await parts.stop();
  const told = lines.filter((/** @type {string} */ line) => line.startsWith('agent ended')).slice(0, 4);
  assert.deepEqual(
    told,
    [0.02, 0.04, 0.08, 0.08].map((seconds) => `agent ended (code 3); starting it again in ${seconds} s`),
  );
});

test('a part that does not end by SIGTERM is killed', LIMIT, async () => {
  const { say, until } = listener();
  const argv = script(
    'stubborn',
    `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000);`,
  );
  const part = supervise({ name: 'stubborn', argv, env: process.env, onLine: say, onEvent: say }, QUICK);
  await until((said) => said.includes('up'));
  const pid = part.pid();
  await part.stop();
  assert.equal(existsSync(`/proc/${pid}`), false);
  assert.equal(part.pid(), undefined);
});

test('a part that can’t be started is told, and stopping it works', LIMIT, async () => {
  const { say, until } = listener();
  const argv = [join(folder, 'not-there')];
  const part = supervise({ name: 'ghost', argv, env: process.env, onLine: say, onEvent: say }, QUICK);
  const lines = await until((said) => said.length > 0);
  assert.match(lines[0], /^ghost ended \(spawn .*ENOENT\); starting it again/);
  await part.stop();
});

test('parts end with whoever started them, even by kill -9', LIMIT, async () => {
  const program = `
    import { supervise } from ${JSON.stringify(join(import.meta.dirname, 'supervise.mjs'))};
    const argv = ['setpriv', '--pdeathsig', 'TERM', 'sleep', '4321'];
    const part = supervise({ name: 'p', argv, env: process.env, onLine: () => {}, onEvent: () => {} });
    console.log(part.pid());`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(createInterface({ input: owner.stdout }), 'line');
  // setpriv has asked for the signal before it becomes sleep.
  while (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep')) await turn();
  owner.kill('SIGKILL');
  while (isRunning(pid)) await turn();
});

test('the hub’s line is told from its other lines', () => {
  assert.equal(listeningUrl('url: http://[::1]:80/?token=x'), 'http://[::1]:80/?token=x');
  assert.equal(listeningUrl('see url: http://x/'), undefined);
  assert.ok(agentOptions('http://[::1]:80/?token=x', '/d').includes('ws://[::1]/agent'));
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** @param {string} pid */
function isRunning(pid) {
  try {
    // A zombie has ended; its new parent may not have reaped it yet.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
