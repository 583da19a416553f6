import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Run } from '@probepad/protocol/control/browser';
import type { RunCounts, SourceCounts } from '@probepad/protocol/control/run';
import { FRAME_FLAGS, type FrameHeader, GAP_PLACES } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX, VIEWER_QUEUE_MAX } from '@probepad/protocol/limits';
import { PROBE, SCHEMA, statusOf } from './testing/probe.ts';
import { joinedAgent, testFrame } from './testing/test-agent.ts';
import { type TestBrowser, testBrowser } from './testing/test-browser.ts';
import { testHub } from './testing/test-hub.ts';

async function runningRun(t: Parameters<typeof testHub>[0]) {
  const hub = await testHub(t);
  const agent = await joinedAgent(t, hub);
  const browser = await testBrowser(t, hub);
  const run: Run = await browser.call('run.start', { name: 'try', probe: PROBE, hosts: [agent.host] });
  agent.reply(await agent.request('run.start'), {});
  agent.send({ type: 'run.schema', run: run.id, stream: 0, schema: SCHEMA });
  agent.send({ type: 'run.status', status: statusOf(run, { state: 'running' }) });
  await browser.event('run.status', ({ status }) => status.state === 'running');
  const stream = run.statuses[0]?.stream ?? 0;
  const frame = (header: Partial<FrameHeader>, size = 0) =>
    testFrame({ stream, ...header }, Buffer.alloc(size, 1));
  const end = () =>
    agent.send({ type: 'run.status', status: statusOf(run, { state: 'ended', reason: 'stopped' }) });
  return { hub, agent, browser, run, stream, frame, end };
}

/** The last counters before the viewer heard that the run ended. */
async function finalCounts(browser: TestBrowser): Promise<RunCounts['sources']> {
  const ended = await browser.event('run.status', ({ status }) => status.state === 'ended');
  const before = browser.messages.all.slice(0, browser.messages.all.indexOf(ended));
  const last = before.findLast((message) => message.type === 'run.counts');
  assert.ok(last?.type === 'run.counts', 'counters come before the end');
  for (const counts of Object.values(last.counts.sources)) assertBalanced(counts);
  return last.counts.sources;
}

