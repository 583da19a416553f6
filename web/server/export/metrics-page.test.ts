import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from '@probepad/protocol/frames';
import { settingsFrom } from '../settings.ts';
import { exportedRun } from '../testing/exported-run.ts';
import { rawGet } from '../testing/raw-http.ts';
import { testHub } from '../testing/test-hub.ts';

const TOKEN = 'a-token-for-scraping';
const BEARER = { authorization: `Bearer ${TOKEN}` };

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The text format as its specification has it; fails on whatever Prometheus would refuse. */
function parsed(text: string): { types: Map<string, string>; samples: Sample[] } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  assert.ok(text === '' || text.endsWith('\n'), 'the last line ends with a line feed');
  for (const line of text.split('\n').slice(0, -1)) {
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type?.[1] !== undefined) {
      assert.ok(!types.has(type[1]), `a second TYPE of ${type[1]}`);
      assert.ok(!samples.some(({ name }) => name === type[1]), `TYPE of ${type[1]} after its samples`);
      types.set(type[1], type[2] ?? '');
    }
    if (line.startsWith('#')) continue;
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    assert.ok(sample, line);
    const labels: Record<string, string> = {};
    let rest = sample[2] ?? '';
    while (rest !== '') {
      const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/.exec(rest);
      assert.ok(label?.[1] !== undefined, rest);
      assert.ok(!(label[1] in labels), `label ${label[1]} twice`);
      labels[label[1]] = (label[2] ?? '').replace(/\\(.)/g, (_, each) => (each === 'n' ? '\n' : each));
      rest = rest.slice(label[0].length);
    }
    const key = JSON.stringify([sample[1], labels]);
    assert.ok(!seen.has(key), `a second sample of ${key}`);
    seen.add(key);
    samples.push({ name: sample[1] ?? '', labels, value: Number(sample[3]) });
  }
  return { types, samples };
}

test('a marked run’s map is scraped as it was last sent', async (t) => {
  const { hub, agent, browser, run, sendCounts, end } = await exportedRun(t, { metrics: { token: TOKEN } });
  const scrape = async () => parsed((await rawGet(hub.port, '/metrics', BEARER)).body);
  assert.deepEqual((await scrape()).samples, []);
  sendCounts([
    [7, 1n],
    [42, 2n],
  ]);
  sendCounts([
    [7, 5n],
    [42, 9_007_199_254_740_993n],
  ]);
  await browser.frames.next(({ header }) => header.kind === 'map' && header.seq === 2n);
  const { status, headers, body } = await rawGet(hub.port, '/metrics', BEARER);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const { types, samples } = parsed(body);
  assert.equal(types.get('probepad_my_probe_counts_total'), 'counter');
  const labels = { run: run.id, host: agent.name };
  assert.deepEqual(
    samples.filter(({ name }) => name === 'probepad_my_probe_counts_total'),
    [
      { name: 'probepad_my_probe_counts_total', labels: { ...labels, key: '7' }, value: 5 },
      { name: 'probepad_my_probe_counts_total', labels: { ...labels, key: '42' }, value: 2 ** 53 },
    ],
  );
  const records = samples.find(({ name }) => name === 'probepad_records_total');
  assert.deepEqual(records, {
    name: 'probepad_records_total',
    labels: { ...labels, source: 'counts' },
    value: 2,
  });
  const head = await rawGet(hub.port, '/metrics', BEARER, 'HEAD');
  assert.deepEqual([head.status, head.body], [200, '']);
  await end();
  assert.deepEqual((await scrape()).samples, [], 'a run that is over has no numbers of now');
});

test('a run that is not marked stays inside', async (t) => {
  const { hub, browser, sendCounts } = await exportedRun(t, { metrics: { token: TOKEN } }, false);
  sendCounts([[7, 1n]]);
  await browser.frames.next(({ header }) => header.kind === 'map' && header.seq === 1n);
  assert.equal((await rawGet(hub.port, '/metrics', BEARER)).body, '');
});

test('what a host sends against its own schema takes nothing from other numbers', async (t) => {
  const { hub, agent, browser, run, sendCounts } = await exportedRun(t, { metrics: { token: TOKEN } });
  sendCounts([[7, 1n]]);
  agent.sendFrames(
    encodeFrame(
      {
        kind: 'map',
        flags: 3,
        source: 1,
        stream: run.statuses[0]?.stream ?? 0,
        count: 1_000_000,
        aux: 0,
        seq: 2n,
        lost: 0n,
        timeNs: 0n,
      },
      new Uint8Array(8),
    ),
  );
  await browser.frames.next(({ header }) => header.kind === 'map' && header.seq === 2n);
  const { samples } = parsed((await rawGet(hub.port, '/metrics', BEARER)).body);
  assert.deepEqual(
    samples.filter(({ name }) => /records_total|counts/.test(name)).map(({ name, value }) => [name, value]),
    [['probepad_records_total', 2]],
  );
});

test('the page is off until it is turned on, and then needs its own token', async (t) => {
  const off = await testHub(t);
  assert.equal((await rawGet(off.port, '/metrics', BEARER)).status, 401);
  assert.equal((await rawGet(off.port, '/metrics', { authorization: `Bearer ${off.token}` })).status, 404);

  const hub = await testHub(t, { metrics: { token: TOKEN } });
  const statusOf = async (headers: Record<string, string>, method = 'GET') =>
    (await rawGet(hub.port, '/metrics', headers, method)).status;
  assert.equal(await statusOf(BEARER), 200);
  assert.equal(await statusOf({ ...BEARER, host: 'prometheus.example' }), 200, 'under any name');
  assert.equal(await statusOf({}), 401);
  assert.equal(await statusOf({ authorization: `Bearer ${hub.token}` }), 401, 'the hub’s token is another');
  assert.equal(await statusOf(BEARER, 'POST'), 405);
  const others = await rawGet(hub.port, '/api/hosts/x/vmlinux.h', BEARER);
  assert.equal(others.status, 401, 'the token for scraping opens nothing else');
  for (let tries = 0; tries < 10; tries++) await statusOf({ authorization: 'Bearer wrong' });
  assert.equal(await statusOf({ authorization: 'Bearer wrong' }), 429);
  assert.equal(await statusOf(BEARER), 200, 'the right token still passes');
});

test('an open page is open to this machine, by its own name and without a proxy', async (t) => {
  const hub = await testHub(t, { metrics: 'open' });
  const statusOf = async (headers: Record<string, string> = {}) =>
    (await rawGet(hub.port, '/metrics', headers)).status;
  assert.equal(await statusOf(), 200);
  assert.equal(await statusOf({ host: 'rebound.example' }), 403);
  assert.equal(await statusOf({ 'x-forwarded-for': '203.0.113.7' }), 403);
  assert.equal(await statusOf({ forwarded: 'for=203.0.113.7' }), 403);
});

test('settings that would open the numbers to everybody are refused', () => {
  const access = (PROBEPAD_METRICS: string, PROBEPAD_HOST?: string) =>
    settingsFrom({ PROBEPAD_METRICS, PROBEPAD_HOST }).metrics;
  assert.equal(access(''), 'off');
  assert.equal(access('open'), 'open');
  assert.deepEqual(access(TOKEN), { token: TOKEN });
  assert.throws(() => access('open', '0.0.0.0'), /PROBEPAD_METRICS is "open"/);
  assert.throws(() => access('1'), /at least 16/);
});
