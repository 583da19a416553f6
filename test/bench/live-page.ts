import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { SCREEN } from '../stack/chromium.ts';
import type { Stack } from '../stack/stack.ts';
import { type LoneBrowser, openLoneBrowser } from './lone-browser.ts';

/** The workbench in Chromium, with a run of a probe that this file's caller feeds. */
export interface LivePage {
  browser: LoneBrowser;
  /** Another object after each `browser.alone`. */
  readonly page: Page;
  /** Of the one event source, as the Overview tells when all has been counted. */
  counts(): Promise<Counts>;
  close(): Promise<void>;
}

/** Where every record went. */
export interface Counts {
  produced: number;
  delivered: number;
  kernel: number;
  agent: number;
  hub: number;
  viewer: number;
}

/**
 * Pastes a probe whose `targ_pid` is this process, presses Run, and waits until it runs.
 * @param prepare gets the page before anything is loaded into it
 */
export async function runInPage(
  stack: Stack,
  source: string,
  pid: number,
  prepare: (page: Page) => Promise<unknown> = async () => undefined,
): Promise<LivePage> {
  const text = (await readFile(source, 'utf8')).replace('targ_pid = 0', `targ_pid = ${pid}`);
  const browser = await openLoneBrowser();
  try {
    await pasteAndRun(browser.page, stack, text, prepare);
  } catch (error) {
    await browser.close();
    throw error;
  }
  return {
    browser,
    get page() {
      return browser.page;
    },
    counts: () => settledCounts(browser.page),
    close: () => browser.close(),
  };
}

async function pasteAndRun(
  page: Page,
  stack: Stack,
  text: string,
  prepare: (page: Page) => Promise<unknown>,
): Promise<void> {
  await page.context().grantPermissions(SCREEN.permissions ?? []);
  await prepare(page);
  await page.goto(stack.url);
  await page.locator('.monaco-editor .view-line').first().waitFor();
  // Until a host is there the page may still open what it was left with.
  await page.locator('[data-testid="run"]:enabled').waitFor();
  await page.evaluate((clip) => navigator.clipboard.writeText(clip), text);
  await focusEditor(page);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
  await page.locator('.view-line').filter({ hasText: 'bpf_ringbuf_submit' }).waitFor();
  await page.getByTestId('run').click();
  await runState(page, /running/i);
}

/** A click into the first lines: the element itself is far wider than the page. */
async function focusEditor(page: Page): Promise<void> {
  await page
    .locator('.monaco-editor')
    .first()
    .click({ position: { x: 240, y: 60 } });
}

/** Presses Stop and waits for the end. */
export async function stopRun(page: Page): Promise<void> {
  await page.getByTestId('stop').click();
  await runState(page, /stopped/i);
}

/** Shows these views of the event source beside one another. */
export async function showDashboard(page: Page, views: readonly string[]): Promise<void> {
  await page.getByTestId('source-tab-events').click();
  for (const view of views) {
    await page.getByTestId(`view-${view}`).click();
    await page.getByTestId('add-panel').click();
  }
  await page.getByTestId('source-tab-dashboard').click();
  // What was proposed is the table alone: those that were added stand behind it.
  await page.getByTestId('panel').nth(views.length).waitFor();
}

async function runState(page: Page, words: RegExp): Promise<void> {
  await page.getByTestId('run-state').filter({ hasText: words }).first().waitFor({ timeout: 60_000 });
}

/** The row of counters, read until it holds still and its sum is whole. */
async function settledCounts(page: Page): Promise<Counts> {
  await page.getByTestId('source-tab-overview').click();
  const cells = page.getByTestId('counts').locator('tbody tr').first().locator('td');
  let before = '';
  for (;;) {
    const texts = await cells.allInnerTexts();
    const [produced = 0, delivered = 0, kernel = 0, agent = 0, hub = 0, viewer = 0] = texts
      .slice(1, 7)
      .map((text) => Number(text.replace(/[^0-9]/g, '')));
    const now = texts.slice(1, 7).join();
    if (now === before && produced > 0 && produced === delivered + kernel + agent + hub + viewer) {
      return { produced, delivered, kernel, agent, hub, viewer };
    }
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
