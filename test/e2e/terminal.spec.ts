import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type Stack, startStack } from '../stack/stack.ts';
import { test as base, expect } from './workbench.ts';

/** A host whose policy allows terminals. */
const test = base.extend<object, { stack: Stack }>({
  stack: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are asked for from this pattern
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'probepad-policy-'));
      const policy = join(folder, 'policy.json');
      await writeFile(policy, '{"terminal":true}');
      const stack = await startStack({ app: true, env: { PROBEPAD_POLICY: policy } });
      await use(stack);
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

/** Types into the shell on screen, which works the sum out: what was typed alone does not hold it. */
async function sum(page: Page, name: string): Promise<void> {
  await page.locator('.xterm').click();
  await page.keyboard.type(`echo ${name}$((40+2))`);
  await page.keyboard.press('Enter');
  await expect(page.locator('.xterm-rows')).toContainText(`${name}42`);
}

test('a shell goes on while its panel shows something else, takes its own keys, and says when it is lost', async ({
  workbench: page,
  stack,
}) => {
  await page.keyboard.press('Control+Backquote');
  await sum(page, 'first');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('run-progress')).toHaveCount(0);
  await page.getByTestId('bottom-tab-problems').click();
  await expect(page.locator('.xterm')).toHaveCount(0);
  await page.getByTestId('bottom-tab-terminal').click();
  await expect(page.locator('.xterm-rows')).toContainText('first42');
  await sum(page, 'second');

  await stack.hub.kill();
  await expect(page.getByTestId('shell-ended')).toContainText('The connection to the hub was lost');
  await stack.startHub();
  await expect(page.getByTestId('connection-lost')).toHaveCount(0, { timeout: 60_000 });
  await page.getByTestId('shell-ended').getByRole('button', { name: 'New shell' }).click();
  await expect(page.getByTestId('shell-ended')).toHaveCount(0);
  await sum(page, 'third');
});
