import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { startWorkload } from './busy-program.ts';
import { expect, shown, state, stop, test } from './workbench.ts';

/** Per cent of all that a search found. */
async function matchedBy(page: Page, search: string): Promise<number> {
  await page.getByLabel('Search functions').fill(search);
  const text = await page.getByTestId('flame-matched').textContent();
  return Number.parseFloat(text ?? '');
}

/** Runs a template on one process, until a search finds more than so many per cent of what it has. */
async function runUntilFound(
  page: Page,
  template: string,
  pid: number,
  { search, above }: { search: string; above: number },
): Promise<void> {
  await page.getByTestId(`template-${template}`).click();
  await page.getByTestId('side-params').click();
  await page.getByTestId('param-targ_pid').fill(String(pid));
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await expect(page.getByTestId('flame-canvas')).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => matchedBy(page, search), { timeout: 30_000 }).toBeGreaterThan(above);
}

test('a CPU profile names the functions that were busy, tells their share, and zooms by keyboard', async ({
  workbench: page,
}) => {
  const workload = await startWorkload('profile');
  try {
    await runUntilFound(page, 'profile', workload.pid, { search: 'pp_work', above: 80 });
    // One function has three times the rounds of the other.
    await expect
      .poll(async () => {
        const much = await matchedBy(page, 'pp_work_much');
        const little = await matchedBy(page, '/pp_work_l.*e$/');
        return much > 50 && little > 5 && much > 1.5 * little;
      })
      .toBe(true);
    await page.getByLabel('Search functions').fill('/(/');
    await expect(page.getByRole('alert').filter({ hasText: /\)|group|bracket/i })).toBeVisible();

    // libc's own, where its debug file is installed, has main in its name too.
    await page.getByLabel('Search functions').fill('/^main$/');
    await expect(page.getByTestId('flame-matched')).toBeVisible();
    await page.getByLabel('Search functions').press('Enter');
    await expect(page.getByTestId('flame-canvas')).toBeFocused();
    await expect(page.getByTestId('flame-spoken')).toContainText('main');
    await expect(page.getByTestId('flame-spoken')).toContainText('pp-spin');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('flame-crumbs')).toContainText('›main');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByTestId('flame-spoken')).toContainText('pp_work_much');
    await page.keyboard.press('ArrowLeft');
    await expect(page.getByTestId('flame-spoken')).toContainText('pp_work_little');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Backspace');
    await expect(page.getByTestId('flame-crumbs')).not.toContainText('›main');
    await page.keyboard.press('Home');
    await page.keyboard.press('/');
    await expect(page.getByLabel('Search functions')).toBeFocused();
    await page.keyboard.press('Escape');

    await page.getByTestId('flame-as-table').click();
    const much = page.getByTestId('flame-table').getByRole('row').filter({ hasText: 'pp_work_much' });
    await expect(much).toContainText('pp-spin');
    // Sorted by the function's own samples.
    await expect(page.getByTestId('flame-table').getByRole('row').nth(1)).toContainText('pp_work_much');
    await page.getByTestId('flame-table').getByRole('button', { name: 'function', exact: true }).click();
    await expect(page.getByRole('columnheader', { name: /^function/ })).toHaveAttribute(
      'aria-sort',
      'ascending',
    );
  } finally {
    await workload.end();
  }
  await stop(page);
});

test('two moments are compared: what a program does more than before has grown', async ({
  workbench: page,
}) => {
  const workload = await startWorkload('profile');
  try {
    await runUntilFound(page, 'profile', workload.pid, { search: 'pp_work_much', above: 50 });
    await page.getByTestId('flame-keep').click();
    // From now on the other function has most of the rounds.
    process.kill(workload.pid, 'SIGUSR1');
    await page.getByLabel('compare with').selectOption('baseline');
    // The table holds what is searched for.
    await page.getByLabel('Search functions').fill('pp_work');
    await page.getByTestId('flame-as-table').click();
    const row = (name: string) => page.getByTestId('flame-table').getByRole('row').filter({ hasText: name });
    await expect(row('pp_work_little')).toContainText(/\+\d/);
    await expect(row('pp_work_much')).toContainText(/[-−–]\d/);
    // Other functions are out of sight, which is said, and undone by a button.
    await expect(page.getByTestId('flame-found')).toContainText(
      /^The 2 of \d+ functions that the search found/,
    );
    await page.getByTestId('flame-found').getByRole('button').press('Enter');
    await expect(row('main').first()).toBeVisible();
    await expect(page.getByLabel('Search functions')).toHaveValue('');

    // What was chosen is there after a reload, the baseline is not: that is said, and another can be kept.
    await page.getByTestId('flame-settings').click();
    await page.getByLabel('grow').selectOption('up');
    await page.keyboard.press('Escape');
    await page.reload();
    await shown(page);
    const missing = page.getByTestId('flame-missing');
    await expect(missing).toContainText('there is no baseline');
    await expect(page.getByLabel('compare with').locator('option:checked')).toHaveText(
      'against the baseline',
    );
    await missing.getByRole('button', { name: 'Keep what is shown' }).click();
    await expect(missing).toHaveCount(0);
    await page.getByTestId('flame-settings').click();
    await expect(page.getByLabel('grow')).toHaveValue('up');
    await page.keyboard.press('Escape');
  } finally {
    await workload.end();
  }
  await stop(page);
});

test('time away from a CPU is shown as time, by the function that waits; its stacks go to other tools', async ({
  workbench: page,
}) => {
  const workload = await startWorkload('offcpu');
  try {
    await runUntilFound(page, 'offcpu', workload.pid, { search: 'pp_sleep_here', above: 80 });
    await page.getByLabel('Search functions').fill('');
    await expect(page.getByTestId('flame-status')).toContainText(/\d ?m?s · /);
    expect(await downloaded(page, 'Folded stacks')).toMatch(/main;pp_sleep_here;.*_\[k\] \d+/);
    const speedscope = JSON.parse(String(await downloaded(page, 'speedscope')));
    expect(speedscope.profiles[0].unit).toBe('nanoseconds');
    expect(speedscope.shared.frames.map(({ name }: { name: string }) => name)).toContain('pp_sleep_here');
    const pprof = await downloaded(page, 'pprof');
    expect(gunzipSync(pprof).includes('pp_sleep_here')).toBe(true);
    const picture = await downloaded(page, 'Picture as SVG');
    expect(picture).toMatch(/<title>pp_sleep_here · pp-sleep[^<]*<\/title><rect /);
    expect(picture).not.toContain('<image');
    expect(await downloaded(page, 'CSV')).toMatch(/^function,where,self.*\r\n[\s\S]*\r\npp_sleep_here,pp-/);

    // From now on another function waits: what is compared is time, too.
    await page.getByTestId('flame-keep').click();
    process.kill(workload.pid, 'SIGUSR1');
    await page.getByLabel('compare with').selectOption('baseline');
    await page.getByTestId('flame-as-table').click();
    const row = (name: string) =>
      page.getByTestId('flame-table').getByRole('row').filter({ hasText: name }).first();
    await expect(row('pp_sleep_there')).toContainText(/ m?s.*\+\d/);
    await expect(row('pp_sleep_here')).toContainText(/ m?s.*[-−–]\d/);
  } finally {
    await workload.end();
  }
  await stop(page);

  async function downloaded(on: Page, format: string): Promise<Buffer & string> {
    const coming = on.waitForEvent('download');
    await on.getByTestId('download').click();
    await on.getByRole('menuitem', { name: format }).click();
    const content = await readFile(await (await coming).path());
    return (format === 'pprof' ? content : content.toString()) as Buffer & string;
  }
});
