import type { Page } from '@playwright/test';
import { expect, state, stir, stop, test } from './workbench.ts';

/** Starts a template, and sees to it that the kernel has something to tell. */
async function started(page: Page, template: string): Promise<void> {
  await page.getByTestId(`template-${template}`).click();
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(20);
}

async function show(page: Page, source: string, view: string): Promise<void> {
  await page.getByTestId(`source-tab-${source}`).click();
  await page.getByTestId(`view-${view}`).click();
}

const panel = (page: Page, source: string) =>
  page.getByTestId('panel').filter({ has: page.getByRole('heading', { name: source, exact: true }) });

test('a program with many results opens as a dashboard, whose panels move, fill the page and are kept', async ({
  workbench: page,
}) => {
  await started(page, 'syslat');
  await expect(page.getByTestId('panel')).toHaveCount(5);
  await expect(panel(page, 'latency').getByTestId('heatmap')).toBeVisible();
  await expect(panel(page, 'by_command').getByTestId('bar-row').first()).toBeVisible();
  await expect(panel(page, 'totals').getByTestId('number').first()).toHaveText(/\d/);
  await expect(panel(page, 'slow').first().getByTestId('chart').first()).toBeVisible();

  const headings = page.getByTestId('panel').getByRole('heading');
  await panel(page, 'totals')
    .getByRole('toolbar', { name: /Alt and an arrow/ })
    .focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(headings).toHaveText(['latency', 'totals', 'by_command', 'slow', 'slow']);
  await page.keyboard.press('f');
  const { width } = page.viewportSize() ?? { width: 0 };
  await expect.poll(async () => (await panel(page, 'totals').boundingBox())?.width).toBe(width);
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await panel(page, 'totals').boundingBox())?.width).toBeLessThan(width);
  await panel(page, 'slow').first().getByTestId('panel-close').click();
  await expect(page.getByTestId('panel')).toHaveCount(4);
  await stop(page);
  await panel(page, 'totals').getByTestId('panel-full').click();
  await page.reload();
  await expect(headings).toHaveText(['latency', 'totals', 'by_command', 'slow']);
  await expect.poll(async () => (await panel(page, 'totals').boundingBox())?.width).toBe(width);
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await panel(page, 'totals').boundingBox())?.width).toBeLessThan(width);
});

