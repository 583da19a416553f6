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
