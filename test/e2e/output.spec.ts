import { execFile } from 'node:child_process';
import { EXEC_PROBE, expect, state, stop, test, write } from './workbench.ts';

/** A shell that takes a hostile name and then starts a program, whose parent's name the probe reads before exec. */
function startNamed(comm: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(
      'python3',
      [
        '-c',
        'import os,sys\nopen("/proc/self/comm","wb").write(sys.argv[1].encode())\nif os.fork()==0:\n os.execv("/bin/true",["true"])\nos.wait()',
        comm,
      ],
      (error) => (error ? reject(error) : resolve()),
    );
  });
}

test('a task name with escapes and HTML is shown as text and adds no element', async ({
  workbench: page,
}) => {
  // On fork the child still has the name that its parent took.
  const probe = EXEC_PROBE.replace('sched/sched_process_exec', 'sched/sched_process_exit');
  await write(page, probe.replaceAll('on_exec', 'on_exit'));
  await page.getByTestId('run').click();
  await state(page, /running/i);
  await startNamed('\u001b[31m<b>x\ny');
  const row = page.getByTestId('event-row').filter({ hasText: '<b>x' }).first();
  await expect(row).toBeVisible();
  await expect(row).toContainText('\u241b[31m<b>x\u240ay');
  expect(await row.locator('b').count()).toBe(0);
  // What has no glyph on many machines is drawn by its name.
  await expect(row.locator('[data-name="ESC"]')).toBeVisible();

  await page.getByTestId('source-tab-started').click();
  await page.getByTestId('view-table').click();
  const entry = page.getByTestId('map-row').filter({ hasText: '<b>x' });
  await expect(entry).toHaveCount(1);
  expect(await entry.locator('b').count()).toBe(0);
  await stop(page);
});
