import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { CHROMIUM } from '../stack/chromium.ts';
import { connect } from '../stack/client.ts';
import { CHECKOUT } from '../stack/process.ts';
import type { Stack } from '../stack/stack.ts';
import { onlineHosts } from './first-event.ts';
import { clock, type Fixtures, median, startProducer } from './measure.ts';
import { probeOf } from './probe.ts';

export interface MapSnapshot {
  bpftoolMs: number;
  probepadMs: number;
  /** bpftool over Probepad. */
  ratio: number;
}

const ENTRIES = 100_000;

/**
 * A hash of 100,000 entries of 4+8 bytes: `bpftool map dump -j` and a parse, against the loader's snapshot decoded to typed arrays
 * in Chromium (from the snapshot's own time stamp to the last column).
 */
export async function measureMapSnapshot(
  stack: Stack,
  fixtures: Fixtures,
  rounds: number,
): Promise<MapSnapshot> {
  const client = await connect(stack);
  const producer = await startProducer(fixtures.producer, 'calls', ENTRIES);
  const [host] = await onlineHosts(client);
  const probe = await probeOf(fixtures.mapSource, { targ_pid: String(producer.pid) });
  const run = await client.request('run.start', { hosts: [host as string], name: 'map', probe });
  await client.request('run.watch', { run: run.id });
  const running = await client.event(
    (event) => event.type === 'run.status' && event.status.run === run.id && event.status.state === 'running',
  );
  const offset = running.type === 'run.status' ? (running.status.clockOffset ?? '0') : '0';
  await producer.go();

  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await pageWithDecoder(
      await browser.newContext({ bypassCSP: true }).then((c) => c.newPage()),
      stack,
    );
    const ours = await page.evaluate(watchSnapshots, {
      run: run.id,
      offset,
      rounds: rounds + 1,
      entries: ENTRIES,
    });
    const theirs: number[] = [];
    for (let round = 0; round <= rounds; round++) theirs.push(await bpftoolOnce());
    const ratios = ours.slice(1).map((value, index) => (theirs[index + 1] ?? Number.NaN) / value);
    return { bpftoolMs: median(theirs.slice(1)), probepadMs: median(ours.slice(1)), ratio: median(ratios) };
  } finally {
    await browser.close();
    await client.request('run.stop', { run: run.id });
    client.close();
  }
}

/** A page of the hub's origin that can import the product's decoder as it is in the repository. */
async function pageWithDecoder(page: Page, stack: Stack): Promise<Page> {
  await page.route('**/bench-modules/**', async (route) => {
    const name = route.request().url().split('/bench-modules/').at(-1) ?? '';
    const source = await readFile(join(CHECKOUT, 'protocol/src', name), 'utf8');
    await route.fulfill({ contentType: 'text/javascript', body: stripTypeScriptTypes(source) });
  });
  await page.goto(stack.url);
  await page.goto(`${stack.origin}/healthz`);
  return page;
}

/** Runs in the page: watches a run, decodes every full snapshot, gives the milliseconds that each took. */
async function watchSnapshots(options: {
  run: string;
  offset: string;
  rounds: number;
  entries: number;
}): Promise<number[]> {
  const modules = `${location.origin}/bench-modules/`;
  const { createDecoder } = (await import(
    `${modules}decode.ts`
  )) as typeof import('@probepad/protocol/decode');
  const { framesOf } = (await import(`${modules}frames.ts`)) as typeof import('@probepad/protocol/frames');
  const socket = new WebSocket(`ws://${location.host}/ws`);
  socket.binaryType = 'arraybuffer';
  let decoder: ReturnType<typeof createDecoder> | undefined;
  const times: number[] = [];
  let rows = 0;
  return new Promise((resolve, reject) => {
    socket.onopen = () =>
      socket.send(JSON.stringify({ type: 'hello', protocol: 1, software: 'bench/0.1.0' }));
    socket.onerror = () => reject(new Error('socket failed'));
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') {
        const message = JSON.parse(data);
        if (message.type === 'welcome') {
          socket.send(
            JSON.stringify({ type: 'request', id: 1, method: 'run.watch', params: { run: options.run } }),
          );
        }
        if (message.type === 'run.schema') decoder = createDecoder(message.schema);
        return;
      }
      for (const frame of framesOf(new Uint8Array(data), 1 << 20)) {
        if (frame.header.kind !== 'map' || !decoder || decoder.sourceOf(frame).name !== 'counts') continue;
        const batch = decoder.map(frame);
        if (batch.first) rows = 0;
        rows += batch.keys[0]?.data?.length ?? 0;
        if (!batch.last || rows < options.entries || (frame.header.flags & 4) !== 0) continue;
        const made = Number((frame.header.timeNs + BigInt(options.offset)) / 1000n) / 1000;
        times.push(performance.timeOrigin + performance.now() - made);
        if (times.length === options.rounds) {
          socket.close();
          resolve(times);
        }
      }
    };
  });
}

async function bpftoolOnce(): Promise<number> {
  const list = JSON.parse(await output('bpftool', ['map', 'list', '-j'])) as {
    id: number;
    name?: string;
    max_entries: number;
  }[];
  const map = list.find((candidate) => candidate.name === 'counts' && candidate.max_entries === 131072);
  if (!map) throw new Error('bpftool does not list the map');
  const start = clock();
  const entries = JSON.parse(
    await output('bpftool', ['map', 'dump', 'id', String(map.id), '-j']),
  ) as unknown[];
  if (entries.length < ENTRIES) throw new Error(`bpftool gave ${entries.length} entries`);
  return clock() - start;
}

function output(file: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}
