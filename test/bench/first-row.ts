import { execFile } from 'node:child_process';
import { chromium } from '@playwright/test';
import { CHROMIUM, SCREEN } from '../stack/chromium.ts';
import type { Stack } from '../stack/stack.ts';
import { clock, median } from './measure.ts';

/** Milliseconds from the click on Run to the first row on the page, with everything warm; programs start all the time. */
export async function measureFirstRow(stack: Stack, rounds: number): Promise<number> {
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await browser.newPage(SCREEN);
    await page.goto(stack.url);
    const run = page.getByTestId('run');
    await run.waitFor();
    const starter = setInterval(() => execFile('/bin/true'), 50);
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const rows = page.getByTestId('event-row');
      const start = clock();
      await run.click();
      await page
        .getByTestId('run-state')
        .filter({ hasText: /running/i })
        .waitFor();
      await rows.first().waitFor();
      times.push(clock() - start);
      await page.getByTestId('stop').click();
      await page
        .getByTestId('run-state')
        .filter({ hasText: /ended|stopped/i })
        .waitFor();
    }
    clearInterval(starter);
    return median(times.slice(1));
  } finally {
    await browser.close();
  }
}
