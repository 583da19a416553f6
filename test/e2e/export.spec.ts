import { readFile } from 'node:fs/promises';
import type { Download, Page } from '@playwright/test';
import { parquetReadObjects } from 'hyparquet';
import { test as base, EXEC_PROBE, expect, row, stackOf, state, stir, stop, write } from './workbench.ts';

/** A hub whose numbers this machine may read. */
const test = base.extend<object, object>({ stack: stackOf({ env: { PROBEPAD_METRICS: 'open' } }) });

/** By keyboard alone: the menu's button is reached, opened, and its entry chosen by its first letters. */
async function download(page: Page, entry: string): Promise<Download> {
  const coming = page.waitForEvent('download');
  await page.getByTestId('download').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: entry, exact: true }).press('Enter');
  return coming;
}

async function bytesOf(file: Download): Promise<Buffer> {
  return readFile(await file.path());
}

test('a table is downloaded with the values that the program wrote', async ({ workbench: page }) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(20);
  await row(page, 'true');
  await stop(page);
  await expect(page.getByTestId('row-count')).toHaveText(/^\d+ match$/);
  const shown = Number((await page.getByTestId('row-count').textContent())?.split(' ')[0]);

  const parquet = await download(page, 'Raw values as Parquet');
  expect(parquet.suggestedFilename()).toMatch(/-events-values-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.parquet$/);
  const rows = await parquetReadObjects({ file: Uint8Array.from(await bytesOf(parquet)).buffer });
  expect(rows).toHaveLength(shown);
  expect(Object.keys(rows[0] ?? {})).toEqual(['time', 'host', 'pid', 'comm', 'time_ns']);
  expect(rows[0]).toMatchObject({
    comm: 'true',
    pid: expect.any(Number),
    time_ns: expect.any(BigInt),
    time: expect.any(Date),
  });

  const csv = String(await bytesOf(await download(page, 'Raw values as CSV')));
  expect(csv.split('\r\n')[0]).toBe('time,host,pid,comm,time_ns');
  await page.getByTestId('source-tab-started').click();
  await page.getByLabel('Filter entries').fill('true');
  await expect(page.getByTestId('entry-count')).toHaveText('1 entry');
  const json = String(await bytesOf(await download(page, 'Raw values as JSON lines')));
  expect(JSON.parse(json)).toMatchObject({ key: 'true', value: expect.any(Number) });
});

test('a chart is downloaded as a picture, in pixels and in lines', async ({ workbench: page }) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(5);
  await page.getByTestId('view-chart').click();
  await expect(page.getByTestId('chart').first()).toBeVisible();
  const svg = await download(page, 'Picture as SVG');
  expect(svg.suggestedFilename()).toMatch(/-events-chart-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.svg$/);
  const drawing = String(await bytesOf(svg));
  expect(drawing).toContain('events over time');
  expect(drawing).toMatch(/<path d="M[\d. L]+"/);
  const png = await bytesOf(await download(page, 'Picture as PNG'));
  // Width and height of the IHDR chunk (RFC 2083).
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2560, 1280]);
  await stop(page);
});

test('the dashboard is downloaded as one picture, with every panel in its place', async ({
  workbench: page,
}) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(5);
  await page.getByTestId('source-tab-dashboard').click();
  const panels = page.getByTestId('panel');
  await expect(panels.filter({ hasText: 'true' }).first()).toBeVisible();
  const titles = await panels.getByRole('heading').allTextContents();
  const coming = page.waitForEvent('download');
  await page.getByTestId('dashboard-download').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Picture as SVG' }).press('Enter');
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/-dashboard-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.svg$/);
  const drawing = String(await bytesOf(file));
  for (const title of titles) expect(drawing).toContain(title);
  expect([...drawing.matchAll(/<clipPath /g)]).toHaveLength(titles.length);
  expect(drawing).toContain('>comm<');
  expect(drawing).not.toContain('<image');
  await stop(page);
});

test('a run that is marked for export is scraped while it goes on', async ({ workbench: page, stack }) => {
  const scraped = async (): Promise<string> => (await fetch(`${stack.origin}/metrics`)).text();
  // Maps of the other name are for a program's own use, by what programs call them.
  await write(page, EXEC_PROBE.replaceAll('started', 'counts'));
  await page.getByTestId('side-params').click();
  await page.getByTestId('exported').focus();
  await page.keyboard.press('Space');
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(5);
  await expect
    .poll(async () => Number(/^probepad_\w*counts_total\{.*key="true"\} (\d+)$/m.exec(await scraped())?.[1]))
    .toBeGreaterThanOrEqual(5);
  expect(await scraped()).toMatch(/^probepad_records_total\{.*source="events"\} \d+$/m);
  await stop(page);
  await expect.poll(scraped).not.toContain('counts_total');
});
