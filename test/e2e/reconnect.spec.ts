import { EXEC_PROBE, expect, row, state, stir, stop, test, write } from './workbench.ts';

test('a hub that is killed and started again finds the run, and rows come again', async ({
  workbench: page,
  stack,
}) => {
  await write(page, EXEC_PROBE);
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await stir(2);
  await row(page, 'true');
  await stack.hub.kill();
  await expect(page.getByTestId('connection-lost')).toBeVisible();
  await stir(2);
  await stack.startHub();
  await expect(page.getByTestId('connection-lost')).toHaveCount(0, { timeout: 60_000 });
  await state(page, /running/i);
  await expect(page.getByTestId('status-attached')).toHaveText('1 attached');
  const newest = (): Promise<string | null> => page.getByTestId('event-row').first().textContent();
  const before = await newest();
  await expect
    .poll(async () => {
      await stir(1);
      return newest();
    })
    .not.toBe(before);
  await stop(page);
});
