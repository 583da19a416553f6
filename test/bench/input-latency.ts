import type { Page } from '@playwright/test';
import type { LoneBrowser } from './lone-browser.ts';

/** What Event Timing (W3C) does not report took less than this, in milliseconds. */
const UNREPORTED = 16;
/** The part of all presses that the figure is not under, as for Interaction to Next Paint. */
const PART = 0.98;

type WithInputs = typeof globalThis & { benchInputs?: { id: number; duration: number }[] };

/** From now on the page notes how long each key and click took until the frame that shows it. */
export async function watchInput(page: Page): Promise<void> {
  await page.evaluate(() => {
    const inputs: { id: number; duration: number }[] = [];
    (globalThis as WithInputs).benchInputs = inputs;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { interactionId: number })[]) {
        if (entry.interactionId > 0) inputs.push({ id: entry.interactionId, duration: entry.duration });
      }
    }).observe({ type: 'event', durationThreshold: 16, buffered: false } as PerformanceObserverInit);
  });
}

/**
 * Presses a key so often with pauses between, as people type, and a click into the rows after every tenth, while `meanwhile` goes on.
 * @returns presses
 */
export async function pressKeys(
  browser: LoneBrowser,
  presses: number,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<number> {
  const rows = await browser.page.getByTestId('event-table').boundingBox();
  const editor = await browser.page.locator('.monaco-editor').first().boundingBox();
  if (!rows || !editor) throw new Error('no table or no editor on the page');
  return browser.alone(async ({ press, click }) => {
    // The editor's own element is far wider than the page.
    const focus = (): Promise<void> => click(editor.x + 240, editor.y + 60);
    const going = meanwhile();
    let done = 0;
    await focus();
    for (let at = 0; at < presses; at++) {
      await press(at % 12 === 11 ? 'Enter' : 'x');
      done++;
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (at % 10 === 9) {
        await click(rows.x + 80, rows.y + 120 + at);
        done++;
        await focus();
      }
    }
    await going;
    return done;
  });
}

/** Milliseconds that 98 of 100 presses were shown within, of those since `watchInput`. */
export async function inputLatency(page: Page, presses: number): Promise<number> {
  const inputs = await page.evaluate(() => (globalThis as WithInputs).benchInputs ?? []);
  const longest = new Map<number, number>();
  for (const { id, duration } of inputs) longest.set(id, Math.max(duration, longest.get(id) ?? 0));
  const reported = [...longest.values()].sort((a, b) => b - a);
  return reported[Math.floor(presses * (1 - PART))] ?? UNREPORTED;
}