test('panels are sized by their edges and by keys, added by a menu, and all of that is kept', async ({
  workbench: page,
}) => {
  await started(page, 'syslat');
  const panels = page.getByTestId('panel');
  await expect(panels).toHaveCount(5);
  const second = panels.nth(1);
  await expect(second).toHaveAttribute('data-size', '6×4');
  const box = await second.boundingBox();
  if (!box) throw new Error('no panel');
  await page.mouse.move(box.x + box.width - 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 1.36, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect(second).toHaveAttribute('data-size', '8×4');
  await expect(panels.nth(2)).toHaveAttribute('data-size', '4×4');
  await expect.poll(async () => (await second.boundingBox())?.width).toBeGreaterThan(box.width * 1.2);

  await second.getByRole('toolbar', { name: /Alt and an arrow/ }).focus();
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await page.keyboard.press('Alt+Shift+ArrowLeft');
  await expect(second).toHaveAttribute('data-size', '7×5');
  await expect(panels.nth(2)).toHaveAttribute('data-size', '5×5');

  await page.getByTestId('add-to-dashboard').click();
  await page.getByRole('menuitem', { name: 'latency · Histogram' }).press('Enter');
  await expect(panels).toHaveCount(6);
  await expect(panels.last().getByTestId('histogram')).toBeVisible();
  await stop(page);
  await page.reload();
  await expect(panels).toHaveCount(6);
  await expect(second).toHaveAttribute('data-size', '7×5');
  // Where the page is narrow, panels stand one below the other.
  await page.setViewportSize({ width: 900, height: 720 });
  const left = async (at: number) => (await panels.nth(at).boundingBox())?.x;
  await expect.poll(async () => (await left(1)) === (await left(2))).toBe(true);
  await page.getByTestId('add-to-dashboard').click();
  await page.getByRole('menuitem', { name: 'As proposed for this program' }).press('Enter');
  await expect(panels).toHaveCount(4);
});

test('a heatmap tells each cell exactly, by keys and as a table', async ({ workbench: page }) => {
  await started(page, 'syslat');
  await show(page, 'latency', 'heatmap');
  const map = page.getByTestId('heatmap');
  await expect.poll(async () => Number(await map.getAttribute('data-columns'))).toBeGreaterThan(2);
  await page.getByTestId('time-pause').click();
  await map.focus();
  for (let at = 0; at < 30; at++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  const cell = page.getByTestId('heatmap-cell');
  await expect(cell).toHaveText(/^\d\d:\d\d:\d\d · 0 ns … 2 µs · [\d\u2009]+ values$/);
  const told = await cell.textContent();
  await page.getByTestId('heatmap-as-table').click();
  const count = /· ([\d\u2009]+) values/.exec(told ?? '')?.[1] ?? '';
  const row = page
    .getByTestId('heatmap-table')
    .getByRole('row')
    .filter({ hasText: told?.slice(0, 8) ?? '' });
  await expect(row.getByRole('cell').first()).toHaveText(count);
  await stop(page);
});

test('a column of events is counted by size, over time and by what it comes with', async ({
  workbench: page,
}) => {
  await started(page, 'syslat');
  await show(page, 'slow', 'histogram');
  await expect(page.getByTestId('histogram')).toContainText('latency_ns');
  await page.getByLabel('bars').selectOption('linear');
  await expect(page.getByTestId('histogram').getByRole('row').first()).toContainText('ms');
  await show(page, 'slow', 'heatmap');
  await expect(page.getByTestId('heatmap')).toBeVisible();
  await show(page, 'slow', 'bars');
  await expect(page.getByTestId('bar-row').first()).toBeVisible();
  await page.getByLabel('of', { exact: true }).selectOption('latency_ns');
  await page.getByLabel('as', { exact: true }).selectOption('p99');
  await expect(page.getByTestId('bar-row').first()).toContainText(/[mµ]?s/);
  await show(page, 'slow', 'chart');
  await page.getByLabel('of', { exact: true }).selectOption('latency_ns');
  await page.getByLabel('by', { exact: true }).selectOption('comm');
  await expect(page.getByTestId('point-count')).toContainText('ns');
  // What was chosen is saved with the probe.
  await page.reload();
  await page.getByTestId('source-tab-slow').click();
  await expect(page.getByLabel('by', { exact: true })).toHaveValue('comm');
  await stop(page);
});

test('one time axis: held by a key, zoomed by a drag, followed again, and nothing is lost', async ({
  workbench: page,
}) => {
  await started(page, 'syslat');
  await show(page, 'by_command', 'chart');
  const chart = page.getByTestId('chart');
  await expect(chart).toBeVisible();
  const range = page.getByTestId('time-range');
  await expect(range).toHaveText(/^last \d+ s$/);
  await chart.focus();
  await page.keyboard.press('Space');
  await expect(range).toHaveText(/^\d\d:\d\d:\d\d – \d\d:\d\d:\d\d/);
  const held = (await range.textContent())?.slice(0, 19);
  await stir(20);
  await expect(range).toContainText('new');
  // Another view shows the same moment.
  await show(page, 'latency', 'heatmap');
  await expect(range).toContainText(held ?? '');
  const box = await page.getByTestId('heatmap').boundingBox();
  if (!box) throw new Error('no heatmap');
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(range).not.toContainText(held ?? '');
  // Whether there was something then or not, the way back is at hand. The heatmap of before is still there until that is known.
  const empty = page.getByTestId('follow-time');
  await expect(async () => {
    if (await empty.isVisible()) await empty.click();
    else {
      await page.getByTestId('heatmap').focus({ timeout: 1000 });
      await page.keyboard.press('End');
    }
    await expect(range).toHaveText(/^last \d+ s$/, { timeout: 1000 });
  }).toPass();
  await expect(range).toHaveText(/^last \d+ s$/);
  await stop(page);
});

test('a log that is scrolled up stays where it is, follows again at its end, and is held with the time', async ({
  workbench: page,
}) => {
  await started(page, 'hello');
  await show(page, 'trace', 'log');
  const lines = page.getByTestId('lines');
  const count = page.getByTestId('line-count');
  const place = () => lines.evaluate((element) => Math.round(element.scrollTop));
  const fromEnd = () =>
    lines.evaluate(({ scrollHeight, clientHeight, scrollTop }) =>
      Math.round(scrollHeight - clientHeight - scrollTop),
    );
  await stir(80);
  await expect.poll(() => page.getByTestId('line').count()).toBeGreaterThan(60);
  await expect.poll(fromEnd).toBeLessThan(8);

  await lines.hover();
  await page.mouse.wheel(0, -400);
  await expect.poll(fromEnd).toBeGreaterThan(300);
  const before = await place();
  await stir(5);
  await expect(count).toHaveText(/ · \d+ new$/);
  expect(await place()).toBe(before);
  await lines.press('End');
  await expect(count).not.toHaveText(/new/);
  await stir(5);
  await expect.poll(fromEnd).toBeLessThan(8);

  const filter = page.getByLabel('Filter rows');
  await filter.fill('pid ==');
  await expect(page.getByTestId('filter-problem')).toBeVisible();
  await filter.fill('');
  await expect(page.getByTestId('filter-problem')).toHaveCount(0);

  await page.getByTestId('time-pause').click();
  await expect(count).toHaveText(/^up to [\d:]+ · [\d ]+ lines$/);
  const held = await count.textContent();
  await stir(5);
  await expect(page.getByTestId('time-range')).toHaveText(/\d+ new$/);
  // Another view between: it comes back to the same moment.
  await page.getByTestId('view-table').click();
  await page.getByTestId('view-log').click();
  await expect(count).toHaveText(held ?? '');
  await stop(page);
});

test('trace lines are a log as well, and a map is bars', async ({ workbench: page }) => {
  await started(page, 'hello');
  await show(page, 'trace', 'log');
  await stir(3);
  await expect(page.getByTestId('line').filter({ hasText: 'hello, ' }).first()).toBeVisible();
  await stop(page);
  await started(page, 'syscount');
  await show(page, 'counts', 'bars');
  await expect(page.getByTestId('bar-row').first()).toContainText(/[a-zA-Z].*\d/);
  await stop(page);
});
