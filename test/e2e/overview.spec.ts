import { EXEC_PROBE, expect, state, stir, stop, test, write } from './workbench.ts';

test('the Overview tells what the program costs while it is on screen', async ({ workbench: page }) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await page.getByTestId('source-tab-Overview').or(page.getByTestId('source-tab-overview')).click();
  const program = page.getByTestId('program').filter({ hasText: 'on_exec' });
  const rate = async (): Promise<number> => {
    await stir(2);
    return Number.parseFloat((await program.getByTestId('program-rate').textContent()) ?? '') || 0;
  };
  await expect.poll(rate, { timeout: 20_000 }).toBeGreaterThan(0);
  await expect(program).toContainText('%');
  // Only while it is looked at: nothing is counted behind another tab.
  await page.getByTestId('source-tab-events').click();
  await page.getByTestId('source-tab-overview').click();
  await expect.poll(rate, { timeout: 20_000 }).toBeGreaterThan(0);
  await stop(page);
});

test('a program that was compiled before is shown as attached from the start', async ({
  workbench: page,
}) => {
  // Without a compile the run is up before the page has begun to watch it.
  await write(page, EXEC_PROBE);
  for (let turn = 0; turn < 3; turn++) {
    await page.getByTestId('run').click();
    await state(page, /running/i);
    await expect(page.getByTestId('status-attached')).toHaveText('1 attached');
    await stop(page);
  }
});
