import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { inRepository } from '../../scripts/repository.mjs';
import { startWorkload } from './busy-program.ts';
import { joinAs } from './second-host.ts';
import { EXEC_PROBE, expect, ready, stir, stop, test, write } from './workbench.ts';

const OTHER = 'other-host';

/** The same with a number of each start that has a histogram. */
const SIZED_PROBE = EXEC_PROBE.replace('unsigned long long time_ns;', 'unsigned long long bytes;').replace(
  'event->time_ns = bpf_ktime_get_ns();',
  'event->bytes = bpf_get_prandom_u32() % 4096;',
);

async function runOnBoth(page: Page): Promise<void> {
  await page.getByTestId('run').click();
  await expect(page.locator('[data-testid="run-host"][data-state="running"]')).toHaveCount(2);
}

test('two hosts share each view: together, side by side, or one against the other', async ({
  workbench: page,
  stack,
}) => {
  await using _other = await joinAs(page, stack, OTHER);
  await page.getByRole('button', { name: 'Done' }).click();
  await write(page, SIZED_PROBE);
  await page.getByTestId('host-picker').click();
  const choice = page.locator('[data-testid^="pick-"]').filter({ hasText: OTHER });
  await choice.getByRole('checkbox').check();
  await page.keyboard.press('Escape');
  await runOnBoth(page);
  await stir(5);

  const hosts = page.getByLabel('hosts', { exact: true });
  await page.getByTestId('source-tab-events').click();
  await page.getByTestId('view-chart').click();
  await page.getByTestId('series-as-table').click();
  const heads = page.getByTestId('series-table').getByRole('columnheader');
  for (const name of [OTHER, hostname()]) await expect(heads.filter({ hasText: name })).toHaveCount(1);
  await hosts.selectOption('merged');
  await expect(heads).toHaveCount(2);
  await page.getByTestId('series-as-table').click();
  const charts = page.getByTestId('chart');
  await hosts.selectOption('multiples');
  await expect(charts).toHaveCount(2);
  await hosts.selectOption('versus');
  await expect(charts).toHaveCount(1);
  await expect(charts).toHaveAttribute('aria-label', /: .* above, .* below$/);

  await page.getByTestId('view-histogram').click();
  const butterfly = page.getByTestId('butterfly').first();
  for (const name of [OTHER, hostname()]) await expect(butterfly).toContainText(name);
  const captions = page.getByTestId('histogram').getByRole('caption');
  await hosts.selectOption('apart');
  await expect(captions.filter({ hasText: OTHER })).toHaveCount(1);
  await hosts.selectOption('merged');
  await expect(captions).toHaveCount(1);

  await page.getByTestId('view-heatmap').click();
  await page.getByTestId('heatmap-as-table').click();
  await hosts.selectOption('merged');
  await expect(page.getByTestId('heatmap-table')).toHaveCount(1);
  await hosts.selectOption('versus');
  const differences = page.getByTestId('heatmap-table');
  await expect(differences.getByRole('caption')).toContainText(/\+ more on .*, − more on /);
  await expect(
    differences
      .getByRole('cell')
      .filter({ hasText: /^[+−][\d.]+ %$/ })
      .first(),
  ).toBeVisible();
  await page.getByTestId('heatmap-as-table').click();
  const legend = page.getByTestId('heatmap-legend');
  for (const name of [OTHER, hostname()]) await expect(legend).toContainText(`${name} +`);
  await page.getByTestId('heatmap').focus();
  await page.keyboard.press('ArrowUp');
  const told = page.getByTestId('heatmap-cell');
  for (const name of [OTHER, hostname()]) await expect(told).toContainText(`${name} `);

  await page.getByTestId('source-tab-started').click();
  await page.getByTestId('view-bars').click();
  const bars = page.getByTestId('bar-row');
  await expect(bars.filter({ hasText: OTHER }).first()).toBeVisible();
  await hosts.selectOption('merged');
  await expect(bars.first()).toBeVisible();
  await expect(bars.filter({ hasText: OTHER })).toHaveCount(0);
  await stop(page);

  await page.getByTestId('side-templates').click();
  await page.getByTestId('template-tcpflow').click();
  await runOnBoth(page);
  await promisify(execFile)(inRepository('bpf-templates', 'tcpflow', 'workload'));
  await page.getByTestId('source-tab-flows').click();
  await page.getByTestId('view-topology').click();
  const ends = page.getByTestId('topology-node');
  for (const name of [OTHER, hostname()]) {
    await expect(ends.filter({ hasText: `pp-client, on ${name}, to ` })).toHaveCount(1);
  }
  await page.getByTestId('topology-as-table').click();
  const edges = page.getByTestId('topology-table').getByRole('row').filter({ hasText: 'pp-client' });
  for (const name of [OTHER, hostname()]) await expect(edges.filter({ hasText: name }).first()).toBeVisible();
  await page.getByTestId('topology-as-table').click();
  await hosts.selectOption('multiples');
  const graphs = page.getByTestId('topology-graph');
  await expect(graphs).toHaveCount(2);
  const clients = ends.filter({ hasText: 'pp-client, to ' });
  await expect(clients).toHaveCount(2);
  await graphs.last().focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('topology-spoken').last()).not.toBeEmpty();
  await expect(page.getByTestId('topology-spoken').first()).toBeEmpty();
  await hosts.selectOption('merged');
  await expect(graphs).toHaveCount(1);
  await expect(clients).toHaveCount(1);
  await stop(page);

  const workload = await startWorkload('profile');
  try {
    await page.getByTestId('template-profile').click();
    await page.getByTestId('side-params').click();
    await page.getByTestId('param-targ_pid').fill(String(workload.pid));
    await runOnBoth(page);
    await page.getByLabel('Search functions').fill('pp_work_much');
    const matched = page.getByTestId('flame-matched');
    await expect(matched).toHaveText(/[1-9]/);
    const host = page.getByLabel('host', { exact: true });
    await host.selectOption(OTHER);
    await expect(matched).toHaveText(/[1-9]/);
    await page.getByLabel('compare with').selectOption(`against ${hostname()}`);
    await page.getByTestId('flame-as-table').click();
    await expect(
      page.getByTestId('flame-table').getByRole('row').filter({ hasText: 'pp_work_much' }).first(),
    ).toBeVisible();
    await host.selectOption(hostname());
    await expect(page.getByLabel('compare with').locator('option:checked')).toHaveText('not compared');
  } finally {
    await workload.end();
  }
  await stop(page);
});

test('the hosts that were chosen survive a reload', async ({ workbench: page, stack }) => {
  const name = 'chosen-host';
  await using _other = await joinAs(page, stack, name);
  await page.getByRole('button', { name: 'Done' }).click();
  const picker = page.getByTestId('host-picker');
  // Who has chosen nothing has this machine.
  await expect(picker).toHaveText(hostname());
  await picker.click();
  const box = (host: string) =>
    page.locator('[data-testid^="pick-"]').filter({ hasText: host }).getByRole('checkbox');
  await box(name).check();
  await box(hostname()).uncheck();
  await page.keyboard.press('Escape');
  await expect(picker).toHaveText(name);
  await page.reload();
  await ready(page);
  await expect(picker).toHaveText(name);
});
