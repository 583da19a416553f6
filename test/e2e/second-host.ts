import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { CHECKOUT, NODE, type RunningProcess, startProcess } from '../stack/process.ts';
import type { Stack } from '../stack/stack.ts';

/** Makes the command for a new host by way of the dialog, which stays open. */
export async function invite(page: Page, name: string): Promise<string> {
  if ((await page.getByTestId('hosts-panel').count()) === 0) await page.getByTestId('side-hosts').click();
  await page.getByTestId('add-host').click();
  await page.getByRole('dialog').getByRole('textbox').fill(name);
  await page.getByTestId('make-command').click();
  return (await page.getByTestId('join-command').textContent()) ?? '';
}

/** A host of this machine's own kernel: an agent that joins as any other does. */
export interface SecondHost extends AsyncDisposable {
  agent: RunningProcess;
}

/** Starts the agent of a host that was invited; it has connected. */
export async function joinAs(page: Page, stack: Stack, name: string): Promise<SecondHost> {
  const command = await invite(page, name);
  const token = /--join (\S+)/.exec(command)?.[1] ?? '';
  const data = await mkdtemp(join(tmpdir(), 'probepad-second-'));
  const main = join(CHECKOUT, 'host-agent/src/cli/main.ts');
  const hub = `ws://127.0.0.1:${stack.port}/agent`;
  const agent = startProcess(NODE, [main, 'agent', '--hub', hub, '--join', token, '--data', data]);
  await agent.waitFor(/connected to/);
  return {
    agent,
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
