import {
  EXEC_PROBE,
  expect,
  focusEditor,
  ready,
  row,
  shown,
  state,
  stir,
  stop,
  test,
  write,
} from './workbench.ts';

test('a second viewer joins a run late by its link and sees what came before', async ({
  workbench: page,
  browser,
  stack,
}) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(4);
  await row(page, 'true');

  await page.getByTestId('share').click();
  const link = await page.getByTestId('run-link').inputValue();
  await page.keyboard.press('Escape');
  expect(link).toMatch(/\/r\/[A-Za-z0-9_-]+$/);

  const other = await (await browser.newContext()).newPage();
  await other.goto(stack.url);
  await other.goto(link);
  await shown(other);
  await row(other, 'true');
  await expect(other.getByTestId('run-state').first()).toHaveText(/running/i);
  // Neither key of somebody who only watches ends the run for the room.
  await focusEditor(other);
  await other.keyboard.press('Escape');
  await expect(other.getByTestId('stop')).toHaveText('Stop for all');
  await other.keyboard.press('Control+Enter');
  await expect(other.getByTestId('stop')).toHaveText('Stop');
  await state(other, /running/i);
  await state(page, /running/i);
  await stop(other);
  await other.goto(link);
  await state(other, /running/i);
  await other.getByTestId('stop').click();
  await state(other, /stopped/i);
  await state(page, /stopped/i);
  await other.context().close();
});

test('a duplicated tab watches the run of the first, and no key there ends it', async ({
  workbench: page,
}) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  // Only then does the copy hold what it must not act on.
  await page.waitForFunction(() => /"own":"/.test(sessionStorage.getItem('probepad.workspace') ?? ''));
  const copied = page.waitForEvent('popup');
  await page.evaluate(() => void window.open('/'));
  const copy = await copied;
  await shown(copy);
  await state(copy, /running/i);
  await expect(copy.getByTestId('stop')).toHaveText('Stop for all');
  await focusEditor(copy);
  await copy.keyboard.press('Escape');
  await copy.reload();
  await expect(copy.getByTestId('stop')).toHaveText('Stop for all');
  await expect(page.getByTestId('stop')).toHaveText('Stop');
  await copy.close();
  await state(page, /running/i);
  await stop(page);
});

test('a link to a snippet shows it and runs nothing', async ({ workbench: page, browser, stack }) => {
  await write(page, EXEC_PROBE.replace('on_exec', 'on_shared_exec'));
  await page.getByTestId('save').click();
  await page.getByTestId('share').click();
  const link = await page.getByTestId('snippet-link').inputValue();
  expect(link).toMatch(/\/s\/[A-Za-z0-9_-]+/);
  const other = await (await browser.newContext()).newPage();
  await other.goto(stack.url);
  await other.goto(link);
  await ready(other);
  await expect(other.locator('.monaco-editor')).toContainText('vmlinux.h');
  await expect(other.getByTestId('run-state')).toHaveCount(0);
  // Nor is it compiled before somebody wants it to be.
  await expect(other.getByTestId('status-check')).toHaveText('not checked');
  await other.getByTestId('side-params').click();
  const params = other.getByTestId('params-panel');
  await expect(params).toContainText('Known once the program compiles.');
  await other.reload();
  await ready(other);
  await expect(other.getByTestId('status-check')).toHaveText('not checked');
  await params.getByTestId('check-offer').getByRole('button').click();
  await expect(params).toContainText('on_shared_exec');
  await expect(other.getByTestId('status-check')).toContainText('compiles');
  await expect(other.getByTestId('check-offer')).toHaveCount(0);
  await other.context().close();
});

test('a link that holds the text shows it and runs nothing', async ({ workbench: page, browser, stack }) => {
  const text = EXEC_PROBE.replace('on_exec', 'on_linked_exec');
  await write(page, text);
  await page.getByTestId('share').click();
  const link = await page.getByTestId('fragment-link').inputValue();
  expect(link).toMatch(/#p=[A-Za-z0-9_-]+$/);
  const other = await (await browser.newContext()).newPage();
  await other.goto(stack.url);
  await other.goto('about:blank');
  await other.goto(link);
  await ready(other);
  await expect(other.getByTestId('origin')).toContainText('from a link');
  await expect(other.getByTestId('status-check')).toHaveText('not checked');
  await other
    .locator('.monaco-editor')
    .first()
    .click({ position: { x: 240, y: 60 } });
  await other.keyboard.press('Control+End');
  await expect(other.locator('.monaco-editor')).toContainText('bpf_ringbuf_submit');
  await expect(other.getByTestId('status-check')).toHaveText('not checked');
  await other.keyboard.type('// mine');
  await expect(other.getByTestId('status-check')).toContainText('compiles');
  await expect(other.getByTestId('run-state')).toHaveCount(0);
  await other.context().close();
});
