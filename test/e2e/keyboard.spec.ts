import { expect, focusEditor, ready, state, test } from './workbench.ts';

test('keyboard alone: open a template from the palette, run it, stop it, change the theme', async ({
  page,
  stack,
}) => {
  await page.goto(stack.url);
  await ready(page);
  await page.keyboard.press('Control+Shift+P');
  await expect(page.getByTestId('palette')).toBeVisible();
  await page.keyboard.type('syscount');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('file-tab-syscount.bpf.c')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await state(page, /running/i);
  await expect(page.getByTestId('bar-row').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await state(page, /stopped/i);
  const before = await page.locator('html').getAttribute('data-theme');
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('theme');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', before ?? '');
});

test('keyboard alone: panels take the keys, F6 goes from part to part, F2 renames the file', async ({
  workbench: page,
}) => {
  const has = (part: string) =>
    expect
      .poll(() =>
        page.evaluate(() => document.activeElement?.closest('[data-part]')?.getAttribute('data-part')),
      )
      .toBe(part);
  await focusEditor(page);
  await page.keyboard.press('Control+Shift+H');
  await expect(page.getByTestId('hosts-panel')).toBeVisible();
  await has('side');
  await page.keyboard.press('F6');
  await has('editor');
  await page.keyboard.press('Control+Shift+M');
  await has('bottom');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('bottom-tab-log')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+Shift+M');
  await page.keyboard.press('Control+Shift+M');
  await has('editor');
  await expect(page.getByTestId('bottom-tab-log')).toHaveCount(0);

  await page.keyboard.press('F2');
  await page.keyboard.type('renamed.bpf.c');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('file-tab-renamed.bpf.c')).toBeVisible();

  await has('editor');
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('Rename this file');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'File name' })).toBeFocused();
  await page.keyboard.type('again.bpf.c');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('file-tab-again.bpf.c')).toBeVisible();

  await page.keyboard.press('Control+Enter');
  await state(page, /running/i);
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('Focus: Results');
  await page.keyboard.press('Enter');
  await has('results');
  const chosen = page.getByRole('tablist', { name: 'Sources' }).getByRole('tab', { selected: true });
  const before = await chosen.getAttribute('data-tab');
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('Next source');
  await page.keyboard.press('Enter');
  await expect(chosen).not.toHaveAttribute('data-tab', before ?? '');
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('Focus: Editor');
  await page.keyboard.press('Enter');
  await has('editor');
  await page.keyboard.press('Escape');
  await state(page, /stopped/i);
});
