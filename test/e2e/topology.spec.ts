import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inRepository } from '../../scripts/repository.mjs';
import { expect, shown, state, stop, test } from './workbench.ts';

const run = promisify(execFile);

test('who speaks with whom is a graph, walked by keys, with its numbers behind it', async ({
  workbench: page,
}) => {
  await page.getByTestId('template-tcpflow').click();
  await page.getByTestId('run').click();
  await state(page, /running/i);
  const { stdout } = await run(inRepository('bpf-templates', 'tcpflow', 'workload'));
  const often = /^often=(\d+)/m.exec(stdout)?.[1];
  await page.getByTestId('source-tab-flows').click();
  await page.getByTestId('view-topology').click();
  const graph = page.getByTestId('topology-graph');
  await expect(graph).toBeVisible();
  await expect(page.getByTestId('topology-node').filter({ hasText: 'pp-client' }).first()).toBeVisible();
  await expect(
    page
      .getByTestId('topology-node')
      .filter({ hasText: `127.0.0.1:${often}` })
      .last(),
  ).toBeVisible();
  await graph.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('topology-spoken')).not.toBeEmpty();
  await page.getByTestId('topology-as-table').click();
  const edge = page
    .getByTestId('topology-table')
    .getByRole('row')
    .filter({ hasText: 'pp-client' })
    .filter({ hasText: `127.0.0.1:${often}` });
  await expect(edge).toContainText('12');

  // What was chosen is there after a reload.
  const near = page.getByLabel('from', { exact: true });
  await near.selectOption('address');
  await page.reload();
  await shown(page);
  await expect(near).toHaveValue('address');
  await expect(page.getByTestId('topology-node').filter({ hasText: '127.0.0.1' }).first()).toBeVisible();
  await expect(page.getByTestId('topology-node').filter({ hasText: 'pp-client' })).toHaveCount(0);
  await stop(page);
});
