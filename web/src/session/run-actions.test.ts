import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOwnRun } from './own-run.ts';
import { openRun, startRun, stopRun } from './run-actions.ts';
import { isLive, useRuns } from './runs.ts';
import { page, until } from './test/page.ts';
import { useWorkspace } from './workspace.ts';

/** Starts the probe on screen. @returns the run's id */
async function started(): Promise<string> {
  await startRun();
  assert.equal(useRuns.getState().error, undefined);
  const { run } = useWorkspace.getState();
  assert.ok(run);
  return run;
}

const TIME = { timeout: 10_000 };

test('Run ends the run before it only when this tab started that one', TIME, async (context) => {
  await page(context);
  const others = await started();
  useWorkspace.setState({ own: undefined });
  assert.equal(isOwnRun(), false);

  const first = await started();
  assert.equal(isOwnRun(), true);
  await openRun(others);
  assert.ok(isLive(useRuns.getState().runs[others]), "another's run goes on");

  await openRun(first);
  const second = await started();
  assert.notEqual(second, first);
  await openRun(first);
  assert.equal(isLive(useRuns.getState().runs[first]), false, "one's own was stopped");

  await openRun(others);
  assert.equal(await stopRun(), undefined, 'the Stop button ends any run');
  await until(useRuns, ({ runs }) => !isLive(runs[others]));
});

test('what was seen of runs before is not kept', TIME, async (context) => {
  await page(context);
  for (let turn = 0; turn < 3; turn++) {
    const run = await started();
    await until(useRuns, ({ runs }) => runs[run]?.statuses.local?.state === 'running');
    assert.deepEqual(Object.keys(useRuns.getState().runs), [run]);
  }
});
