import { expect, ready, state, test } from './workbench.ts';

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
  await expect(page.getByTestId('map-row').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await state(page, /stopped/i);
  const before = await page.locator('html').getAttribute('data-theme');
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('theme');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', before ?? '');
});
