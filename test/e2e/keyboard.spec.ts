import { expect, ready, state, stir, test } from './workbench.ts';

test('keyboard alone: open a template from the palette, run it, stop it, change the theme', async ({
  page,
  stack,
}) => {
  await page.goto(stack.url);
  await ready(page);
  await page.keyboard.press('Control+Shift+P');
  await expect(page.getByTestId('palette')).toBeVisible();
  await page.keyboard.type('execsnoop');
  await page.keyboard.press('Enter');
  await expect(page.locator('.monaco-editor')).toContainText('execsnoop');
  await page.keyboard.press('Control+Enter');
  await state(page, /running/i);
  await stir();
  await expect(page.getByTestId('event-row').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await state(page, /stopped/i);
  const before = await page.locator('html').getAttribute('data-theme');
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('theme');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', before ?? '');
});
