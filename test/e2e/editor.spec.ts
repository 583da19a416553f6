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

test('the link of a snippet shows its newest revision, and keeps what was typed on an older one', async ({
  workbench: page,
  browser,
  stack,
}) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('save').click();
  await expect(page.getByTestId('origin')).toHaveText('revision 1');
  const link = page.url();
  const other = await (await browser.newContext()).newPage();
  await other.goto(stack.url);
  await other.goto(link);
  await ready(other);
  await focusEditor(other);
  await other.keyboard.type('// second');
  await other.getByTestId('save').click();
  await expect(other.getByTestId('origin')).toHaveText('revision 2');

  await page.goto(link);
  await expect(page.getByTestId('origin')).toHaveText('revision 2');
  await expect(page.locator('.monaco-editor')).toContainText('// second');

  await focusEditor(other);
  await other.keyboard.type('// third');
  await other.getByTestId('save').click();
  await expect(other.getByTestId('origin')).toHaveText('revision 3');
  await focusEditor(page);
  await page.keyboard.type('// mine');
  await page.goto(link);
  await shown(page);
  await expect(page.getByTestId('toasts')).toContainText('Revision 3 has been saved since');
  await expect(page.getByTestId('origin')).toContainText('revision 2, changed');
  await page.getByTestId('save').click();
  await expect(page.getByTestId('toasts')).toContainText('Revision 3 was saved elsewhere');
  await other.context().close();
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
  await page.keyboard.press('Escape');
  await state(page, /stopped/i);
});
