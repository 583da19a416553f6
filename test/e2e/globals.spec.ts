import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inRepository } from '../../scripts/repository.mjs';
import { EXEC_PROBE, expect, state, stir, stop, test, write } from './workbench.ts';

/** Sends nothing until `wanted` is set, then that number with each event. */
const SWITCHED = EXEC_PROBE.replace('SEC("tracepoint', 'volatile unsigned int wanted = 0;\n\nSEC("tracepoint')
  .replace('\tstruct event *event;', '\tstruct event *event;\n\n\tif (!wanted)\n\t\treturn 0;')
  .replace('event->pid = bpf_get_current_pid_tgid() >> 32', 'event->pid = wanted');

test('a value written to a global changes what the running program does', async ({ workbench: page }) => {
  await write(
    page,
    SWITCHED.replace('\tunsigned long long one = 1, *count;\n\tchar comm[16];\n', '').replace(
      '\tstruct event *event;\n',
      '\tstruct event *event;\n\tunsigned long long one = 1, *count;\n\tchar comm[16];\n',
    ),
  );
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await page.locator('[data-testid^="source-tab-"]', { hasText: /^\.(bss|data)$/ }).click();
  const value = page.getByLabel('wanted, writable');
  await expect(value).toHaveValue('0');
  await value.fill('4242');
  await value.press('Enter');
  await expect(value).toHaveValue('4242');
  await page.getByTestId('source-tab-events').click();
  await stir(3);
  await expect(page.getByTestId('event-row').filter({ hasText: '4242' }).first()).toBeVisible();

  // While the time is held they are as they were, and nothing is set.
  await page.locator('[data-testid^="source-tab-"]', { hasText: /^\.(bss|data)$/ }).click();
  await expect(value).toHaveValue('4242');
  await page.getByTestId('time-pause').click();
  await expect(page.getByTestId('global-count')).toHaveText(/^as of [\d:]+ · 1 variable$/);
  await expect(value).toHaveCount(0);
  const row = page.getByTestId('global').filter({ hasText: 'wanted' });
  await expect(row.getByText('4242', { exact: true })).toHaveAttribute(
    'title',
    /unsigned int wanted\n4242 \(0x1092\)/,
  );
  const coming = page.waitForEvent('download');
  await page.getByTestId('download').click();
  await page.getByRole('menuitem', { name: 'Raw values as CSV' }).press('Enter');
  const csv = await readFile(await (await coming).path(), 'utf8');
  expect(csv).toMatch(/^time,host,wanted\r\n[\dT:.Z-]+,[^,]+,4242\r\n$/);
  await page.getByTestId('time-follow').press('Enter');
  await expect(value).toHaveValue('4242');
  await stop(page);
});

test('what does not fit the global is refused with words', async ({ workbench: page }) => {
  await write(page, SWITCHED);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await page.locator('[data-testid^="source-tab-"]', { hasText: /^\.(bss|data)$/ }).click();
  const value = page.getByLabel('wanted, writable');
  await value.fill('many');
  await value.press('Enter');
  await expect(page.getByText('many is no unsigned int')).toBeVisible();
  await value.press('Escape');
  await expect(value).toHaveValue('0');
  await stop(page);
});

const CONTROLLED = SWITCHED.replace(
  'volatile unsigned int wanted = 0;',
  `enum stage { QUIET = 3, LOUD = 5 };
struct limits { unsigned int burst; enum stage stage; };
volatile bool enabled = true;
volatile unsigned int wanted = 7;
volatile struct limits limits[2] = { { 10, QUIET }, { 20, LOUD } };
volatile char name[16] = "nobody";`,
)
  .replace('if (!wanted)', 'if (!enabled || limits[1].burst > 20)')
  .replace('event->pid = wanted', 'event->pid = limits[0].stage * 1000 + wanted + name[0] * 0');

test('each kind of global has its control, and says what the host answered', async ({ workbench: page }) => {
  await write(page, CONTROLLED);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await page.getByTestId('source-tab-.data').click();

  const enabled = page.getByRole('switch', { name: 'enabled, writable' });
  await expect(enabled).toHaveAttribute('aria-checked', 'true');
  await enabled.press('Space');
  await expect(enabled).toHaveAttribute('aria-checked', 'false');
  const row = page.getByTestId('global').filter({ has: enabled });
  await expect(row.getByTestId('write-answers')).toContainText('written');
  await expect(row.getByTestId('write-answers')).toHaveText('');
  await expect(enabled).toHaveAttribute('aria-checked', 'false');
  await enabled.press('Space');

  await page.getByLabel('limits[0].stage, writable').selectOption('LOUD');
  const slider = page.getByRole('slider', { name: 'wanted, from 0 to 100' });
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByLabel('wanted, writable')).toHaveValue('9');
  const name = page.getByLabel('name, writable');
  await name.fill('somebody');
  await name.press('Enter');
  await expect(name).toHaveValue('somebody');

  await page.getByTestId('source-tab-events').click();
  await stir(3);
  await expect(page.getByTestId('event-row').filter({ hasText: '5009' }).first()).toBeVisible();
  await stop(page);
  await page.getByTestId('source-tab-.data').click();
  await expect(page.getByText('somebody')).toBeVisible();
  await expect(page.getByRole('switch')).toHaveCount(0);
});

test('a template is tuned while it runs, and shows sizes side by side', async ({ workbench: page }) => {
  await page.getByTestId('template-rwsize').click();
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await page.getByTestId('source-tab-.data').click();
  const least = page.getByLabel('min_bytes, writable');
  await least.fill('64 KiB');
  await least.press('Enter');
  await expect(least).toHaveValue('65536');
  await page.getByTestId('source-tab-.bss').click();
  const command = page.getByLabel('command, writable');
  await command.fill('pp-rwsize');
  await command.press('Enter');
  await expect(command).toHaveValue('pp-rwsize');
  await promisify(execFile)(inRepository('bpf-templates', 'rwsize', 'workload'));
  await page.getByTestId('source-tab-events').click();
  const rows = page.getByTestId('event-row').filter({ hasText: 'pp-rwsize' });
  // Its blocks of 8 KiB are too small by now.
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('100 KiB');
  await page.getByTestId('source-tab-sizes').click();
  await expect(
    page.getByTestId('histogram').getByRole('row').filter({ hasText: '8 KiB … 9 KiB' }),
  ).toContainText(/\d{3}/);
  await page.getByTestId('source-tab-.bss').click();
  await page.getByTestId('view-number').click();
  // Nothing more comes of them, so they grow by nothing.
  await expect(page.getByTestId('numbers')).toHaveText(/rows\s*0\/s/);
  await stop(page);
});
