import type { Page } from '@playwright/test';
import { EXEC_PROBE, expect, ready, row, state, stir, stop, test, write } from './workbench.ts';

/** The probe has run, seen programs start, and stands still. */
async function stopped(page: Page): Promise<void> {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(40);
  await row(page, 'true');
  await stop(page);
  await page.getByLabel('Filter rows').fill('');
  await expect(count(page)).toHaveText(/^\d+ rows$/);
}

const filter = (page: Page) => page.getByLabel('Filter rows');
const count = (page: Page) => page.getByTestId('row-count');
const table = (page: Page) => page.getByTestId('event-table');
const heads = (page: Page) => table(page).getByRole('columnheader');
/** The texts of a column, from the top. */
async function column(page: Page, name: string): Promise<string[]> {
  const at = (await heads(page).allInnerTexts()).findIndex((text) => text.trim() === name);
  return page.getByTestId('event-row').locator(`[data-column="${at}"]`).allInnerTexts();
}

test('an expression filters, and an erroneous one says where and why', async ({ workbench: page }) => {
  await stopped(page);
  const all = Number((await count(page).textContent())?.match(/\d+/)?.[0]);
  await filter(page).fill('comm == "true" && pid > 1');
  await expect(count(page)).toHaveText(/^\d+ match$/);
  const commands = new Set(await column(page, 'comm'));
  expect([...commands]).toEqual(['true']);

  await filter(page).fill('com == "true"');
  const problem = page.getByTestId('filter-problem');
  await expect(problem).toContainText('there is no column com');
  await expect(problem).toContainText('Did you mean comm?');
  await expect(problem.locator('mark')).toHaveText('com');
  await expect(filter(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(count(page)).toContainText(String(all));
  await filter(page).fill('');
  await expect(problem).toHaveCount(0);
});

test('a head sorts, by keyboard as well, and the rows hold still meanwhile', async ({ workbench: page }) => {
  await stopped(page);
  const pid = heads(page).filter({ hasText: 'pid' });
  await pid.getByRole('button', { name: 'pid', exact: true }).click();
  await expect(pid).toHaveAttribute('aria-sort', 'descending');
  await expect(count(page)).toContainText('sorted, held');
  const down = (await column(page, 'pid')).map(Number.parseFloat);
  expect(down).toEqual([...down].sort((a, b) => b - a));
  await pid.getByRole('button', { name: 'pid', exact: true }).press('Enter');
  await expect(pid).toHaveAttribute('aria-sort', 'ascending');
  await expect
    .poll(async () => (await column(page, 'pid')).map(Number.parseFloat)[0])
    .toBeLessThan(down[0] ?? 0);
  // The arrow goes from head to head, Alt+Down opens the menu of one.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Alt+ArrowDown');
  await page.getByRole('menuitem', { name: 'Sort descending' }).press('Enter');
  await expect(heads(page).filter({ hasText: 'comm' })).toHaveAttribute('aria-sort', 'descending');
});

test('rows group by command with a count and quantiles, and a group leads to its rows', async ({
  workbench: page,
}) => {
  await stopped(page);
  await page.getByTestId('group').click();
  await page.getByRole('checkbox', { name: /comm/ }).press('Space');
  const numbers = page.getByRole('group', { name: 'Count, and of each group the numbers of' });
  await numbers.getByRole('checkbox', { name: /^pid/ }).press('Space');
  await page.keyboard.press('Escape');
  await expect(heads(page)).toHaveText([
    /comm/,
    /count/,
    /sum\(pid\)/,
    /avg/,
    /min/,
    /p50/,
    /p99\(pid\)/,
    /max/,
  ]);
  await expect(count(page)).toContainText('groups');
  const group = page.getByTestId('event-row').filter({ hasText: 'true' });
  await expect(group).toHaveCount(1);
  const members = Number(await group.locator('[data-column="1"]').textContent());
  expect(members).toBeGreaterThanOrEqual(40);
  const p99 = Number(await group.locator('[data-column="6"]').textContent());
  const most = Number(await group.locator('[data-column="7"]').textContent());
  expect(p99).toBeGreaterThan(0);
  expect(p99).toBeLessThanOrEqual(most);

  await group.click();
  await expect(filter(page)).toHaveValue('comm == "true"');
  await expect(count(page)).toHaveText(new RegExp(`^${members} match$`));
});

test('columns are chosen, moved and kept over a reload', async ({ workbench: page }) => {
  await stopped(page);
  await page.getByTestId('columns').click();
  await page.getByRole('checkbox', { name: /^time_ns/ }).press('Space');
  await page.getByRole('checkbox', { name: /^comm/ }).press('Alt+ArrowUp');
  await page.keyboard.press('Escape');
  await expect(heads(page)).toHaveText([/time/, /comm/, /pid/]);
  await heads(page)
    .filter({ hasText: 'comm' })
    .dragTo(heads(page).filter({ hasText: 'time' }));
  await expect(heads(page)).toHaveText([/comm/, /time/, /pid/]);
  await filter(page).fill('pid > 0');
  // What is on screen is written a moment after it was changed, and at the latest when the page goes.
  await page.reload();
  await ready(page);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(3);
  await expect(filter(page)).toHaveValue('pid > 0');
  await expect(heads(page)).toHaveText([/comm/, /time/, /pid/]);
  await stop(page);
});

test('keyboard alone: a row is looked into, pinned and copied, several are copied as JSON', async ({
  workbench: page,
}) => {
  await stopped(page);
  await filter(page).fill('comm == true');
  await expect(count(page)).toHaveText(/match/);
  await table(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('row-detail')).toContainText('true');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('row-detail')).toHaveCount(0);
  await page.keyboard.press('p');
  await expect(page.getByTestId('pinned-row')).toHaveCount(1);
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.locator('[data-testid="event-row"][aria-selected="true"]')).toHaveCount(3);
  await page.keyboard.press('Control+C');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^[^\n]*\ttrue\t[^\n]*\n[^\n]*\n[^\n]*$/);
  await page.locator('[data-testid="event-row"][aria-selected="true"]').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Copy 3 rows as JSON' }).press('Enter');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^\{"time".*"comm":"true".*\}\n\{.*\}\n\{.*\}$/);
  // What is kept at the top stays when the filter takes other rows.
  await filter(page).fill('comm == "no such"');
  await expect(page.getByTestId('event-row')).toHaveCount(0);
  await expect(page.getByTestId('pinned-row')).toContainText('true');
  // And when something else is looked at in between.
  await page.getByTestId('source-tab-started').click();
  await expect(page.getByTestId('map-row').first()).toBeVisible();
  await expect(page.getByTestId('pinned-row')).toHaveCount(0);
  await page.getByTestId('source-tab-events').click();
  await page.getByTestId('view-chart').click();
  await page.getByTestId('view-table').click();
  await expect(page.getByTestId('pinned-row')).toContainText('true');
});

