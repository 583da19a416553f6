import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rawGet, rawUpgrade, sessionCookie } from './testing/raw-http.ts';
import { testHub } from './testing/test-hub.ts';

test('the access token opens a session and leaves the address, its path and its query kept', async (t) => {
  const { port, token, data } = await testHub(t);
  const answer = await rawGet(port, `/s/abc?view=table&token=${token}`);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, '/s/abc?view=table');
  const cookie = answer.headers['set-cookie']?.[0] ?? '';
  assert.match(
    cookie,
    new RegExp(`^probepad_${port}=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+$`),
  );
  // 404 is this hub without its app: the session let the request through.
  assert.equal((await rawGet(port, '/', { cookie: cookie.split(';')[0] ?? '' })).status, 404);
  assert.equal((await stat(join(data, 'token'))).mode & 0o777, 0o600);
  assert.equal((await readFile(join(data, 'token'), 'utf8')).trim(), token);
});

test('the redirect after signing in never leads to another site', async (t) => {
  const { port, token } = await testHub(t);
  for (const path of ['//evil.example/', '/\\evil.example/', '///evil.example/']) {
    const { headers } = await rawGet(port, `${path}?token=${token}`);
    assert.match(headers.location ?? '', /^\/[^/\\]/, path);
  }
});

test('without a session there is a page that says how to get in, and nothing else', async (t) => {
  const { port, token } = await testHub(t);
  const paths = ['/', '/s/abc', '/_next/static/x.js', '/api/hosts/x/vmlinux.h'];
  for (const path of paths) assert.equal((await rawGet(port, path)).status, 401, path);
  const page = await rawGet(port, '/');
  assert.match(page.body, /npm start/);
  assert.ok(!page.body.includes('<script'));
  assert.equal((await rawGet(port, '/', { cookie: `probepad_${port}=${token}` })).status, 401);
  assert.equal((await rawGet(port, '/', { authorization: `Bearer ${token}` })).status, 404);
  assert.equal((await rawGet(port, '/', { authorization: 'Bearer wrong' })).status, 401);
  assert.equal((await rawGet(port, '/', {}, 'POST')).status, 405);
  assert.equal((await rawGet(port, '/healthz')).body, 'ok\n');
});

test('a link followed from another site comes back once, so that the strict cookie is sent', async (t) => {
  const { port } = await testHub(t);
  const answer = await rawGet(port, '/r/1', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' });
  assert.equal(answer.status, 401);
  assert.match(answer.body, /http-equiv="refresh"/);
  const again = await rawGet(port, '/r/1', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' });
  assert.ok(!again.body.includes('refresh'));
});

test('wrong tokens are limited and logged, and do not lock out the right one', async (t) => {
  const { port, token, log } = await testHub(t);
  const statuses: number[] = [];
  for (let tries = 0; tries < 12; tries++) statuses.push((await rawGet(port, '/?token=wrong')).status);
  assert.deepEqual(new Set(statuses.slice(0, 9)), new Set([401]));
  assert.deepEqual(new Set(statuses.slice(9)), new Set([429]));
  assert.equal(log.filter(({ event }) => event === 'wrong token').length, 12);
  assert.ok(!JSON.stringify(log).includes(token));
  assert.equal((await rawGet(port, `/?token=${token}`)).status, 303);
});

test('a session outlives the hub, the token too', async (t) => {
  const first = await testHub(t);
  const cookie = await sessionCookie(first.port, first.token);
  const second = await first.restart();
  assert.equal(second.token, first.token);
  assert.equal((await rawGet(second.port, '/', { cookie })).status, 404);
});

test('only the hub itself as Origin, by any of its names, may open a browser socket', async (t) => {
  const hub = await testHub(t, { origins: ['https://probes.example'] });
  const { port, token, log } = hub;
  const cookie = await sessionCookie(port, token);
  const good = [
    `http://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    `http://[::1]:${port}`,
    'https://probes.example',
  ];
  for (const origin of good) {
    assert.equal((await rawUpgrade(port, '/ws', { origin, cookie })).status, 101, origin);
    assert.equal((await rawUpgrade(port, '/ws', { origin })).status, 401, `${origin} without a session`);
  }
  const bad = [
    `http://127.0.0.1:${port + 1}`,
    'http://127.0.0.1',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://evil.example:${port}`,
    'https://probes.example.evil.example',
    'http://probes.example',
    'null',
    '',
  ];
  for (const origin of bad) {
    assert.equal((await rawUpgrade(port, '/ws', { origin, cookie })).status, 403, origin);
    const authorization = `Bearer ${token}`;
    assert.equal(
      (await rawUpgrade(port, '/ws', { origin, authorization })).status,
      403,
      `${origin} with the token`,
    );
  }
  assert.equal((await rawUpgrade(port, '/ws', { cookie })).status, 403, 'no Origin');
  assert.equal(
    (await rawUpgrade(port, '/ws', { authorization: `Bearer ${token}` })).status,
    101,
    'command line',
  );
  assert.equal((await rawUpgrade(port, '/ws', { authorization: 'Bearer wrong' })).status, 401);
  assert.equal((await rawUpgrade(port, '/elsewhere', { origin: good[0] ?? '', cookie })).status, 404);
  assert.equal(
    (await rawUpgrade(port, '/agent', { origin: good[0] ?? '' })).status,
    403,
    'a browser is no agent',
  );
  assert.equal(
    (await rawUpgrade(port, '/agent', { host: `10.0.2.2:${port}` })).status,
    101,
    'agents use any name',
  );
  assert.ok(log.filter(({ event }) => event === 'upgrade refused').length >= bad.length * 2);
});

test('a name that was rebound to this machine is refused by its Host', async (t) => {
  const { port, token } = await testHub(t);
  const cookie = await sessionCookie(port, token);
  const host = `rebound.example:${port}`;
  assert.equal((await rawGet(port, '/', { host, cookie })).status, 403);
  assert.equal((await rawGet(port, `/?token=${token}`, { host })).status, 403);
  assert.equal(
    (await rawUpgrade(port, '/ws', { host, cookie, origin: `http://127.0.0.1:${port}` })).status,
    403,
  );
  assert.equal((await rawGet(port, '/', { host: `localhost:${port}`, cookie })).status, 404);
});

test('every answer carries the security headers, with a nonce of its own', async (t) => {
  const { port } = await testHub(t);
  const policies = [];
  for (const path of ['/', '/healthz', '/?token=wrong']) {
    const { headers } = await rawGet(port, path);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    const policy = headers['content-security-policy']?.toString() ?? '';
    assert.match(policy, /script-src 'self' 'nonce-[^']+';/);
    assert.match(policy, /frame-ancestors 'none'/);
    policies.push(policy);
  }
  assert.equal(new Set(policies).size, policies.length);
});

test('a Host that is no host cannot write into the policy', async (t) => {
  const { port } = await testHub(t);
  const { headers } = await rawGet(port, '/', { host: "x; script-src 'unsafe-inline'" });
  assert.ok(!headers['content-security-policy']?.toString().includes("script-src 'unsafe-inline'"));
});
