import { expect, test } from './workbench.ts';

test('a terminal is off by default, and says why', async ({ workbench: page }) => {
  await page.getByTestId('open-terminal').click();
  const bottom = page.getByTestId('empty').filter({ hasText: /terminal/i });
  await expect(bottom).toContainText(/off|may not/i);
  await expect(bottom).toContainText(/policy|permission/i);
  await expect(page.getByTestId('terminal')).toHaveCount(0);
});

test('dark and light go through editor and panels alike, and stay after a reload', async ({
  workbench: page,
}) => {
  const grounds = (): Promise<string[]> =>
    page.evaluate(() =>
      ['body', '.monaco-editor'].map((selector) => {
        const element = document.querySelector(selector);
        return element ? getComputedStyle(element).backgroundColor : '';
      }),
    );
  const before = await page.locator('html').getAttribute('data-theme');
  const first = await grounds();
  await page.getByTestId('theme').click();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', before ?? '');
  await expect.poll(grounds).not.toContain(first[0]);
  expect(await grounds()).not.toContain(first[1]);
  const second = await grounds();
  await page.reload();
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible();
  expect(await grounds()).toEqual(second);
});
