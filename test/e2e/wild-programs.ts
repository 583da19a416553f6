import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Page } from '@playwright/test';
import { unpackedSource } from '../../scripts/debian.mjs';
import { focusEditor, write } from './workbench.ts';

/** Programs that others wrote, as they are: bcc's libbpf-tools from Debian's source package, never kept in this repository. */

/** A folder with libbpf-tools' files, for a machine whose Debian mirror doesn't have the sources. */
const FOLDER_VARIABLE = 'PROBEPAD_LIBBPF_TOOLS';

export interface SourceFile {
  name: string;
  text: string;
}

/**
 * Where Debian has them, stable suites first: bcc's own package, and pcp's, which brings bcc along. A mirror may lack the archives of some
 * packages although it lists them.
 */
const PACKAGES = [
  { name: 'bpfcc', suite: 'bookworm', folder: 'libbpf-tools' },
  { name: 'bpfcc', suite: 'trixie', folder: 'libbpf-tools' },
  { name: 'pcp', suite: 'trixie', folder: 'vendor/github.com/iovisor/bcc/libbpf-tools' },
  { name: 'bpfcc', suite: 'forky', folder: 'libbpf-tools' },
  { name: 'bpfcc', suite: 'sid', folder: 'libbpf-tools' },
] as const;

/** The folder with the programs; throws with what apt said of each package, and what else can be done, when none can be fetched. */
export async function wildFolder(): Promise<string> {
  const given = process.env[FOLDER_VARIABLE];
  if (given !== undefined && given !== '') return given;
  const refusals: string[] = [];
  for (const choice of PACKAGES) {
    try {
      return await unpackedSource(choice);
    } catch (error) {
      refusals.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  throw new Error(
    `${refusals.join('; ')} (${FOLDER_VARIABLE} may name a folder that has bcc's libbpf-tools)`,
  );
}

/** A program with the headers of its folder that it includes, and those that they include. The kernel's types are not among them. */
export function filesOf(folder: string, program: string): SourceFile[] {
  const beside = new Set(readdirSync(folder));
  const files: SourceFile[] = [];
  const add = (name: string): void => {
    if (files.some((file) => file.name === name) || !beside.has(name)) return;
    const text = readFileSync(join(folder, name), 'utf8');
    files.push({ name, text });
    for (const [, included = ''] of text.matchAll(/^\s*#\s*include\s*["<]([^">/]+)[">]/gm)) {
      if (included !== 'vmlinux.h') add(included);
    }
  };
  add(`${program}.bpf.c`);
  if (files.length === 0) throw new Error(`${folder} has no ${program}.bpf.c`);
  return files;
}

/** Pastes a program into a new probe as a user would: its text, and a tab for each header. */
export async function paste(page: Page, [main, ...headers]: readonly SourceFile[]): Promise<void> {
  await page.getByRole('button', { name: 'New probe' }).click();
  await write(page, main?.text ?? '');
  for (const { name, text } of headers) {
    await page.getByRole('button', { name: 'Add a file' }).click();
    await page.getByLabel('File name').fill(name);
    await page.keyboard.press('Enter');
    await page.getByTestId(`file-tab-${name}`).and(page.locator('[aria-selected="true"]')).waitFor();
    await focusEditor(page);
    await write(page, text);
  }
  await page.locator('[data-testid^="file-tab-"]').first().click();
}
