import { setPriority } from 'node:os';
import type { Stack } from '../stack/stack.ts';
import { inputLatency, pressKeys, watchInput } from './input-latency.ts';
import { type Counts, runInPage, showDashboard, stopRun } from './live-page.ts';
import { type Fixtures, median, startProducer } from './measure.ts';
import { threadsDuring } from './tab-threads.ts';

export interface BrowserRate {
  /** Events a second that were read in the page's worker, of more than it can take. */
  rate: number;
  /** Nanoseconds of processor time that an event takes in the worker. */
  workerNs: number;
  /** Events a second that `JSON.parse` alone gets through in the same browser, when each is a line of JSON. */
  jsonRate: number;
  overJson: number;
  /** Where the events of a producer at full rate went. */
  full: Counts;
  typing: {
    /** Milliseconds that 98 of 100 keys and clicks were shown within, and with nothing running. */
    inputMs: number;
    quietInputMs: number;
    /** Events a second that were read meanwhile, of `OFFERED`. */
    rate: number;
  };
}

/** Events a second that are offered while somebody types. */
export const OFFERED = 1_500_000;
const PRESSES = 50;
/** Niceness of the main threads of what runs on other machines where a page is looked at: here it shares two cores with the browser. */
const GIVES_WAY = 10;

/**
 * A producer's events in the workbench, which shows a table of them and a histogram of one column, for which every event is read: once with nobody
 * at the keys and as many as come, once at a set rate while somebody types and clicks.
 */
export async function measureBrowserRate(
  stack: Stack,
  fixtures: Fixtures,
  rounds: number,
  seconds: number,
): Promise<BrowserRate> {
  const full: (Counts & { workerMs: number; jsonRate: number })[] = [];
  const typing: BrowserRate['typing'][] = [];
  for (let round = 0; round < rounds; round++) {
    full.push(await fullRate(stack, fixtures, seconds));
    typing.push(await whileTyping(stack, fixtures, seconds));
  }
  const rates = full.map(({ delivered }) => delivered / seconds);
  const sum = (field: keyof Counts): number => full.reduce((all, each) => all + each[field], 0);
  return {
    rate: median(rates),
    workerNs: median(full.map(({ workerMs, delivered }) => (workerMs * 1e6) / delivered)),
    jsonRate: median(full.map(({ jsonRate }) => jsonRate)),
    overJson: median(full.map(({ jsonRate }, at) => (rates[at] ?? Number.NaN) / jsonRate)),
    full: {
      produced: sum('produced'),
      delivered: sum('delivered'),
      kernel: sum('kernel'),
      agent: sum('agent'),
      hub: sum('hub'),
      viewer: sum('viewer'),
    },
    typing: {
      inputMs: median(typing.map(({ inputMs }) => inputMs)),
      quietInputMs: median(typing.map(({ quietInputMs }) => quietInputMs)),
      rate: median(typing.map(({ rate }) => rate)),
    },
  };
}

async function whileTyping(
  stack: Stack,
  fixtures: Fixtures,
  seconds: number,
): Promise<BrowserRate['typing']> {
  const producer = await startProducer(fixtures.producer, 'paced', seconds, OFFERED);
  // A loader is started with its agent's.
  const elsewhere = [producer.pid, stack.hub.pid, ...(stack.agent ? [stack.agent.pid] : [])];
  for (const pid of elsewhere) setPriority(pid, GIVES_WAY);
  try {
    return await typedWhile(stack, fixtures, seconds, producer);
  } finally {
    for (const pid of elsewhere.slice(1)) setPriority(pid, 0);
  }
}

async function typedWhile(
  stack: Stack,
  fixtures: Fixtures,
  seconds: number,
  producer: Awaited<ReturnType<typeof startProducer>>,
): Promise<BrowserRate['typing']> {
  const live = await runInPage(stack, fixtures.streamSource, producer.pid);
  try {
    await showDashboard(live.page, ['histogram']);
    await watchInput(live.page);
    const before = await pressKeys(live.browser, PRESSES);
    const quietInputMs = await inputLatency(live.page, before);
    await watchInput(live.page);
    const presses = await pressKeys(live.browser, Math.min(PRESSES, seconds * 8), producer.go);
    const inputMs = await inputLatency(live.page, presses);
    await stopRun(live.page);
    const { delivered } = await live.counts();
    return { inputMs, quietInputMs, rate: delivered / seconds };
  } finally {
    await live.close();
  }
}

/** Everything that one process can make, to a page that may not take it all. */
async function fullRate(
  stack: Stack,
  fixtures: Fixtures,
  seconds: number,
): Promise<Counts & { workerMs: number; jsonRate: number }> {
  const producer = await startProducer(fixtures.producer, 'requests', seconds);
  const live = await runInPage(stack, fixtures.streamSource, producer.pid);
  try {
    await showDashboard(live.page, ['histogram']);
    const json = await live.page.evaluate(jsonRate);
    const { workers } = await threadsDuring(live.browser, () => live.browser.alone(producer.go));
    await stopRun(live.page);
    return { ...(await live.counts()), workerMs: workers, jsonRate: json };
  } finally {
    await live.close();
  }
}

/** Runs in the page: the same events as lines of JSON. */
function jsonRate(): number {
  const names = ['bash', 'git', 'make', 'clang-16', 'node', 'postgres', 'nginx', 'kworker/0:1'];
  const lines = Array.from({ length: 200_000 }, (_, at) =>
    JSON.stringify({
      time_ns: 51_000_000_000_000 + at,
      dur_ns: (at * 7919) % 65_536,
      pid: 4242,
      cpu: at & 1,
      queue: at & 15,
      bytes: at & 4095,
      comm: names[at & 7],
    }),
  );
  const start = performance.now();
  let sum = 0;
  for (const line of lines) sum += (JSON.parse(line) as { dur_ns: number }).dur_ns;
  const elapsed = performance.now() - start;
  return sum > 0 ? (lines.length * 1_000) / elapsed : Number.NaN;
}
