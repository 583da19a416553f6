import { join } from 'node:path';
import { bootGuest, MACHINE_ADDRESS } from '../guest/guest.ts';
import { CHECKOUT, NODE } from '../stack/process.ts';
import { EXEC_PROBE, expect, stir, stop, test, write } from './workbench.ts';

test('one run on this machine and on a guest with another kernel at once', async ({
  workbench: page,
  stack,
}) => {
  test.setTimeout(400_000);
  const guest = await bootGuest({ kernel: '6.1' });
  try {
    await page.getByTestId('side-hosts').click();
    await page.getByTestId('add-host').first().click();
    await page.getByTestId('make-command').click();
    const command = await page.getByTestId('join-command').innerText();
    const token = /--join (\S+)/.exec(command)?.[1] ?? '';
    expect(token).not.toBe('');
    await page.keyboard.press('Escape');
    guest.spawn([
      NODE,
      join(CHECKOUT, 'host-agent/src/cli/main.ts'),
      'agent',
      '--hub',
      `ws://${MACHINE_ADDRESS}:${stack.port}/agent`,
      '--join',
      token,
      '--data',
      '/tmp/agent',
    ]);
    const hosts = page.getByTestId('host');
    await expect(hosts.filter({ hasText: guest.kernelRelease })).toBeVisible({ timeout: 120_000 });

    await write(page, EXEC_PROBE);
    await page.getByTestId('host-picker').click();
    const choices = page.locator('[data-testid^="pick-"]');
    await expect(choices).toHaveCount(2);
    for (const choice of await choices.all()) await choice.setChecked(true);
    await page.keyboard.press('Escape');
    await page.getByTestId('run').click();
    await expect(page.locator('[data-testid="run-host"][data-state="running"]')).toHaveCount(2, {
      timeout: 120_000,
    });
    await stir();
    await guest.exec(['sh', '-c', '/bin/true; /bin/true']);
    const table = page.getByTestId('event-table');
    await expect(table).toContainText('true');
    await expect(table).toContainText(guest.name);
    await stop(page);
    await expect(page.locator('[data-testid="run-host"][data-state="ended"]')).toHaveCount(2);
  } finally {
    await guest.close();
  }
});
