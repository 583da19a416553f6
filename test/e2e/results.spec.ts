import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { EXEC_PROBE, expect, row, state, stir, stop, test, write } from './workbench.ts';

/** Starts the probe, with more rows than a screen holds. */
async function filled(page: Page): Promise<void> {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(60);
  await row(page, 'true');
  await page.getByLabel('Filter rows').fill('');
}

async function downloaded(page: Page, format: string): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent('download');
  await page.getByTestId('download').click();
  await page.getByRole('menuitem', { name: format, exact: true }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

/** A busy machine may have drawn few while the window changed. */
const FRAMES_LEAST = 20;

/** Looks at every frame until told to stop. @returns places of rows that lay over one another, and rows that were out of order, by their numbers */
async function watchRows(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen = { frames: 0, faults: [] as string[], going: true };
    Object.assign(globalThis, { rowsSeen: seen });
    const look = (): void => {
      const rows = [...document.querySelectorAll('[data-testid="event-row"]')].map((element) => {
        const { top, height } = element.getBoundingClientRect();
        return { top, height, row: Number(element.getAttribute('data-row')) };
      });
      rows.sort((a, b) => a.top - b.top);
      seen.frames++;
      rows.forEach((below, at) => {
        const above = rows[at - 1];
        if (!above) return;
        if (below.top < above.top + above.height - 0.5) seen.faults.push(`${above.top} over ${below.top}`);
        if (below.row >= above.row) seen.faults.push(`row ${above.row} above row ${below.row}`);
      });
      if (seen.going) requestAnimationFrame(look);
    };
    look();
  });
  return async () => {
    const seen = await page.waitForFunction((least) => {
      const { rowsSeen } = globalThis as unknown as {
        rowsSeen: { frames: number; faults: string[]; going: boolean };
      };
      if (rowsSeen.frames < least) return undefined;
      rowsSeen.going = false;
      return { faults: rowsSeen.faults };
    }, FRAMES_LEAST);
    return (await seen.jsonValue())?.faults ?? ['nothing was watched'];
  };
}

/** Rows that are drawn beyond those that fit and the one that is cut off; less than none where some are still missing. */
async function rowsTooMany(page: Page): Promise<number> {
  return page.getByTestId('event-table').evaluate((scroller) => {
    const rows = scroller.querySelectorAll('[data-testid="event-row"]');
    const room = scroller.clientHeight - (scroller.firstElementChild?.clientHeight ?? 0);
    const height = rows[0]?.getBoundingClientRect().height ?? room;
    return rows.length - (Math.ceil(room / height) + 1);
  });
}

test('rows never lie over one another while the window shrinks, grows and rows come', async ({
  workbench: page,
}) => {
  await filled(page);
  const rows = page.getByTestId('event-row');
  // The strip of rates takes its place above the rows once there are two seconds to draw.
  await expect(page.getByLabel('events: events/s over time')).toBeVisible();
  await expect.poll(() => rowsTooMany(page)).toBe(0);
  const many = await rows.count();
  const seen = await watchRows(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await stir(10);
  await expect.poll(() => rows.count()).toBeLessThan(many);
  await expect.poll(() => rowsTooMany(page)).toBe(0);
  await page.setViewportSize({ width: 1440, height: 900 });
  await stir(10);
  await expect.poll(() => rowsTooMany(page)).toBe(0);
  expect(await rows.count()).toBe(many);
  expect(await seen()).toEqual([]);
  await stop(page);
});

test('the rows that match are downloaded as CSV and as JSON lines, the entries of a map too', async ({
  workbench: page,
}) => {
  await filled(page);
  await stop(page);
  await page.getByLabel('Filter rows').fill('true');
  await expect(page.getByTestId('row-count')).toHaveText(/^\d+ match$/);
  await expect(page.getByTestId('event-row').first()).toContainText('true');
  const shown = Number((await page.getByTestId('row-count').textContent())?.split(' ')[0]);
  expect(shown).toBeGreaterThanOrEqual(60);

  const csv = await downloaded(page, 'CSV');
  expect(csv.name).toMatch(/^.+-events-table-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.csv$/);
  const lines = csv.text.trimEnd().split('\r\n');
  expect(lines[0]).toBe('time,pid,comm,time_ns');
  expect(lines).toHaveLength(shown + 1);

  const json = await downloaded(page, 'JSON lines');
  const objects = json.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects).toHaveLength(shown);
  expect(objects[0]).toMatchObject({ comm: 'true', pid: expect.any(Number) });

  await page.getByTestId('source-tab-started').click();
  await page.getByTestId('view-table').click();
  await page.getByLabel('Filter entries').fill('true');
  await expect(page.getByTestId('entry-count')).toHaveText('1 entry');
  const map = await downloaded(page, 'JSON lines');
  expect(JSON.parse(map.text)).toMatchObject({ key: 'true', value: expect.any(Number) });
});

test('a chart over time has its numbers behind it, as a table and as a file', async ({ workbench: page }) => {
  await filled(page);
  await page.getByTestId('view-chart').click();
  await expect(page.getByTestId('chart')).toBeVisible();
  await page.getByTestId('series-as-table').click();
  const table = page.getByTestId('series-table');
  await expect(table.getByRole('columnheader')).toHaveText(['time', 'events']);
  await expect(table.getByRole('cell', { name: /^[1-9]\d*$/ }).first()).toBeVisible();
  await stop(page);
  const { text } = await downloaded(page, 'CSV');
  const [head, first] = text.split('\r\n');
  expect(head).toBe('time,events (events/s)');
  expect(first).toMatch(/^\d{4}-.*Z,\d+$/);
});
