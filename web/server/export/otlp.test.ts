import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { settingsFrom } from '../settings.ts';
import { exportedRun } from '../testing/exported-run.ts';
import { inbox } from '../testing/inbox.ts';
import { rawGet } from '../testing/raw-http.ts';

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}
interface LogRecord {
  timeUnixNano: string;
  eventName: string;
  attributes: Attribute[];
}
interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: {
    resourceLogs?: {
      resource: { attributes: Attribute[] };
      scopeLogs: { scope: { name: string }; logRecords: LogRecord[] }[];
    }[];
    resourceMetrics?: {
      scopeMetrics: { metrics: { name: string; sum?: { dataPoints: { attributes: Attribute[] }[] } }[] }[];
    }[];
  };
}

type Answer = (request: Received, response: ServerResponse) => void;

const fine: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
};

/** A collector that keeps what it is sent, and answers as the test wants. */
async function collector(t: TestContext) {
  const requests = inbox<Received>();
  const place = { answer: fine };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const received = { path: request.url ?? '', headers: request.headers, body: JSON.parse(body) };
      // First the answer: the test may change it once it sees the request.
      place.answer(received, response);
      requests.put(received);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const otlp = { endpoint, headers: { 'x-key': 'secret' }, interval: 100 };
  return { requests, place, otlp, server };
}

function recordsOf({ body }: Received): LogRecord[] {
  return (body.resourceLogs ?? []).flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) => logRecords),
  );
}

const isLogs = ({ path }: Received): boolean => path === '/v1/logs';
const pidsOf = (received: readonly Received[]): number[] =>
  received
    .filter(isLogs)
    .flatMap(recordsOf)
    .map(({ attributes }) => Number(attributes.find(({ key }) => key === 'pid')?.value.intValue));

const METRICS = { token: 'a-token-for-scraping' };
async function ownCounter(port: number, name: string, signal: string): Promise<number> {
  const { body } = await rawGet(port, '/metrics', { authorization: `Bearer ${METRICS.token}` });
  return Number(
    new RegExp(`^probepad_otlp_${name}_total\\{signal="${signal}"\\} (\\d+)$`, 'm').exec(body)?.[1],
  );
}

