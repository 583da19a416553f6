import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import { inRepository } from '../../scripts/repository.mjs';
import { expect, state, stir, stop, test } from '../e2e/workbench.ts';

/** A picture of each view with live results of a template, for docs/VIEWS.md. */

const run = promisify(execFile);
/** Bytes of a picture: pages with many of them should still come at once. */
const PICTURE_MAX = 150_000;

async function start(page: Page, template: string, theme: 'dark' | 'light'): Promise<void> {
  await page.getByTestId(`template-${template}`).click();
  const button = page.getByTestId('theme');
  const current = (await button.getAttribute('aria-label')) === 'Light theme' ? 'dark' : 'light';
  if (current !== theme) await button.click();
  await page.getByTestId('run').click();
  await state(page, /running/i);
}

async function show(page: Page, source: string, view: string): Promise<void> {
  await page.getByTestId(`source-tab-${source}`).click();
  await page.getByTestId(`view-${view}`).click();
}

/** Something to see: the template's workload a few times, and programs that start. */
async function work(template: string, times = 3): Promise<void> {
  for (let at = 0; at < times; at++) {
    await run(inRepository('bpf-templates', template, 'workload'));
    await stir(5);
  }
}

async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(720, 20);
  await page.evaluate(() => document.fonts.ready);
  const taken = await page.screenshot({ animations: 'disabled' });
  for (const colours of [192, 96, 48]) {
    const small = await sharp(taken).png({ palette: true, colours, effort: 10 }).toBuffer();
    if (small.length > PICTURE_MAX && colours > 48) continue;
    await writeFile(inRepository('docs', 'images', `${name}.png`), small);
    return;
  }
}

test('tables', async ({ workbench: page }) => {
  await start(page, 'execsnoop', 'dark');
  for (const template of ['execsnoop', 'opensnoop', 'syscount', 'rwsize', 'syslat']) await work(template, 2);
  const table = page.getByTestId('event-table');
  await expect(page.getByTestId('event-row').first()).toBeVisible();
  await expect(page.getByTestId('chart')).toBeVisible();
  // What else starts on this machine, and from which paths, is of no use to who reads the page.
  await page.getByLabel('Filter rows').fill('comm ~ /^(true|rm|ln|mktemp|ip)/');
  await expect(page.getByTestId('event-row').filter({ hasText: '/tmp/' })).toHaveCount(0);
  await table.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('row-detail')).toBeVisible();
  await picture(page, 'view-table');
  await stop(page);

  await start(page, 'syscount', 'light');
  await work('syscount');
  await page.getByTestId('source-tab-counts').click();
  await page.getByTestId('view-table').click();
  await page.getByTestId('columns').click();
  await page.getByRole('checkbox', { name: /^trend/ }).press('Space');
  await page.keyboard.press('Escape');
  await work('syscount');
  await page.getByTestId('map-row').nth(1).click();
  await page.keyboard.press('p');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('[data-testid="map-row"] svg').count()).toBeGreaterThan(5);
  await work('syscount', 5);
  await picture(page, 'view-map');
  await page.getByTestId('view-bars').click();
  await expect(page.getByTestId('bar-row').first()).toBeVisible();
  await picture(page, 'view-bars');
  await stop(page);
});

test('over time', async ({ workbench: page }) => {
  await start(page, 'syslat', 'light');
  await work('syslat', 12);
  await picture(page, 'view-dashboard');
  await picture(page, 'workbench-light');
  await show(page, 'totals', 'number');
  await picture(page, 'view-number');
  await page.getByTestId('theme').click();
  await show(page, 'latency', 'heatmap');
  await work('syslat', 4);
  await picture(page, 'view-heatmap');
  await show(page, 'by_command', 'chart');
  await work('syslat', 4);
  await picture(page, 'view-chart');
  await page.getByTestId('source-tab-dashboard').click();
  await work('syslat', 2);
  await picture(page, 'workbench-dark');
  await page.getByTestId('source-tab-overview').click();
  await work('syslat', 4);
  await expect(page.getByTestId('program-rate').first()).toHaveText(/\d/);
  await picture(page, 'view-overview');
  await stop(page);
});

test('distributions and values', async ({ workbench: page }) => {
  await start(page, 'runqlat', 'light');
  await stir(40);
  const count = page.getByTestId('value-count');
  await expect
    .poll(async () => Number((await count.textContent())?.replace(/\D/g, '')))
    .toBeGreaterThan(2000);
  await picture(page, 'view-histogram');
  await stop(page);

  await start(page, 'rwsize', 'dark');
  await work('rwsize', 6);
  await page.getByTestId('source-tab-.data').click();
  await expect(page.getByRole('switch').first()).toBeVisible();
  await picture(page, 'view-values');
  await stop(page);

  await start(page, 'hello', 'light');
  await stir(30);
  await show(page, 'trace', 'log');
  await expect(page.getByTestId('line').first()).toBeVisible();
  await picture(page, 'view-log');
  await stop(page);
});

test('stacks and edges', async ({ workbench: page }) => {
  const busy = spawn(inRepository('bpf-templates', 'profile', 'workload'), ['long'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  try {
    const [told] = (await once(busy.stdout, 'data')) as [Buffer];
    await page.getByTestId('template-profile').click();
    await page.getByTestId('side-params').click();
    await page.getByTestId('param-targ_pid').fill(/^pid=(\d+)/m.exec(String(told))?.[1] ?? '0');
    await page.getByTestId('run').click();
    await state(page, /running/i);
    await expect(page.getByTestId('flame-canvas')).toBeVisible();
    await page.getByLabel('Search functions').fill('pp_work');
    await expect(page.getByTestId('flame-matched')).toHaveText(/[1-9]/);
    await page.getByLabel('Search functions').fill('');
    await picture(page, 'view-flame');
    await stop(page);
  } finally {
    if (busy.pid !== undefined && busy.exitCode === null) process.kill(-busy.pid);
  }
  await page.getByTestId('side-templates').click();
  await start(page, 'tcpflow', 'dark');
  await work('tcpflow', 2);
  await show(page, 'flows', 'topology');
  await expect(page.getByTestId('topology-node').first()).toBeVisible();
  await picture(page, 'view-topology');
  await stop(page);
});
