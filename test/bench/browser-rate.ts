import type { Stack } from '../stack/stack.ts';
import { inputLatency, pressKeys, watchInput } from './input-latency.ts';
import { type Counts, runInPage, showDashboard, stopRun } from './live-page.ts';
import { type Fixtures, median, startProducer } from './measure.ts';
import { threadsDuring } from './tab-threads.ts';

export interface BrowserRate {
  /** Events a second that were read in the page's worker. */
  rate: number;
  /** Nanoseconds of processor time that an event takes in the worker. */
  workerNs: number;
  /** Milliseconds that 98 of 100 keys and clicks were shown within meanwhile, and with nothing running. */
  inputMs: number;
  quietInputMs: number;
  /** Events a second that `JSON.parse` alone gets through in the same browser, when each is a line of JSON. */
  jsonRate: number;
  overJson: number;
  /** Of a producer at full rate: where its events went. */
  full: Counts;
}

/** Events a second that are offered: what else runs here gets in the way now and then. */
const OFFERED = 1_750_000;
const PRESSES = 50;

/**
 * A producer's events in the workbench, which shows a table of them and a histogram of one column, for which every event is read.
 * Meanwhile somebody types and clicks.
 */
export async function measureBrowserRate(
  stack: Stack,
  fixtures: Fixtures,
  rounds: number,
  seconds: number,
): Promise<BrowserRate> {
  const rates: number[] = [];
  const inputs: number[] = [];
  const quiet: number[] = [];
  const workers: number[] = [];
  const json: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const producer = await startProducer(fixtures.producer, 'paced', seconds, OFFERED);
    const live = await runInPage(stack, fixtures.streamSource, producer.pid);
    try {
      await showDashboard(live.page, ['histogram']);
      json.push(await live.page.evaluate(jsonRate));
      await watchInput(live.page);
      const before = await pressKeys(live.browser, PRESSES);
      quiet.push(await inputLatency(live.page, before));
      await watchInput(live.page);
      const { workers: used, result: presses } = await threadsDuring(live.browser, () =>
        pressKeys(live.browser, Math.min(PRESSES, seconds * 8), producer.go),
      );
      inputs.push(await inputLatency(live.page, presses));
      await stopRun(live.page);
      const { delivered } = await live.counts();
      rates.push(delivered / seconds);
      workers.push((used * 1e6) / delivered);
    } finally {
      await live.close();
    }
  }
  const full = await fullRate(stack, fixtures, seconds);
  return {
    rate: median(rates),
    workerNs: median(workers),
    inputMs: median(inputs),
    quietInputMs: median(quiet),
    jsonRate: median(json),
    overJson: median(rates.map((rate, at) => rate / (json[at] ?? Number.NaN))),
    full,
  };
}

/** Everything that one process can make, to a page that can't take it all. */
async function fullRate(stack: Stack, fixtures: Fixtures, seconds: number): Promise<Counts> {
  const producer = await startProducer(fixtures.producer, 'requests', seconds);
  const live = await runInPage(stack, fixtures.streamSource, producer.pid);
  try {
    await live.browser.alone(producer.go);
    await stopRun(live.page);
    return await live.counts();
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
