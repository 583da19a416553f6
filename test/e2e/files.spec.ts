import type { Page } from '@playwright/test';
import { EXEC_PROBE, expect, focusEditor, state, stir, stop, test, write } from './workbench.ts';

interface Dropped {
  name: string;
  /** Text, or bytes. */
  content: string | number[];
}

/** The files in a transfer of the page's own, as the desktop gives them. */
async function carried(page: Page, files: readonly Dropped[]) {
  return page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    for (const { name, content } of all) {
      transfer.items.add(new File([typeof content === 'string' ? content : Uint8Array.from(content)], name));
    }
    return transfer;
  }, files);
}

/** Drags files over the text and lets go of them there. */
async function drop(page: Page, ...files: Dropped[]): Promise<void> {
  const dataTransfer = await carried(page, files);
  const text = page.locator('.monaco-editor .view-lines').first();
  await text.dispatchEvent('dragenter', { dataTransfer });
  await text.dispatchEvent('dragover', { dataTransfer });
  await expect(page.getByTestId('drop-hint')).toBeVisible();
  await text.dispatchEvent('drop', { dataTransfer });
  await expect(page.getByTestId('drop-hint')).toHaveCount(0);
}

const PROGRAM = EXEC_PROBE.replace('struct event {', '#include "words.h"\n\nstruct event {').replace(
  'unsigned long long one = 1',
  'unsigned long long one = ONE',
);

test('a program and its header that are dropped onto the editor are a probe that runs', async ({
  workbench: page,
}) => {
  await drop(page, { name: 'words.h', content: '#define ONE 1\n' }, { name: 'mine.bpf.c', content: PROGRAM });
  await expect(page.getByTestId('file-tab-mine.bpf.c')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('file-tab-words.h')).toBeVisible();
  await expect(page.getByTestId('file-tab-execsnoop.bpf.c')).toHaveCount(0);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir();
  await page.getByTestId('source-tab-events').click();
  await expect(page.getByTestId('event-row').first()).toBeVisible();
  await stop(page);
});

test('a program that was not saved is kept when another one is dropped', async ({ workbench: page }) => {
  await write(page, `${EXEC_PROBE}\n/* mine */\n`);
  await drop(page, { name: 'other.c', content: 'int other;\n' });
  await expect(page.locator('.monaco-editor')).toContainText('int other;');
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await expect(page.getByTestId('file-tab-execsnoop.bpf.c')).toBeVisible();
});

test('a header goes into the probe on screen, in the place of one with its name, and can be taken back', async ({
  workbench: page,
}) => {
  await drop(page, { name: 'words.h', content: '#define FIRST 1\n' });
  await expect(page.getByTestId('file-tab-words.h')).toHaveAttribute('aria-selected', 'true');
  await drop(page, { name: 'words.h', content: '#define SECOND 2\n' });
  await expect(page.locator('.monaco-editor')).toContainText('SECOND');
  await page
    .getByRole('status')
    .filter({ hasText: 'words.h replaced.' })
    .getByRole('button', { name: 'Undo' })
    .click();
  await expect(page.locator('.monaco-editor')).toContainText('FIRST');
  await expect(page.getByTestId('file-tab-execsnoop.bpf.c')).toBeVisible();
});

test('what is no source is refused in words, wherever it is dropped', async ({ workbench: page }) => {
  await drop(page, { name: 'probe.o', content: 'ELF' }, { name: 'bytes.c', content: [0, 1, 2, 255] });
  const alerts = page.getByRole('alert');
  await expect(alerts.filter({ hasText: 'probe.o is neither a .c nor a .h file.' })).toBeVisible();
  await expect(alerts.filter({ hasText: 'bytes.c is no text.' })).toBeVisible();
  // Beside the editor the browser would leave the page for the file.
  const refused = await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['int a;'], 'a.c'));
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector('[data-part="results"]')?.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(refused).toBe(true);
  await expect(page.getByTestId('file-tab-a.c')).toHaveCount(0);
});

test('by keyboard files are chosen in the dialog of the browser', async ({ workbench: page }) => {
  await focusEditor(page);
  const asked = page.waitForEvent('filechooser');
  // The browser hears that the dialog is wanted in between; else it opens one that nobody sees.
  await page.title();
  await page.keyboard.press('Control+O');
  const chooser = await asked;
  expect(chooser.isMultiple()).toBe(true);
  await chooser.setFiles([
    { name: 'chosen.bpf.c', mimeType: 'text/x-csrc', buffer: Buffer.from('int chosen;\n') },
    { name: 'chosen.h', mimeType: 'text/x-chdr', buffer: Buffer.from('int header;\n') },
  ]);
  await expect(page.getByTestId('file-tab-chosen.bpf.c')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('file-tab-chosen.h')).toBeVisible();
  const again = page.waitForEvent('filechooser');
  await page.title();
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('Open files');
  await page.keyboard.press('Enter');
  await again;
});
