import { chromium } from '@playwright/test';
import { CHROMIUM } from '../stack/chromium.ts';
import type { Stack } from '../stack/stack.ts';
import { clock, median } from './measure.ts';

/** Milliseconds from the click on Run to the first row on the page, with everything warm. */
export async function measureFirstRow(stack: Stack, rounds: number): Promise<number> {
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(stack.url);
    const run = page.getByTestId('run-button');
    await run.waitFor();
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const rows = page.getByTestId('result-row');
      const start = clock();
      await run.click();
      await page
        .getByTestId('run-state')
        .filter({ hasText: /running/i })
        .waitFor();
      await rows.first().waitFor();
      times.push(clock() - start);
      await page.getByTestId('stop-button').click();
      await page
        .getByTestId('run-state')
        .filter({ hasText: /ended|stopped/i })
        .waitFor();
    }
    return median(times.slice(1));
  } finally {
    await browser.close();
  }
}
