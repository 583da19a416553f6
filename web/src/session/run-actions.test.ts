import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useSession } from './hosts.ts';
import { isOwnRun } from './own-run.ts';
import { endRun, openRun, startRun, stopRun } from './run-actions.ts';
import { isLive, useRuns } from './runs.ts';
import { theDecoder } from './session.ts';
import { page, until } from './test/page.ts';
import { changeEntry, useWorkspace } from './workspace.ts';

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

test(
  'a run is said to be of a snippet unless that was changed; a user who may run only those always says so',
  TIME,
  async (context) => {
    await page(context);
    const snippet = { id: 's1', revision: 2 };
    const told = async () => {
      const run = await started();
      return useRuns.getState().runs[run]?.info?.snippet;
    };
    useWorkspace.setState({ origin: { kind: 'snippet', ...snippet }, dirty: false });
    assert.deepEqual(await told(), snippet);
    changeEntry('params', 'pid', '1');
    assert.equal(await told(), undefined);
    // The hub, which knows what was saved, has the last word.
    useSession.setState({ permissions: ['view', 'run'] });
    assert.deepEqual(await told(), snippet);
  },
);

test('a run of this tab that goes on unseen is told of when another is started', TIME, async (context) => {
  await page(context);
  const others = await started();
  useWorkspace.setState({ own: undefined });
  const first = await started();
  await openRun(others);
  assert.equal((await startRun())?.id, first);

  const { run: second } = useWorkspace.getState();
  assert.ok(second);
  assert.equal(await endRun(second), undefined);
  await openRun(others);
  assert.equal(await startRun(), undefined, 'one that has ended is not');
  assert.equal(await startRun(), undefined, 'nor is one that is on screen, which is stopped');
});

test(
  'a run that is opened while a start is under way is no longer watched after it',
  TIME,
  async (context) => {
    await page(context);
    const others = await started();
    useWorkspace.setState({ own: undefined });
    const before = await started();
    const forget = context.mock.method(theDecoder(), 'forget');
    useWorkspace.setState({ own: undefined });
    const opening = openRun(others);
    await startRun();
    await opening;
    assert.deepEqual(
      forget.mock.calls.map(({ arguments: [run] }) => run),
      [before, others],
    );
  },
);
