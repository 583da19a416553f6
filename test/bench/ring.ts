import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../stack/client.ts';
import type { Stack } from '../stack/stack.ts';
import { onlineHosts } from './first-event.ts';
import { type Fixtures, median, startProducer } from './measure.ts';
import { probeOf } from './probe.ts';

export interface RingRates {
  /** Requests a second with nothing attached. */
  untraced: number;
  /** Events a second that arrived. */
  bpftrace: number;
  polling: number;
  probepad: number;
  /** Events a second with the same program told not to wake its reader: what draining may cost at most. */
  withoutWakeups: number;
  /** Events lost before the hub in the Probepad rounds. */
  lost: number;
  overBpftrace: number;
  overPolling: number;
  /** Rate without wakeups over that of polling: what no reader of this ring can exceed on this machine. */
  boundOverPolling: number;
  /** Rate of the traced program under Probepad over its rate without wakeups. */
  overWithoutWakeups: number;
}

/** What arrives when one process makes io_uring requests as fast as it can, by each way in turn. */
export async function measureRing(
  stack: Stack,
  fixtures: Fixtures,
  rounds: number,
  seconds: number,
): Promise<RingRates> {
  const rates: Record<'untraced' | 'bpftrace' | 'polling' | 'probepad' | 'withoutWakeups', number[]> = {
    untraced: [],
    bpftrace: [],
    polling: [],
    probepad: [],
    withoutWakeups: [],
  };
  let lost = 0;
  for (let round = 0; round < rounds; round++) {
    const bare = await startProducer(fixtures.producer, 'requests', 1);
    rates.untraced.push((await bare.go())?.per_second ?? 0);
    rates.bpftrace.push(await bpftraceRate(fixtures, seconds));
    rates.polling.push(await pollingRate(fixtures, seconds));
    const woken = await probepadRate(stack, fixtures, seconds, false);
    const silent = await probepadRate(stack, fixtures, seconds, true);
    lost += woken.lost;
    rates.probepad.push(woken.rate);
    rates.withoutWakeups.push(silent.rate);
  }
  const pairs = (above: number[], below: number[]): number =>
    median(above.map((value, index) => value / (below[index] ?? Number.NaN)));
  return {
    untraced: median(rates.untraced),
    bpftrace: median(rates.bpftrace),
    polling: median(rates.polling),
    probepad: median(rates.probepad),
    withoutWakeups: median(rates.withoutWakeups),
    lost,
    overBpftrace: pairs(rates.probepad, rates.bpftrace),
    overPolling: pairs(rates.probepad, rates.polling),
    boundOverPolling: pairs(rates.withoutWakeups, rates.polling),
    overWithoutWakeups: pairs(rates.probepad, rates.withoutWakeups),
  };
}

async function bpftraceRate(fixtures: Fixtures, seconds: number): Promise<number> {
  const producer = await startProducer(fixtures.producer, 'requests', seconds);
  const path = join(fixtures.folder, 'bpftrace.out');
  const file = await open(path, 'w');
  const program =
    `BEGIN { printf("attached\\n"); } tracepoint:io_uring:io_uring_submit_req, tracepoint:io_uring:io_uring_complete /pid == ${producer.pid}/ ` +
    '{ printf("%d %d\\n", pid, cpu); }';
  const child = spawn('bpftrace', ['-e', program], { stdio: ['ignore', file.fd, 'pipe'] });
  const exited = once(child, 'exit');
  await untilContains(path, 'attached');
  await producer.go();
  child.kill('SIGINT');
  await exited;
  await file.close();
  const lines = await countLines(path);
  return (lines - 2) / seconds;
}

async function untilContains(path: string, text: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const start = Date.now();
    while (!(await file.read(Buffer.alloc(256), 0, 256, 0)).buffer.toString().includes(text)) {
      if (Date.now() - start > 20_000) throw new Error('bpftrace did not attach within 20 s');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await file.close();
  }
}

async function countLines(path: string): Promise<number> {
  const file = await open(path, 'r');
  let lines = 0;
  for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20 })) {
    for (const byte of chunk as Buffer) if (byte === 10) lines++;
  }
  return lines;
}

async function pollingRate(fixtures: Fixtures, seconds: number): Promise<number> {
  const producer = await startProducer(fixtures.producer, 'requests', seconds);
  const child = spawn(fixtures.polling, [fixtures.floodObject, String(producer.pid)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  await producer.go();
  child.kill();
  await exited;
  const events = Number(/"events":(\d+)/.exec(output)?.[1] ?? 0);
  return events / seconds;
}

async function probepadRate(
  stack: Stack,
  fixtures: Fixtures,
  seconds: number,
  noWakeup: boolean,
): Promise<{ rate: number; lost: number }> {
  const client = await connect(stack);
  const producer = await startProducer(fixtures.producer, 'requests', seconds);
  const [host] = await onlineHosts(client);
  const probe = await probeOf(fixtures.floodSource, {
    targ_pid: String(producer.pid),
    no_wakeup: String(noWakeup),
  });
  const run = await client.request('run.start', { hosts: [host as string], name: 'ring', probe });
  await client.event(
    (event) => event.type === 'run.status' && event.status.run === run.id && event.status.state === 'running',
  );
  await producer.go();
  await client.request('run.stop', { run: run.id });
  const end = await client.event(
    (event) =>
      event.type === 'run.status' && event.status.run === run.id && event.status.totals !== undefined,
    60_000,
  );
  client.close();
  const total = end.type === 'run.status' ? end.status.totals?.events : undefined;
  assert.ok(total);
  return { rate: total.delivered / seconds, lost: total.produced - total.delivered };
}
