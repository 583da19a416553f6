import type { Stack } from '../stack/stack.ts';
import {
  test as base,
  EXEC_PROBE,
  expect,
  focusEditor,
  row,
  shown,
  stackOf,
  state,
  stir,
  stop,
  write,
} from './workbench.ts';

/** An installation that nobody has used: the other files' has seen their runs and snippets. */
const test = base.extend<object, { stack: Stack }>({ stack: stackOf() });

test('a fresh installation shows live rows after Ctrl+Enter alone', async ({ workbench: page }) => {
  await focusEditor(page);
  await page.keyboard.press('Control+Enter');
  await state(page, /running/i);
  await stir();
  const rows = page.getByTestId('event-row');
  await expect(rows.first()).toBeVisible();
  await row(page, 'true');
  await focusEditor(page);
  await page.keyboard.press('Escape');
  await state(page, /stopped/i);
});

test('a pasted program gives typed columns and a map table that counts on', async ({ workbench: page }) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir();
  const table = page.getByTestId('event-table');
  for (const column of ['pid', 'comm', 'time_ns']) await expect(table).toContainText(column);
  await row(page, 'true');
  await page.getByTestId('source-tab-started').click();
  await page.getByTestId('view-table').click();
  const entry = page.getByTestId('map-row').filter({ hasText: 'true' });
  await expect(entry).toHaveCount(1);
  // biome-ignore lint/performance/useDomNodeTextContent: the cells' texts would run together
  const count = async (): Promise<number> => Number((await entry.innerText()).match(/true\s+(\d+)/)?.[1]);
  const before = await count();
  await stir(5);
  await expect.poll(count).toBeGreaterThanOrEqual(before + 5);
  await stop(page);
});

test('the run and the text survive a reload', async ({ workbench: page }) => {
  // Seen without scrolling, and in no other text: that of a fresh installation has most lines in common.
  const text = EXEC_PROBE.replaceAll('struct event', 'struct event_again');
  await write(page, text);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await page.reload();
  await shown(page);
  await expect(page.getByTestId('stop')).toBeEnabled();
  await state(page, /running/i);
  await expect(page.locator('.monaco-editor').first()).toContainText('event_again');
  await stir();
  await row(page, 'true');
  await stop(page);
});
