import type { Page } from '@playwright/test';
import { EXEC_PROBE, expect, focusEditor, ready, shown, state, test, write } from './workbench.ts';

test('opening one probe after another changes none of them', async ({ workbench: page }) => {
  const origin = page.getByTestId('origin');
  for (const template of ['execsnoop', 'syscount', 'execsnoop']) {
    await page.getByTestId(`template-${template}`).click();
    await expect(page.getByTestId(`file-tab-${template}.bpf.c`)).toBeVisible();
    await expect(origin).toHaveText('template');
  }
  await focusEditor(page);
  await page.keyboard.type('x');
  await expect(origin).toContainText('changed');
});

test('while vmlinux.h loads nothing can be typed under its tab, and why it does not come is said in words', async ({
  workbench: page,
}) => {
  const { promise: asked, resolve: cameToAsk } = Promise.withResolvers<void>();
  const { promise: answer, resolve: letAnswer } = Promise.withResolvers<void>();
  await page.route('**/vmlinux.h', async (route) => {
    cameToAsk();
    await answer;
    const error = { code: 'host_offline', message: 'fetching vmlinux.h of box', remedy: 'Start the agent.' };
    await route.fulfill({ status: 503, json: { error } });
  });
  await write(page, EXEC_PROBE);
  await page.getByTestId('open-vmlinux').click();
  await asked;
  await expect(page.getByTestId('no-text')).toHaveText('Loading vmlinux.h…');
  await expect(page.locator('.monaco-editor .view-line')).toHaveCount(0);
  letAnswer();
  await expect(page.getByTestId('no-text')).toHaveText('fetching vmlinux.h of box. Start the agent.');
});

test('a file that is removed comes back by Undo', async ({ workbench: page }) => {
  await page.getByRole('button', { name: 'Add a file' }).click();
  await page.keyboard.type('extra.h');
  await page.keyboard.press('Enter');
  await focusEditor(page);
  await page.keyboard.type('#define EXTRA 1');
  await page.getByRole('button', { name: 'Remove extra.h' }).click();
  await expect(page.getByTestId('file-tab-extra.h')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('file-tab-extra.h')).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.monaco-editor')).toContainText('EXTRA');
});

test('a link that holds the text, pasted into the address of an open page, is opened', async ({
  workbench: page,
}) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('share').click();
  const link = await page.getByTestId('fragment-link').inputValue();
  await page.keyboard.press('Escape');
  await page.getByTestId('template-syscount').click();
  await expect(page.getByTestId('origin')).toHaveText('template');
  await page.goto(link);
  await expect(page.getByTestId('origin')).toContainText('from a link');
});

/** Saves what is on screen with a comment before it, as another tab of the same person or another person would. */
async function saveWith(page: Page, comment: string, revision: number): Promise<void> {
  await focusEditor(page);
  await page.keyboard.type(comment);
  await page.getByTestId('save').click();
  await expect(page.getByTestId('origin')).toHaveText(`revision ${revision}`);
}

test('the link of a snippet that was opened before shows its newest revision', async ({
  workbench: page,
}) => {
  await saveWith(page, '// first', 1);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await ready(other);
  await saveWith(other, '// second', 2);
  await page.reload();
  await expect(page.getByTestId('origin')).toHaveText('revision 2');
  await expect(page.locator('.monaco-editor')).toContainText('// second');
});

test('what was typed on an older revision stays, and a newer one is told of', async ({ workbench: page }) => {
  await saveWith(page, '// first', 1);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await ready(other);
  await saveWith(other, '// second', 2);
  await focusEditor(page);
  await page.keyboard.type('// mine');
  await page.reload();
  await shown(page);
  await expect(page.getByTestId('toasts')).toContainText('Revision 2 has been saved since');
  await expect(page.getByTestId('origin')).toContainText('revision 1, changed');
  await page.getByTestId('save').click();
  await expect(page.getByTestId('toasts')).toContainText('Revision 2 was saved elsewhere');
});

test('Escape in a field ends no run, in the editor it does', async ({ workbench: page }) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await page.getByTestId('probe-name').focus();
  await page.keyboard.press('Escape');
  await page.getByLabel('Filter rows').fill('x');
  await page.keyboard.press('Escape');
  await page.reload();
  await shown(page);
  await state(page, /running/i);
  await focusEditor(page);
  // Closing the editor's search ends no run, and once closed it stands in no key's way.
  await page.keyboard.press('Control+F');
  await expect(page.locator('.find-widget.visible')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.find-widget.visible')).toHaveCount(0);
  await state(page, /running/i);
  await focusEditor(page);
  await page.keyboard.press('Escape');
  await state(page, /stopped/i);
});