test('entries of a map filter by an expression and sort by their head', async ({ workbench: page }) => {
  await stopped(page);
  await page.getByTestId('source-tab-started').click();
  await page.getByLabel('Filter entries').fill('value >= 40 && key ~ /^tr.e$/');
  await expect(page.getByTestId('entry-count')).toHaveText('1 entry');
  await expect(page.getByTestId('map-row')).toContainText('true');
  await page.getByLabel('Filter entries').fill('value >=');
  await expect(page.getByTestId('filter-problem')).toContainText('a value is missing');
  await page.getByLabel('Filter entries').fill('');
  const key = page.getByTestId('map-table').getByRole('columnheader').filter({ hasText: 'key' });
  await key.getByRole('button', { name: 'key', exact: true }).click();
  await expect(key).toHaveAttribute('aria-sort', 'ascending');
});

/** System calls by command and by CPU, with two numbers each. */
const CALLS_PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct caller {
	char comm[16];
	unsigned int kind;
};

struct calls {
	unsigned long long count;
	unsigned long long bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct caller);
	__type(value, struct calls);
} calls SEC(".maps");

SEC("tracepoint/raw_syscalls/sys_enter")
int on_enter(struct trace_event_raw_sys_enter *context)
{
	struct caller caller = {};
	struct calls *known, fresh = { 1, 64 };

	bpf_get_current_comm(caller.comm, sizeof(caller.comm));
	caller.kind = context->id & 3;
	known = bpf_map_lookup_elem(&calls, &caller);
	if (known) {
		known->count++;
		known->bytes += 64;
	} else {
		bpf_map_update_elem(&calls, &caller, &fresh, BPF_ANY);
	}
	return 0;
}
`;

test('entries of a map group, stay at the top, tell what each CPU holds and how they grew', async ({
  workbench: page,
}) => {
  await write(page, CALLS_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(10);
  await page.getByTestId('source-tab-calls').click();
  await page.getByTestId('view-table').click();
  await page.getByLabel('Filter entries').fill('comm == "true" || comm == "node"');
  const rows = page.getByTestId('map-row');
  await expect(rows.filter({ hasText: 'true' }).first()).toBeVisible();

  // By keyboard: the row that is chosen is followed wherever the next snapshot puts it.
  await page.getByTestId('map-table').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const details = page.getByTestId('row-detail');
  await expect(details.getByTestId('cpu-values').first()).toContainText(/CPU 0.*CPU 1/);
  await page.keyboard.press('p');
  const pinned = page.getByTestId('pinned-row');
  await expect(pinned.getByRole('gridcell').first()).toHaveText(/true|node/);
  const before = await pinned.textContent();
  await expect(async () => {
    await stir(5);
    expect(await pinned.textContent()).not.toBe(before);
  }).toPass();
  await page.keyboard.press('Escape');

  await page.getByTestId('columns').click();
  await page.getByRole('checkbox', { name: /^trend/ }).press('Space');
  await page.getByRole('checkbox', { name: /^bytes per second/ }).press('Space');
  await page.keyboard.press('Escape');
  const heads = page.getByTestId('map-table').getByRole('columnheader');
  await expect(heads).toHaveText([
    /comm/,
    /kind/,
    /count/,
    /bytes/,
    /per second/,
    /bytes per second/,
    /trend/,
  ]);
  await expect(rows.first().locator('svg')).toBeVisible();

  await page.getByTestId('group').click();
  await page.getByRole('group', { name: 'Group by' }).getByRole('checkbox', { name: /^comm/ }).press('Space');
  const numbers = page.getByRole('group', { name: 'Count, and of each group the numbers of' });
  await numbers.getByRole('checkbox', { name: /^bytes unsigned/ }).press('Space');
  for (const statistic of ['min', 'p50', 'max']) {
    await page.getByRole('checkbox', { name: statistic, exact: true }).press('Space');
  }
  await page.keyboard.press('Escape');
  await expect(heads).toHaveText([
    'comm',
    'count',
    'sum(count)',
    'avg(count)',
    'p99(count)',
    'sum(bytes)',
    'avg(bytes)',
    'p99(bytes)',
  ]);
  await heads.filter({ hasText: 'avg(bytes)' }).getByRole('button').first().click();
  await expect(heads.filter({ hasText: 'avg(bytes)' })).toHaveAttribute('aria-sort', 'descending');
  const group = rows.filter({ hasText: 'true' });
  await expect(group).toHaveCount(1);
  const members = Number(await group.locator('[data-column="1"]').textContent());
  await group.click();
  await expect(page.getByLabel('Filter entries')).toHaveValue(/comm == "true"$/);
  await expect(page.getByTestId('entry-count')).toContainText(`${members} entr`);

  // Held, the entries stay as they are.
  await page.getByTestId('map-table').press('Space');
  await expect(page.getByTestId('entry-count')).toContainText('as of');
  const held = await rows.allInnerTexts();
  await stir(10);
  await page.getByTestId('view-bars').click();
  await page.getByTestId('view-table').click();
  await expect.poll(() => rows.allInnerTexts()).toEqual(held);
  await stop(page);
});

test('from a moment on a chart to its row and back, by mouse and by keyboard', async ({
  workbench: page,
}) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  const strip = page.getByTestId('chart').first();
  // Programs start in one second and in another: less is no line.
  await expect(async () => {
    await stir(5);
    await expect(strip).toBeVisible({ timeout: 500 });
  }).toPass();
  await stop(page);
  const selected = page.locator('[data-testid="event-row"][aria-selected="true"]');
  const box = await strip.locator('.u-over').boundingBox();
  if (!box) throw new Error('no chart');
  await page.mouse.click(box.x + box.width * 0.98, box.y + box.height / 2);
  await expect(selected).toHaveCount(1);
  await expect(count(page)).toContainText('paused');

  await page.getByTestId('view-chart').click();
  const chart = page.getByTestId('chart').first();
  await chart.focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Enter');
  await page.getByTestId('sought-rows').press('Enter');
  await expect(selected).toHaveCount(1);
  // And back: the chart's cursor is where the row is, the oldest too, which came before the first whole second.
  await page.keyboard.press('Escape');
  await table(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('m');
  await page.getByTestId('view-chart').click();
  await expect(page.locator('.u-cursor-x').first()).toBeVisible();
});