/** Bytes of buffers that are in use, garbage left out. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: what the first run finalizes is freed by the second.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

function assertBalanced({ produced, delivered, dropped }: SourceCounts): void {
  assert.equal(produced, delivered + dropped.kernel + dropped.agent + dropped.hub + dropped.viewer);
}

test('a message goes on byte for byte, and every loss before it is counted where it happened', async (t) => {
  const { agent, browser, run, frame, end } = await runningRun(t);
  await browser.call('run.watch', { run: run.id });
  const first = [frame({ seq: 0n, count: 10, lost: 2n }, 400), frame({ seq: 10n, count: 6, lost: 3n }, 100)];
  agent.sendFrames(...first);
  agent.sendFrames(
    frame({ kind: 'gap', seq: 16n, count: 4, aux: GAP_PLACES.agent, lost: 3n }),
    // 20 to 24 never come.
    frame({ seq: 25n, count: 5, lost: 3n }, 50),
    frame({ kind: 'map', source: 1, seq: 1n, count: 9, flags: FRAME_FLAGS.first }, 90),
    frame({ kind: 'map', source: 1, seq: 1n, count: 1, flags: FRAME_FLAGS.last }, 10),
  );
  // The kernel lost one more after the last frame.
  agent.send({
    type: 'run.counts',
    run: run.id,
    counts: {
      stream: 0,
      sources: {
        events: { produced: 0, delivered: 26, dropped: { kernel: 4, agent: 4, hub: 0, viewer: 0 } },
      },
    },
  });
  end();
  const sources = await finalCounts(browser);
  assert.deepEqual(sources.events, {
    produced: 34,
    delivered: 21,
    dropped: { kernel: 4, agent: 4, hub: 5, viewer: 0 },
  });
  assert.deepEqual(sources.counts, {
    produced: 1,
    delivered: 1,
    dropped: { kernel: 0, agent: 0, hub: 0, viewer: 0 },
  });
  assert.equal(browser.received.messages, 2, 'messages are not taken apart');
  assert.equal(browser.frames.all.length, 6);
});

test('a large message goes on in smaller ones, each of which tells a viewer on a slow line that the hub is there', async (t) => {
  const { agent, browser, run, frame } = await runningRun(t);
  await browser.call('run.watch', { run: run.id });
  const frames = Array.from({ length: 16 }, (_, at) => frame({ seq: BigInt(at), count: 1 }, 60 * 1024));
  agent.sendFrames(...frames);
  await browser.frames.next(({ header }) => header.seq === 15n);
  assert.equal(browser.frames.all.length, 16);
  assert.equal(browser.received.messages, 4, 'frames are not sent one by one either');
  assert.ok(
    browser.received.largest <= FRAME_PAYLOAD_MAX,
    `${browser.received.largest} bytes in one message`,
  );
});

test('records that the agent sent and that never came are counted at the end', async (t) => {
  const { agent, browser, run, frame, end } = await runningRun(t);
  await browser.call('run.watch', { run: run.id });
  agent.sendFrames(frame({ seq: 0n, count: 10 }, 10));
  agent.send({
    type: 'run.counts',
    run: run.id,
    counts: {
      stream: 0,
      sources: {
        events: { produced: 20, delivered: 15, dropped: { kernel: 0, agent: 5, hub: 0, viewer: 0 } },
      },
    },
  });
  end();
  assert.deepEqual((await finalCounts(browser)).events, {
    produced: 20,
    delivered: 10,
    dropped: { kernel: 0, agent: 5, hub: 5, viewer: 0 },
  });
});

test('a late viewer gets the schema, the last frames marked as replay, and counters that balance', async (t) => {
  const { hub, agent, browser, run, frame, end } = await runningRun(t);
  await browser.call('run.watch', { run: run.id });
  agent.sendFrames(frame({ seq: 0n, count: 3, lost: 1n }, 30));
  agent.sendFrames(frame({ kind: 'map', source: 1, seq: 1n, count: 1, flags: 3 }, 11));
  agent.sendFrames(frame({ kind: 'map', source: 1, seq: 2n, count: 1, flags: 3 }, 12));
  agent.sendFrames(frame({ kind: 'log', flags: 3 }, 13));
  await browser.frames.next(({ header }) => header.kind === 'log');

  const late = await testBrowser(t, hub);
  await late.call('run.watch', { run: run.id });
  await late.frames.next(({ header }) => header.kind === 'log');
  const schemaAt = late.messages.all.findIndex(({ type }) => type === 'run.schema');
  assert.ok(schemaAt > 0);
  const replayed = late.frames.all.map(({ header }) => [header.kind, header.length]);
  assert.deepEqual(replayed, [
    ['events', 30],
    ['map', 12],
    ['log', 13],
  ]);
  assert.ok(late.frames.all.every(({ header }) => (header.flags & FRAME_FLAGS.replay) !== 0));
  agent.sendFrames(frame({ seq: 3n, count: 4, lost: 1n }, 40));
  const live = await late.frames.next(({ header }) => header.length === 40);
  assert.equal(live.header.flags & FRAME_FLAGS.replay, 0);
  end();
  const events = { produced: 8, delivered: 7, dropped: { kernel: 1, agent: 0, hub: 0, viewer: 0 } };
  assert.deepEqual((await finalCounts(late)).events, events);
  assert.deepEqual((await finalCounts(browser)).events, events);

  const afterwards = await testBrowser(t, hub);
  const { statuses } = await afterwards.call('run.watch', { run: run.id });
  assert.equal(statuses[0]?.reason, 'stopped');
  const told = await afterwards.event('run.counts');
  assert.deepEqual(told.counts.sources.events, events);
});

test('a viewer that stops reading loses frames of its own only, counted, and the hub stays small', async (t) => {
  const { hub, agent, browser, run, frame, end } = await runningRun(t);
  const stalled = await testBrowser(t, hub);
  await browser.call('run.watch', { run: run.id });
  await stalled.call('run.watch', { run: run.id });
  stalled.socket.pause();

  const total = 80 * 1024 * 1024;
  const size = 256 * 1024 - 64;
  let seq = 0;
  let snapshot = 1n;
  const before = heldBytes();
  for (let sent = 0; sent < total; sent += 3 * size) {
    const frames = [0, 1, 2].map((index) => frame({ seq: BigInt(seq + index * 10), count: 10 }, size));
    seq += 30;
    agent.sendFrames(...frames, frame({ kind: 'map', source: 1, seq: snapshot++, count: 1, flags: 3 }, 1000));
    // What the reading viewer has had is what the hub has passed on.
    await browser.frames.next(({ header }) => header.kind === 'map' && header.seq === snapshot - 1n);
  }
  const grown = heldBytes() - before - browser.received.bytes;
  assert.ok(grown < 4 * VIEWER_QUEUE_MAX, `${grown} bytes more are held, beside what the test keeps`);
  end();
  const complete = await finalCounts(browser);
  assert.deepEqual(complete.events?.dropped.viewer, 0);
  assert.equal(complete.events?.delivered, seq);

  stalled.socket.resume();
  const sources = await finalCounts(stalled);
  assert.equal(sources.events?.produced, seq);
  assert.ok((sources.events?.dropped.viewer ?? 0) > 0, 'some were dropped');
  const records = (kind: string) =>
    stalled.frames.all
      .filter(({ header }) => header.kind === kind)
      .reduce((sum, { header }) => sum + (kind === 'map' ? 1 : header.count), 0);
  assert.equal(sources.events?.delivered, records('events'), 'delivered is what arrived');
  assert.equal(sources.counts?.delivered, records('map'));
  assert.equal(sources.counts?.produced, Number(snapshot) - 1);
  const lastMap = stalled.frames.all.findLast(({ header }) => header.kind === 'map');
  assert.equal(lastMap?.header.seq, snapshot - 1n, 'the newest snapshot arrived');
  assert.ok(stalled.received.bytes < 3 * VIEWER_QUEUE_MAX);
});

test('a viewer that asks and asks without reading the answers is given up', async (t) => {
  const hub = await testHub(t);
  const browser = await testBrowser(t, hub);
  const settings = { params: {}, attach: {}, flags: [], seconds: 0, views: {} };
  const files = [{ name: 'large.bpf.c', text: 'x'.repeat(500_000) }];
  const { id } = await browser.call('snippets.save', { name: 'large', files, settings });
  browser.socket.pause();
  for (let count = 0; count < 150; count++) {
    browser.socket.send(
      JSON.stringify({ type: 'request', id: 1000 + count, method: 'snippets.get', params: { id } }),
    );
  }
  const { buffered } = await hub.logged('viewer given up');
  assert.ok(Number(buffered) < 3 * VIEWER_QUEUE_MAX, `${buffered} bytes waited`);
});

test('a viewer that turns away gets no more frames, and may come again', async (t) => {
  const { agent, browser, run, frame } = await runningRun(t);
  await browser.call('run.watch', { run: run.id });
  agent.sendFrames(frame({ seq: 0n, count: 1 }, 1));
  await browser.frames.next(({ header }) => header.length === 1);
  await browser.call('run.unwatch', { run: run.id });
  agent.sendFrames(frame({ seq: 1n, count: 1 }, 2));
  agent.send({ type: 'run.status', status: statusOf(run, { state: 'running', remarks: ['later'] }) });
  await browser.event('run.status', ({ status }) => status.state === 'running');
  assert.equal(browser.frames.all.length, 1);
  await browser.call('run.watch', { run: run.id });
  await browser.frames.next(({ header }) => header.length === 2);
  assert.equal(browser.frames.all.length, 3);
});
