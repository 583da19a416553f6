import { join } from 'node:path';
import { bootGuest, MACHINE_ADDRESS } from '../guest/guest.ts';
import { CHECKOUT, NODE } from '../stack/process.ts';
import { EXEC_PROBE, expect, row, stir, stop, test, write } from './workbench.ts';

test('one run on this machine and on a guest with another kernel at once', async ({
  workbench: page,
  stack,
}) => {
  test.setTimeout(600_000);
  const guest = await bootGuest({ kernel: '6.1' });
  try {
    await page.getByTestId('side-hosts').click();
    await page.getByTestId('add-host').first().click();
    await page.getByRole('dialog').getByRole('textbox').fill(guest.name);
    await page.getByTestId('make-command').click();
    const command = (await page.getByTestId('join-command').textContent()) ?? '';
    const token = /--join (\S+)/.exec(command)?.[1] ?? '';
    expect(token).not.toBe('');
    await page.keyboard.press('Escape');
    // Under emulation a compile takes longer than its limit: this machine compiles for the guest.
    await guest.exec('rm -f /usr/bin/clang*');
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
    // This machine is chosen already; other tests may have left hosts that never came.
    const choice = page.locator('[data-testid^="pick-"]').filter({ hasText: guest.kernelRelease });
    await choice.getByRole('checkbox').check();
    await page.keyboard.press('Escape');
    await page.getByTestId('run').click();
    await expect(page.locator('[data-testid="run-host"][data-state="running"]')).toHaveCount(2, {
      timeout: 120_000,
    });
    await stir();
    await guest.exec(['sh', '-c', '/bin/true; /bin/true']);
    await row(page, 'true');
    await row(page, guest.name);
    await stop(page);
    await expect(page.locator('[data-testid="run-host"][data-state="ended"]')).toHaveCount(2);
  } finally {
    await guest.close();
  }
});
