import { readFile } from 'node:fs/promises';
import type { Stack } from '../stack/stack.ts';
import { type Counts, runInPage, showDashboard, stopRun } from './live-page.ts';
import type { LoneBrowser } from './lone-browser.ts';
import { type Fixtures, startProducer } from './measure.ts';

export interface BrowserMemory {
  minutes: number;
  /** Of the tab's process with its worker, in MiB: largest resident set, and of that what no other process shares. */
  residentMiB: number;
  privateMiB: number;
  /** Resident with nothing running. */
  emptyMiB: number;
  counts: Counts;
}

const RATE = 50_000;
const SAMPLED_EVERY = 2_000;

/** What a tab takes while events come for so many minutes, shown as a table and a histogram. */
export async function measureBrowserMemory(
  stack: Stack,
  fixtures: Fixtures,
  minutes: number,
): Promise<BrowserMemory> {
  const producer = await startProducer(fixtures.producer, 'paced', minutes * 60, RATE);
  const live = await runInPage(stack, fixtures.streamSource, producer.pid);
  try {
    await showDashboard(live.page, ['histogram']);
    const empty = await tabMemory(live.browser);
    let resident = 0;
    let own = 0;
    await live.browser.alone(async () => {
      let ended = false;
      const flow = producer.go().finally(() => {
        ended = true;
      });
      while (!ended) {
        await Promise.race([flow, new Promise((resolve) => setTimeout(resolve, SAMPLED_EVERY))]);
        const now = await tabMemory(live.browser);
        resident = Math.max(resident, now.resident);
        own = Math.max(own, now.own);
      }
    });
    await stopRun(live.page);
    const counts = await live.counts();
    return { minutes, residentMiB: resident, privateMiB: own, emptyMiB: empty.resident, counts };
  } finally {
    await live.close();
  }
}

/** The largest renderer is that of the page. */
async function tabMemory(browser: LoneBrowser): Promise<{ resident: number; own: number }> {
  const sizes = await Promise.all(
    (await browser.renderers()).map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      const sum = (field: RegExp): number =>
        [...text.matchAll(field)].reduce((all, [, kib]) => all + Number(kib) / 1024, 0);
      return { resident: sum(/^Rss:\s+(\d+) kB/gm), own: sum(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm) };
    }),
  );
  return sizes.reduce((most, each) => (each.resident > most.resident ? each : most), { resident: 0, own: 0 });
}
