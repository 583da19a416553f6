import type { Page } from '@playwright/test';
import type { Stack } from '../stack/stack.ts';
import { ownFrameRate } from './frame-times.ts';
import { runInPage, showDashboard } from './live-page.ts';
import { type Fixtures, median, startProducer } from './measure.ts';
import { threadsDuring } from './tab-threads.ts';

export interface ChartFigures {
  charts: number;
  /** In each of them. */
  points: number;
  /** Milliseconds of the page's thread in a frame in which all charts were drawn anew: median, and what 95 of 100 are within. */
  frameMs: number;
  frameMs95: number;
  /** Processor time of the page's thread for one of them, keys and all. */
  frameCpuMs: number;
  /** Such frames. */
  frames: number;
  /** Frames a second while the pointer moves over one chart and the cursor follows in all, and of an almost empty page. */
  hovering: number;
  emptyPage: number;
  overEmptyPage: number;
}

const CHARTS = 4;
const POINTS = 20_000;
const LIVE_SECONDS = 8;
const ZOOMS = 24;
const HOVER_MS = 3_000;

type WithFrames = typeof globalThis & { benchFrames?: { work: number; cleared: number }[] };

/**
 * Four charts of a run's events on the dashboard. The worker never sends more points than there are pixels, so each of its answers is
 * replaced on its way by one of 20,000 points in as many places: the charts draw all of them, live and zoomed by keys.
 */
export async function measureCharts(stack: Stack, fixtures: Fixtures): Promise<ChartFigures> {
  const producer = await startProducer(fixtures.producer, 'paced', 45, 5_000);
  const live = await runInPage(stack, fixtures.streamSource, producer.pid, (page) =>
    page.addInitScript(replaceSeries, POINTS),
  );
  const { page } = live;
  try {
    await showDashboard(page, Array<string>(CHARTS).fill('chart'));
    // The table is not what is measured.
    await page.getByTestId('panel').first().getByTestId('panel-close').click();
    const flow = producer.go();
    const charts = page.getByTestId('chart');
    await charts.nth(CHARTS - 1).waitFor();
    await page.evaluate(noteFrames);
    await new Promise((resolve) => setTimeout(resolve, LIVE_SECONDS * 1_000));
    await charts.first().focus();
    const { page: cpu } = await threadsDuring(live.browser, async () => {
      for (let at = 0; at < ZOOMS; at++) {
        await page.keyboard.press(at % 2 === 0 ? '+' : '-');
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      }
    });
    const frames = await page.evaluate(() => (globalThis as WithFrames).benchFrames ?? []);
    const whole = frames
      .filter(({ cleared }) => cleared >= CHARTS)
      .map(({ work }) => work)
      .sort((a, b) => a - b);
    const own = await ownFrameRate(page, HOVER_MS);
    const hovering = await hover(page);
    await page.getByTestId('stop').click();
    producer.stop();
    await flow;
    return {
      charts: CHARTS,
      points: POINTS,
      frameMs: median(whole),
      frameMs95: whole[Math.floor(whole.length * 0.95)] ?? Number.NaN,
      frames: whole.length,
      frameCpuMs: cpu / ZOOMS,
      hovering,
      emptyPage: own,
      overEmptyPage: hovering / own,
    };
  } finally {
    await live.close();
  }
}

/** Runs before the page's scripts: whatever series the worker answers with, the page gets one line of so many points. */
function replaceSeries(points: number): void {
  const Plain = Worker;
  globalThis.Worker = class extends Plain {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      super(...given);
      this.addEventListener('message', ({ data }: MessageEvent) => {
        const series = data?.type === 'answer' ? data.answer : undefined;
        if (!Array.isArray(series?.times) || !Array.isArray(series.lines) || series.lines.length === 0)
          return;
        const to = Date.now() / 1000;
        const from = to - 300;
        const times = Float64Array.from({ length: points }, (_, at) => from + (300 * at) / points);
        series.times = Array.from(times);
        series.kept = { from, to };
        series.lines = [
          {
            ...series.lines[0],
            values: series.times.map((time: number) => 500 + 300 * Math.sin(time / 7) + 200 * Math.random()),
          },
        ];
      });
    }
  };
}

/** Runs in the page: for each frame the time from its first callback until it is handed over, and how many canvases were cleared. */
function noteFrames(): void {
  const frames: { work: number; cleared: number }[] = [];
  (globalThis as WithFrames).benchFrames = frames;
  let cleared = 0;
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...place) {
    cleared++;
    clearRect.apply(this, place);
  };
  const after = new MessageChannel();
  let began = 0;
  after.port1.onmessage = () => {
    frames.push({ work: performance.now() - began, cleared });
    cleared = 0;
  };
  const step = (): void => {
    requestAnimationFrame(step);
    began = performance.now();
    after.port2.postMessage(undefined);
  };
  requestAnimationFrame(step);
}

async function hover(page: Page): Promise<number> {
  const box = await page.getByTestId('chart').first().boundingBox();
  if (!box) throw new Error('no chart');
  const counted = page.evaluate(
    (span) =>
      new Promise<number>((resolve) => {
        let frames = 0;
        const start = performance.now();
        const step = (now: number): void => {
          frames++;
          if (now - start < span) requestAnimationFrame(step);
          else resolve((frames * 1_000) / (performance.now() - start));
        };
        requestAnimationFrame(step);
      }),
    HOVER_MS,
  );
  let over = false;
  void counted.finally(() => {
    over = true;
  });
  for (let at = 0; !over; at++) {
    await page.mouse.move(box.x + 60 + ((at * 7) % (box.width - 80)), box.y + box.height / 2);
  }
  return counted;
}
