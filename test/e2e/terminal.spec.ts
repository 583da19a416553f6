import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Stack } from '../stack/stack.ts';
import { test as base, expect, stackOf } from './workbench.ts';

/** A host whose policy allows terminals. */
const POLICY = join(import.meta.dirname, 'terminal-policy.json');
const test = base.extend<object, { stack: Stack }>({ stack: stackOf({ env: { PROBEPAD_POLICY: POLICY } }) });

const SHELL_KEYS = '.xterm-helper-textarea';

/** Types a sum into the shell that has the keyboard. */
async function typeSum(page: Page, name: string): Promise<void> {
  await expect(page.locator(SHELL_KEYS)).toBeFocused();
  await page.keyboard.type(`echo ${name}$((40+2))`);
  await page.keyboard.press('Enter');
}

/** The shell works it out: what was typed alone does not hold it. */
async function typedSum(page: Page, name: string): Promise<void> {
  await typeSum(page, name);
  await expect(page.locator('.xterm-rows')).toContainText(`${name}42`);
}

/** The same in the shell on screen, wherever the keyboard is. */
async function sum(page: Page, name: string): Promise<void> {
  await page.locator('.xterm').click();
  await typedSum(page, name);
}

test('a shell goes on while its panel shows something else, takes its own keys, and says when it is lost', async ({
  workbench: page,
  stack,
}) => {
  await page.keyboard.press('Control+Backquote');
  await sum(page, 'first');
  await page.keyboard.press('Control+Enter');
  await page.getByTestId('bottom-tab-problems').click();
  await expect(page.locator('.xterm')).toHaveCount(0);
  await page.getByTestId('bottom-tab-terminal').click();
  await expect(page.locator('.xterm-rows')).toContainText('first42');
  await sum(page, 'second');
  // Ctrl+Enter was the shell's: by now a run would show, had it been the app's.
  await expect(page.getByTestId('run-progress')).toHaveCount(0);

  await stack.hub.kill();
  await expect(page.getByTestId('shell-ended')).toContainText('The connection to the hub was lost');
  await stack.startHub();
  await expect(page.getByTestId('connection-lost')).toHaveCount(0, { timeout: 60_000 });
  await page.getByTestId('shell-ended').getByRole('button', { name: 'New shell' }).click();
  await expect(page.getByTestId('shell-ended')).toHaveCount(0);
  await sum(page, 'third');
});

test('a shell takes the keyboard when it is asked for, takes a long paste, and is ended with a button', async ({
  workbench: page,
  stack,
}) => {
  // A host that takes its time loses nothing of what is typed meanwhile.
  const agent = stack.agent?.pid ?? 0;
  process.kill(agent, 'SIGSTOP');
  await page.keyboard.press('Control+Backquote');
  await typeSum(page, 'key');
  process.kill(agent, 'SIGCONT');
  await expect(page.locator('.xterm-rows')).toContainText('key42');
  await page.getByTestId('bottom-tab-problems').click();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.xterm-rows')).toContainText('key42');
  await expect(page.getByTestId('bottom-tab-terminal')).toBeFocused();
  await page.getByTestId('bottom-tab-terminal').click();
  await typedSum(page, 'click');

  // More than one message holds; nothing of it is echoed.
  await page.keyboard.type(
    'stty -echo; echo listens$((40+2)); echo read$(head -c 1100000 | wc -c); stty echo',
  );
  await page.keyboard.press('Enter');
  await expect(page.locator('.xterm-rows')).toContainText('listens42');
  const paste = 'x'.repeat(99).concat('\n').repeat(11_000);
  await page.evaluate((clip) => navigator.clipboard.writeText(clip), paste);
  await page.keyboard.press('Control+Shift+V');
  await expect(page.locator('.xterm-rows')).toContainText('read1100000');

  await page.keyboard.type('trap "" HUP INT');
  await page.keyboard.press('Enter');
  await page.getByTestId('end-shell').click();
  await expect(page.getByTestId('shell-ended')).toContainText('ended here');
  await expect(page.getByRole('button', { name: 'New shell' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.xterm-rows')).not.toContainText('click42');
  await typedSum(page, 'new');
});
