import { invite, joinAs } from './second-host.ts';
import { expect, test } from './workbench.ts';

test('adding a host makes a command with a token, and Copy copies it', async ({ workbench: page, stack }) => {
  const command = await invite(page, 'never-comes');
  expect(command).toMatch(/--join \S{16,}/);
  expect(command).toContain(String(stack.port));
  await expect(page.getByTestId('loopback')).toContainText('PROBEPAD_HOST');
  await page.getByRole('button', { name: 'Copy command' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
});

test('a second host joins by its token, and loses its place when it is revoked', async ({
  workbench: page,
  stack,
}) => {
  await using second = await joinAs(page, stack, 'second');
  await expect(page.getByRole('dialog')).toContainText('second is here');
  await page.getByRole('button', { name: 'Done' }).click();
  const host = page.getByTestId('host').filter({ hasText: 'second' });
  await expect(host).toHaveAttribute('data-condition', /ready|limited/);
  if ((await host.getByRole('button', { name: 'Revoke' }).count()) === 0) {
    await host.getByRole('button', { name: 'Show details' }).click();
  }
  await host.getByRole('button', { name: 'Revoke' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Revoke second?');
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(host).toHaveCount(0);
  // It is told so, and does not come back with a credential that is worth nothing.
  await second.agent.waitFor(/revoked|refused|unauthenticated|not_found/i);
});
