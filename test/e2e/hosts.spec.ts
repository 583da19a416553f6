import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { CHECKOUT, NODE, startProcess } from '../stack/process.ts';
import { expect, test } from './workbench.ts';

/** Makes the command for a new host by way of the dialog. */
async function invite(page: Page, name: string): Promise<string> {
  if ((await page.getByTestId('hosts-panel').count()) === 0) await page.getByTestId('side-hosts').click();
  await page.getByTestId('add-host').click();
  await page.getByRole('dialog').getByRole('textbox').fill(name);
  await page.getByTestId('make-command').click();
  return (await page.getByTestId('join-command').textContent()) ?? '';
}

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
  const data = await mkdtemp(join(tmpdir(), 'probepad-second-'));
  const command = await invite(page, 'second');
  const token = /--join (\S+)/.exec(command)?.[1] ?? '';
  const agent = startProcess(NODE, [
    join(CHECKOUT, 'host-agent/src/cli/main.ts'),
    'agent',
    '--hub',
    `ws://127.0.0.1:${stack.port}/agent`,
    '--join',
    token,
    '--data',
    data,
  ]);
  try {
    await agent.waitFor(/connected to/);
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
    await agent.waitFor(/revoked|refused|unauthenticated|not_found/i);
  } finally {
    await agent.stop();
    await rm(data, { recursive: true, force: true });
  }
});
