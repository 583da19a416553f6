/** What strangers and broken peers may send to a hub's sockets: it is refused, it is logged, and the hub goes on. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { encodeFrame, FRAME_HEADER_SIZE } from '@probepad/protocol/frames';
import { MESSAGE_MAX } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION } from '@probepad/protocol/version';
import { WebSocket } from 'ws';
import { type Stack, startStack } from '../stack/stack.ts';

const BOUND = { timeout: 20_000 };
const HELLO = JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, software: 'attack/1' });
const FACTS = {
  hostname: 'attacker',
  kernel: '6.1',
  arch: 'x86_64',
  cpus: 1,
  btf: '',
  clang: '',
  agent: '0',
  terminal: false,
  programTypes: [],
  interfaces: [],
  checks: [],
};

interface Peer {
  socket: WebSocket;
  /** The next JSON message that fits. */
  next(fits: (message: Message) => boolean): Promise<Message>;
  closed: Promise<number>;
}
type Message = {
  type: string;
  id?: number;
  error?: { code: string; remedy: string };
  result?: Record<string, unknown>;
} & Record<string, unknown>;

describe('attacks on the sockets of a hub', () => {
  let stack: Stack;
  const open = new Set<WebSocket>();

  before(async () => {
    stack = await startStack({ agent: false });
  }, BOUND);
  after(() => stack.close());
  afterEach(async () => {
    for (const socket of open) socket.terminate();
    open.clear();
    assert.equal(stack.hub.child.exitCode, null, 'the hub goes on');
    const health = await fetch(`${stack.origin}/healthz`);
    assert.equal(health.status, 200, 'the hub answers');
  });

  function peer(path: string, headers: Record<string, string> = {}): Promise<Peer> {
    const socket = new WebSocket(`ws://127.0.0.1:${stack.port}${path}`, {
      headers,
      perMessageDeflate: false,
    });
    open.add(socket);
    const messages: Message[] = [];
    const waiting = new Set<() => void>();
    let over = false;
    const wake = () => {
      for (const look of waiting) look();
    };
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (!binary) messages.push(JSON.parse(data.toString()) as Message);
      wake();
    });
    const closed = new Promise<number>((resolve) => {
      socket.on('close', (code) => {
        over = true;
        resolve(code);
        wake();
      });
    });
    const next = (fits: (message: Message) => boolean) =>
      new Promise<Message>((resolve, reject) => {
        const look = () => {
          const index = messages.findIndex(fits);
          if (index < 0 && !over) return;
          waiting.delete(look);
          const [found] = index < 0 ? [] : messages.splice(index, 1);
          if (found === undefined) reject(new Error('the socket closed without the message'));
          else resolve(found);
        };
        waiting.add(look);
        look();
      });
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve({ socket, next, closed }));
      socket.on('error', reject);
    });
  }

  /** A command line that is let in. */
  async function insider(): Promise<Peer> {
    const one = await peer('/ws', { authorization: `Bearer ${stack.token}` });
    one.socket.send(HELLO);
    await one.next(({ type }) => type === 'welcome');
    return one;
  }

  /** An agent that has joined. */
  async function joined(): Promise<Peer & { host: string }> {
    const admin = await insider();
    admin.socket.send(request(1, 'hosts.invite', { name: 'victim' }));
    const invited = await admin.next(({ type }) => type === 'reply');
    const agent = await peer('/agent');
    agent.socket.send(agentHello({ join: invited.result?.token }));
    const welcome = await agent.next(({ type }) => type === 'welcome');
    return { ...agent, host: String(welcome.host) };
  }

  async function inside(check: Peer): Promise<void> {
    check.socket.send(request(999, 'runs.list', {}));
    assert.ok((await check.next(({ id }) => id === 999)).result, 'a well-behaved client is still served');
  }

  async function logged(pattern: RegExp): Promise<void> {
    await stack.hub.waitFor(pattern, 5_000);
  }

  function upgradeStatus(path: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = httpRequest({
        host: '127.0.0.1',
        port: stack.port,
        path,
        agent: false,
        headers: {
          host: `127.0.0.1:${stack.port}`,
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          ...headers,
        },
      });
      asked.on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      });
      asked.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  test('wrong, missing and foreign origins are refused at the upgrade and logged', BOUND, async () => {
    const answer = await fetch(stack.url, { redirect: 'manual' });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    assert.equal(await upgradeStatus('/ws', { cookie, origin: stack.origin }), 101);
    for (const origin of [
      'https://evil.example',
      `http://evil.example:${stack.port}`,
      `https://127.0.0.1:${stack.port}`,
      `http://127.0.0.1:${stack.port + 1}`,
      `${stack.origin}.evil.example`,
      'null',
      'file://',
    ]) {
      assert.equal(await upgradeStatus('/ws', { cookie, origin }), 403, origin);
    }
    assert.equal(await upgradeStatus('/ws', { cookie }), 403, 'missing');
    assert.equal(await upgradeStatus('/agent', { origin: stack.origin }), 403, 'a page as an agent');
    assert.equal(
      await upgradeStatus('/ws', { cookie, origin: stack.origin, host: `evil.example:${stack.port}` }),
      403,
    );
    await logged(/"event":"upgrade refused".*evil\.example/);
  });

  test(
    'missing, wrong and replayed tokens are refused and logged, and no token is in the log',
    BOUND,
    async () => {
      assert.equal(await upgradeStatus('/ws', { origin: stack.origin }), 401);
      assert.equal(
        await upgradeStatus('/ws', { origin: stack.origin, cookie: `probepad_${stack.port}=guess` }),
        401,
      );
      assert.equal(await upgradeStatus('/ws', { authorization: `Bearer ${stack.token.slice(0, -1)}x` }), 401);
      assert.equal((await fetch(`${stack.origin}/?token=guess`)).status, 401);
      assert.equal((await fetch(`${stack.origin}/`)).status, 401);

      const admin = await insider();
      admin.socket.send(request(1, 'hosts.invite', { name: 'once' }));
      const { result } = await admin.next(({ id }) => id === 1);
      const first = await peer('/agent');
      first.socket.send(agentHello({ join: result?.token }));
      await first.next(({ type }) => type === 'welcome');
      for (const login of [{ join: result?.token }, { join: 'guess' }, { credential: 'a.b' }, {}]) {
        const second = await peer('/agent');
        second.socket.send(agentHello(login));
        const refusal = await second.next(({ type }) => type === 'refused');
        assert.ok(refusal.error?.remedy);
        assert.equal(await second.closed, 1008);
      }
      await logged(/"event":"agent refused".*bad_join_token/);
      assert.ok(
        !stack.hub
          .output()
          .replaceAll(/^url: .*$/gm, '')
          .includes(stack.token),
      );
      assert.ok(!stack.hub.output().includes(String(result?.token)));
    },
  );

  test('a message of 1 MiB is read, one byte more ends the connection', BOUND, async () => {
    const filler = (bytes: number) => {
      const empty = request(7, 'snippets.get', { id: '' });
      return request(7, 'snippets.get', { id: 'x'.repeat(bytes - empty.length) });
    };
    const good = await insider();
    good.socket.send(filler(MESSAGE_MAX));
    assert.equal((await good.next(({ id }) => id === 7)).error?.code, 'not_found');
    const bad = await insider();
    bad.socket.send(filler(MESSAGE_MAX + 1));
    assert.equal(await bad.closed, 1009);
    await logged(/"event":"browser socket".*Max payload/);
    const agent = await joined();
    agent.socket.send(Buffer.alloc(MESSAGE_MAX + 1));
    assert.equal(await agent.closed, 1009);
    const stranger = await peer('/agent');
    stranger.socket.send('x'.repeat(MESSAGE_MAX + 1));
    assert.equal(await stranger.closed, 1009);
    await logged(/"event":"agent socket".*Max payload/);
    await inside(good);
  });

  test('fragments do not get around the limit', BOUND, async () => {
    const bad = await insider();
    for (let part = 0; part < 5; part++) bad.socket.send(Buffer.alloc(MESSAGE_MAX / 4), { fin: false });
    assert.equal(await bad.closed, 1009);
  });

  test('compression is not taken up', BOUND, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${stack.port}/ws`, {
      headers: { authorization: `Bearer ${stack.token}` },
      perMessageDeflate: true,
    });
    open.add(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    assert.equal(socket.extensions, '');
  });

  test('malformed text ends that connection only', BOUND, async () => {
    const bystander = await insider();
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
    const deepParams = `{"type":"request","id":1,"method":"runs.list","params":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
    const texts = [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"type":"request"}',
      '{"type":"request","id":"1","method":1}',
    ];
    for (const text of [...texts, deep, deepParams, '{"__proto__":{"type":"request"}}']) {
      for (const greeted of [true, false]) {
        const bad = greeted ? await insider() : await peer('/ws', { authorization: `Bearer ${stack.token}` });
        bad.socket.send(text);
        assert.equal(
          (await bad.next(({ type }) => type === 'refused')).error?.code,
          'bad_message',
          text.slice(0, 60),
        );
        assert.equal(await bad.closed, 1008);
      }
      const agent = await peer('/agent');
      agent.socket.send(text);
      assert.equal(await agent.closed, 1008);
    }
    await logged(/"event":"browser refused".*bad_message/);
    await inside(bystander);
  });

  test(
    'unknown methods, names of the prototype and wrong parameters are answered with an error',
    BOUND,
    async () => {
      const client = await insider();
      const wrong: [string, unknown][] = [
        ['nope', {}],
        ['__proto__', {}],
        ['constructor', {}],
        ['toString', {}],
        ['hasOwnProperty', {}],
        ['run.watch', null],
        ['run.watch', { run: 7 }],
        ['run.start', { hosts: [], name: '', probe: {} }],
        ['run.start', { hosts: 'x'.repeat(1000) }],
        ['snippets.get', { id: ['x'] }],
        ['hosts.revoke', {}],
        ['run.write', { run: 'x', source: 'x', offset: 0, bytes: 'zz' }],
        ['run.put', { run: 'x', source: 'x', key: 'zz', value: '00' }],
      ];
      let id = 10;
      for (const [method, params] of wrong) {
        client.socket.send(request(++id, method, params));
        const reply = await client.next((message) => message.id === id);
        assert.equal(reply.error?.code, 'bad_message', method);
      }
      for (const name of ['__proto__', 'constructor', 'prototype']) {
        client.socket.send(request(++id, 'snippets.get', { id: name }));
        assert.equal((await client.next((message) => message.id === id)).error?.code, 'not_found');
        client.socket.send(request(++id, 'run.watch', { run: name }));
        assert.equal((await client.next((message) => message.id === id)).error?.code, 'not_found');
      }
    },
  );

  test('names like constructor are data, not properties', BOUND, async () => {
    const client = await insider();
    const settings = {
      params: { constructor: '1', toString: '2' },
      attach: {},
      flags: [],
      seconds: 0,
      views: {},
    };
    const files = [{ name: 'constructor.c', text: "'; DROP TABLE snippets; --" }];
    client.socket.send(request(1, 'snippets.save', { name: "x' OR '1'='1", files, settings }));
    const { result } = await client.next(({ id }) => id === 1);
    client.socket.send(request(2, 'snippets.get', { id: result?.id }));
    const saved = await client.next(({ id }) => id === 2);
    assert.deepEqual(saved.result?.settings, settings);
    assert.deepEqual(saved.result?.files, files);
    const proto = `{"type":"request","id":3,"method":"snippets.save","params":{"__proto__":{"polluted":true}}}`;
    client.socket.send(proto);
    assert.equal(await client.closed, 1008);
  });

  test('malformed frames end the agent that sent them, and nobody else', BOUND, async () => {
    const bystander = await insider();
    const good = {
      kind: 'events',
      flags: 0,
      source: 0,
      stream: 1,
      count: 1,
      aux: 0,
      seq: 0n,
      lost: 0n,
      timeNs: 0n,
    } as const;
    const frame = Buffer.from(encodeFrame(good, Buffer.alloc(16)));
    const changed = (change: (copy: Buffer) => void) => {
      const copy = Buffer.from(frame);
      change(copy);
      return copy;
    };
    const attacks: Record<string, Buffer> = {
      'one byte': Buffer.alloc(1),
      'half a header': frame.subarray(0, FRAME_HEADER_SIZE / 2),
      'a cut payload': frame.subarray(0, -1),
      'bytes behind': Buffer.concat([frame, Buffer.alloc(3)]),
      'a wrong magic': changed((copy) => copy.writeUInt32LE(0xdeadbeef, 0)),
      'a huge length': changed((copy) => copy.writeUInt32LE(0xffffffff, 4)),
      'an unknown kind': changed((copy) => copy.writeUInt8(99, 8)),
      'a stream of nobody': frame,
    };
    for (const [what, bytes] of Object.entries(attacks)) {
      const agent = await joined();
      agent.socket.send(bytes);
      assert.equal((await agent.next(({ type }) => type === 'refused')).error?.code, 'bad_message', what);
      assert.equal(await agent.closed, 1008, what);
      const stranger = await peer('/agent');
      stranger.socket.send(bytes);
      assert.equal(await stranger.closed, 1008, `${what} before the hello`);
    }
    const browser = await insider();
    browser.socket.send(frame);
    assert.equal(await browser.closed, 1008, 'frames from a browser');
    await logged(/"event":"agent refused".*magic/);
    await inside(bystander);
  });

  test('events of an agent that are no events end it', BOUND, async () => {
    for (const event of [
      { type: 'run.status', status: { run: 'x' } },
      { type: 'run.counts', run: 'x', counts: { stream: 1, sources: { a: 'b' } } },
      { type: 'facts', facts: { hostname: 'x'.repeat(300) } },
      { type: 'welcome' },
    ]) {
      const agent = await joined();
      agent.socket.send(JSON.stringify(event));
      assert.equal((await agent.next(({ type }) => type === 'refused')).error?.code, 'bad_message');
      assert.equal(await agent.closed, 1008);
    }
  });

  test('a flood of requests is slowed down, then cut off', BOUND, async () => {
    const flooder = await insider();
    const bystander = await insider();
    for (let id = 1; id <= 4_000; id++) flooder.socket.send(request(id, 'snippets.list', {}));
    assert.ok(await flooder.next(({ error }) => error?.code === 'rate_limited'));
    await inside(bystander);
    assert.equal(await flooder.closed, 1008);
  });

  test('a socket that says nothing is ended', BOUND, async () => {
    const silent = await peer('/agent');
    const browser = await peer('/ws', { authorization: `Bearer ${stack.token}` });
    assert.deepEqual(await Promise.all([silent.closed, browser.closed]), [1008, 1008]);
  });

  test('bytes that are no HTTP and no WebSocket do no harm', BOUND, async () => {
    const upgrade =
      `GET /agent HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    const reserved = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    for (const bytes of [
      Buffer.from('\0\0\0\0\r\n\r\n'),
      Buffer.from('GET / HTTP/9.9\r\n\r\n'),
      Buffer.from(`GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`),
      Buffer.concat([Buffer.from(upgrade), reserved]),
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp(stack.port, '127.0.0.1', () => socket.end(bytes));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
  });
});

function request(id: number, method: string, params: unknown): string {
  return JSON.stringify({ type: 'request', id, method, params });
}

function agentHello(login: Record<string, unknown>): string {
  return JSON.stringify({
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    software: 'attack/1',
    facts: FACTS,
    runs: [],
    ...login,
  });
}
