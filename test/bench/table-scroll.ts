import type { Page } from '@playwright/test';
import type { Stack } from '../stack/stack.ts';
import { ownFrameRate } from './frame-times.ts';
import { runInPage, stopRun } from './live-page.ts';
import { type Fixtures, median, startProducer } from './measure.ts';
import { threadsDuring } from './tab-threads.ts';

export interface TableFigures {
  rows: number;
  /** Frames a second while the table is scrolled without a rest, and what an empty page has beside it. */
  framesPerSecond: number;
  emptyPage: number;
  overEmptyPage: number;
  /** Frames that showed no row in the middle of the table. */
  blank: number;
  /** Milliseconds from the last key of a filter to the frame with the number of all rows that fit. */
  filterMs: number;
  slowestFilterMs: number;
  /** Processor time of the page's thread for a frame of scrolling, and of the worker's for a filter. */
  frameCpuMs: number;
  filterCpuMs: number;
}

const ROWS = 1_000_000;
const FILL_RATE = 150_000;
/** A little more than it takes: a page keeps a million. */
const FILL_SECONDS = 8;
const FILTERS = [
  'queue == 3 && dur_ns > 1ms',
  'dur_ns > 900ms',
  'comm == "git" && bytes > 2000',
  'comm ~ "o" && dur_ns < 2us',
  'postgres',
];
const SCROLL_MS = 3_000;

/** A million rows that came over the real socket: scrolled from top to bottom, and filtered. */
export async function measureTable(stack: Stack, fixtures: Fixtures, rounds: number): Promise<TableFigures> {
  const producer = await startProducer(fixtures.producer, 'paced', FILL_SECONDS, FILL_RATE);
  const live = await runInPage(stack, fixtures.streamSource, producer.pid);
  try {
    await live.browser.alone(producer.go);
    const { page } = live;
    await stopRun(page);
    await page.waitForFunction(
      (wanted) =>
        Number(document.querySelector('[data-testid="row-count"]')?.textContent?.replace(/\D/g, '')) >=
        wanted,
      ROWS,
    );
    const rows = Number((await page.getByTestId('row-count').textContent())?.replace(/\D/g, ''));
    const own: number[] = [];
    const scrolled: { rate: number; blank: number; cpu: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      own.push(await ownFrameRate(page, SCROLL_MS));
      const { page: cpu, result } = await threadsDuring(live.browser, () => page.evaluate(scroll, SCROLL_MS));
      scrolled.push({ ...result, cpu: cpu / result.frames });
    }
    const times: number[] = [];
    const worked: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const filter of FILTERS) {
        const { workers, result } = await threadsDuring(live.browser, () => timeFilter(page, filter, round));
        times.push(result);
        worked.push(workers);
      }
    }
    const rates = scrolled.map(({ rate }) => rate);
    return {
      rows,
      framesPerSecond: median(rates),
      emptyPage: median(own),
      overEmptyPage: median(rates.map((rate, at) => rate / (own[at] ?? Number.NaN))),
      blank: scrolled.reduce((sum, { blank }) => sum + blank, 0),
      filterMs: median(times),
      slowestFilterMs: Math.max(...times),
      frameCpuMs: median(scrolled.map(({ cpu }) => cpu)),
      filterCpuMs: median(worked),
    };
  } finally {
    await live.close();
  }
}

/** Runs in the page: scrolls on in every frame; the whole height takes the whole time. */
function scroll(milliseconds: number): Promise<{ rate: number; frames: number; blank: number }> {
  const table = document.querySelector<HTMLElement>('[data-testid="event-table"]');
  if (!table) throw new Error('no table on the page');
  const box = table.getBoundingClientRect();
  const start = performance.now();
  let frames = 0;
  let blank = 0;
  return new Promise((resolve) => {
    const step = (): void => {
      const gone = performance.now() - start;
      // Sixty pixels a frame, as a wheel does; a leap every half a second goes through the whole.
      const leap = Math.floor(gone / 500) / Math.floor(milliseconds / 500);
      table.scrollTop = leap * (table.scrollHeight - 40_000) + frames * 60;
      frames++;
      if (frames > 2) {
        const middle = document.elementFromPoint(box.left + 60, box.top + box.height / 2);
        if (!middle?.closest('[data-testid="event-row"]')) blank++;
      }
      if (gone < milliseconds) requestAnimationFrame(step);
      else resolve({ rate: (frames * 1_000) / (performance.now() - start), frames, blank });
    };
    requestAnimationFrame(step);
  });
}

/** A filter that was never searched for before: what was is remembered. */
async function timeFilter(page: Page, filter: string, round: number): Promise<number> {
  const isText = /^\w+$/.test(filter);
  const own = isText ? `${filter}${' '.repeat(round)}` : `${filter} && pid != ${1_000_000 + round}`;
  return page.evaluate(async (text) => {
    const input = document.querySelector<HTMLInputElement>('[aria-label="Filter rows"]');
    const count = document.querySelector('[data-testid="row-count"]');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    if (!input || !count || !set) throw new Error('no table on the page');
    const type = (value: string): void => {
      set.call(input, value);
      input.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const until = (fits: (shown: string) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void =>
          fits(count.textContent ?? '') ? resolve() : void requestAnimationFrame(look);
        look();
      });
    type('');
    await until((shown) => shown.includes('rows'));
    const start = performance.now();
    type(text);
    await until((shown) => shown.includes('match') && !shown.includes('searching'));
    return performance.now() - start;
  }, own);
}