/** Asks until it is so: what is counted is counted some time after the collector's answer. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

test('events of a marked run come as log records with typed attributes, its maps as sums', async (t) => {
  const { requests, otlp } = await collector(t);
  const { agent, run, sendEvents, sendCounts, end } = await exportedRun(t, { otlp });
  sendEvents(0, 3);
  const logs = await requests.next(isLogs);
  assert.deepEqual([logs.headers['content-type'], logs.headers['x-key']], ['application/json', 'secret']);
  const [resource] = logs.body.resourceLogs ?? [];
  assert.deepEqual(
    resource?.resource.attributes.map(({ key, value }) => [key, value.stringValue]),
    [
      ['service.name', 'probepad'],
      ['host.name', agent.name],
      ['probepad.run.id', run.id],
      ['probepad.run.name', 'my-probe.bpf.c'],
    ],
  );
  const [first] = recordsOf(logs);
  assert.equal(first?.timeUnixNano, '1795262400123456789');
  assert.equal(first?.eventName, 'events');
  assert.deepEqual(first?.attributes, [
    { key: 'pid', value: { intValue: '0' } },
    { key: 'bytes', value: { stringValue: '9223372036854775808' } },
  ]);

  sendCounts([[7, 5n]]);
  const metrics = await requests.next(
    ({ path, body }) => path === '/v1/metrics' && JSON.stringify(body).includes('probepad_my_probe_counts'),
  );
  const named = metrics.body.resourceMetrics?.[0]?.scopeMetrics[0]?.metrics.find(
    ({ name }) => name === 'probepad_my_probe_counts',
  );
  const { timeUnixNano, startTimeUnixNano, ...point } = (named?.sum?.dataPoints[0] ?? {}) as Record<
    string,
    unknown
  >;
  assert.ok(BigInt(String(timeUnixNano)) >= BigInt(String(startTimeUnixNano)));
  assert.deepEqual(point, { attributes: [{ key: 'key', value: { stringValue: '7' } }], asInt: '5' });
  assert.deepEqual(
    { ...named?.sum, dataPoints: [] },
    {
      dataPoints: [],
      aggregationTemporality: 2,
      isMonotonic: true,
    },
  );

  sendEvents(3, 2);
  await end();
  await requests.next((request) => pidsOf([request]).includes(4));
  assert.deepEqual(pidsOf(requests.all), [0, 1, 2, 3, 4], 'each once, the last ones too');
});

const isMetrics = ({ path }: Received): boolean => path === '/v1/metrics';
const countsOf = ({ body }: Received): unknown[] =>
  (body.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, sum }) =>
        name === 'probepad_my_probe_counts'
          ? (sum?.dataPoints ?? []).map((point) => Object(point).asInt)
          : [],
      ),
    ),
  );

test('a run that is over before numbers are due has them sent once, when it ends', async (t) => {
  const { requests, place, otlp } = await collector(t);
  const { hub, sendCounts, end } = await exportedRun(t, {
    otlp: { ...otlp, interval: 3_600_000 },
    metrics: METRICS,
  });
  // The first try fails: nothing comes after it that would hold the same.
  place.answer = (request, response) => {
    if (!isMetrics(request)) return fine(request, response);
    place.answer = fine;
    response.writeHead(503, { 'retry-after': '0' }).end();
  };
  sendCounts([[7, 5n]]);
  sendCounts([[7, 41n]]);
  await end();
  assert.deepEqual(countsOf(await requests.next(isMetrics)), ['41']);
  assert.deepEqual(countsOf(await requests.next(isMetrics)), ['41'], 'tried again');
  await until(async () => (await ownCounter(hub.port, 'sent', 'metrics')) === 1);
  assert.equal(requests.all.filter(isMetrics).length, 2);
  assert.equal(await ownCounter(hub.port, 'dropped', 'metrics'), 0);
});

test('a collector that fails is tried again, and nothing is sent twice or lost', async (t) => {
  const { requests, place, otlp } = await collector(t);
  const { hub, sendEvents } = await exportedRun(t, { otlp, metrics: METRICS });
  place.answer = (request, response) => {
    if (!isLogs(request)) fine(request, response);
    else response.writeHead(503, { 'retry-after': '0' }).end();
  };
  sendEvents(0, 2);
  const failed = await requests.next(isLogs);
  assert.equal((await hub.logged('otlp')).why, 'HTTP 503');
  place.answer = fine;
  const again = await requests.next(isLogs);
  assert.deepEqual(again.body, failed.body);
  await hub.logged('otlp works again');
  sendEvents(2, 1);
  await requests.next((request) => pidsOf([request]).includes(2));
  await until(async () => (await ownCounter(hub.port, 'sent', 'logs')) === 3);
  assert.equal(await ownCounter(hub.port, 'dropped', 'logs'), 0);
});

test('what a collector refuses is dropped and counted, also the part of a request', async (t) => {
  const { requests, place, otlp } = await collector(t);
  const { hub, sendEvents } = await exportedRun(t, { otlp, metrics: METRICS });
  place.answer = (request, response) => {
    if (isLogs(request)) response.writeHead(400).end('no');
    else fine(request, response);
  };
  sendEvents(0, 2);
  await requests.next(isLogs);
  await until(async () => (await ownCounter(hub.port, 'dropped', 'logs')) === 2);
  place.answer = (_request, response) => {
    response.end(JSON.stringify({ partialSuccess: { rejectedLogRecords: '1' } }));
  };
  sendEvents(2, 3);
  await requests.next((request) => pidsOf([request]).includes(4));
  await until(async () => (await ownCounter(hub.port, 'dropped', 'logs')) === 3);
  assert.equal(await ownCounter(hub.port, 'sent', 'logs'), 2);
});

test('while a collector does not answer, the queue is bounded and the viewers miss nothing', async (t) => {
  const { requests, place, otlp } = await collector(t);
  const { hub, browser, sendEvents } = await exportedRun(t, { otlp, metrics: METRICS });
  let release = (): void => {};
  place.answer = (request, response) => {
    if (!isLogs(request)) return fine(request, response);
    release = () => fine(request, response);
  };
  sendEvents(0, 1);
  await requests.next(isLogs);
  const many = 15_000;
  for (let from = 1; from < many; from += 1000) sendEvents(from, Math.min(1000, many - from));
  await browser.frames.next(({ header }) => Number(header.seq) + header.count >= many);
  await until(async () => (await ownCounter(hub.port, 'dropped', 'logs')) > 0);
  place.answer = fine;
  release();
  await until(
    async () =>
      (await ownCounter(hub.port, 'sent', 'logs')) + (await ownCounter(hub.port, 'dropped', 'logs')) === many,
  );
  assert.equal(pidsOf(requests.all).length, await ownCounter(hub.port, 'sent', 'logs'));
});

test('a run that is not marked is not sent, and the hub ends while a collector hangs', async (t) => {
  const { requests, place, otlp } = await collector(t);
  place.answer = () => {};
  const { browser, sendEvents } = await exportedRun(t, { otlp }, false);
  sendEvents(0, 2);
  await browser.frames.next(({ header }) => header.kind === 'events');
  const marked = await exportedRun(t, { otlp });
  marked.sendEvents(0, 1);
  const logs = await requests.next(isLogs);
  assert.equal(logs.body.resourceLogs?.[0]?.resource.attributes[2]?.value.stringValue, marked.run.id);
  await marked.hub.hub.close();
});

test('a collector’s address and headers are read as OpenTelemetry has them', () => {
  const read = (endpoint: string, headers?: string) =>
    settingsFrom({ PROBEPAD_OTLP_ENDPOINT: endpoint, PROBEPAD_OTLP_HEADERS: headers }).otlp;
  assert.equal(read(''), undefined);
  assert.deepEqual(read('http://127.0.0.1:4318/', 'authorization=Bearer%20x, tenant = a'), {
    endpoint: 'http://127.0.0.1:4318',
    headers: { authorization: 'Bearer x', tenant: 'a' },
    interval: 10_000,
  });
  assert.throws(() => read('collector:4318'), /looks like/);
  assert.throws(
    () => read('http://c', 'a=%0d%0ab'),
    (error: Error) => !error.message.includes('%0d'),
  );
});
