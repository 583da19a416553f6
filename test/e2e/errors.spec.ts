import { EXEC_PROBE, expect, state, test, write } from './workbench.ts';

test('a compile error is listed, squiggled and jumped to', async ({ workbench: page }) => {
  const broken = EXEC_PROBE.replace('event->pid = bpf', 'event->pidd = bpf');
  const line = broken.split('\n').findIndex((text) => text.includes('pidd')) + 1;
  await write(page, broken);
  await page.getByTestId('run').click();
  await expect(page.getByTestId('run-error').first()).toHaveAttribute('data-code', 'compile_failed');
  // The panel opens by itself, the cursor is at the line, and the message is where the rows would be.
  await expect(page.getByTestId('problems')).toBeVisible();
  await expect(page.locator('.monaco-editor .line-numbers.active-line-number')).toHaveText(String(line));
  await expect(page.getByTestId('failures')).toContainText('pidd');
  const problem = page.getByTestId('problem').filter({ hasText: 'pidd' }).first();
  await expect(problem).toContainText(String(line));
  await problem.click();
  await expect(page.locator('.monaco-editor .view-line').filter({ hasText: 'pidd' })).toBeVisible();
  await expect(page.locator('.monaco-editor .squiggly-error').first()).toBeVisible();
});

test('a verifier rejection is marked at its C line, with the whole log to read', async ({
  workbench: page,
}) => {
  // A map value used without a check for NULL.
  const text = EXEC_PROBE.replace(
    '\tif (count)\n\t\t__sync_fetch_and_add(count, 1);\n\telse\n',
    '\t__sync_fetch_and_add(count, 1);\n\tif (pid_of())\n',
  ).replace(
    'SEC("tracepoint',
    'static int pid_of(void) { return bpf_get_current_pid_tgid() >> 32; }\n\nSEC("tracepoint',
  );
  const line = text.split('\n').findIndex((each) => each.includes('__sync_fetch_and_add')) + 1;
  await write(page, text);
  await page.getByTestId('run').click();
  await state(page, /reject/i);
  const problem = page.getByTestId('problem').first();
  await expect(problem).toContainText(String(line));
  await problem.click();
  await expect(page.locator('.monaco-editor .squiggly-error').first()).toBeVisible();
  await page.getByTestId('bottom-tab-log').click();
  const log = page.getByTestId('bottom').getByTestId('verifier-log');
  await expect(log).toContainText('map_value_or_null');
});

test('an error while typing opens nothing and moves nothing', async ({ workbench: page }) => {
  await write(page, EXEC_PROBE);
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('int broken = ;');
  await expect(page.getByTestId('status-check')).toContainText('does not compile');
  await page.keyboard.type(' // still here');
  await expect(page.locator('.monaco-editor')).toContainText('int broken = ; // still here');
  await expect(page.getByTestId('problems')).toHaveCount(0);
});
