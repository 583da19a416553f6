import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { claimOwnRun, isOwnRun } from './own-run.ts';
import { until } from './test/page.ts';
import { useWorkspace } from './workspace.ts';

/** Another tab of this browser. @returns what it hears, the next message first */
function otherTab(context: TestContext): { say(message: unknown): void; heard(): Promise<unknown> } {
  const channel = new BroadcastChannel('probepad.own-run');
  context.after(() => channel.close());
  return {
    say: (message) => channel.postMessage(message),
    heard: () =>
      new Promise((resolve) => {
        channel.onmessage = ({ data }) => resolve(data);
      }),
  };
}

const TIME = { timeout: 10_000 };

test('the copy of a tab does not own the run of the tab that it was copied from', TIME, async (context) => {
  useWorkspace.setState({ run: 'r1', own: 'r1' });
  const first = otherTab(context);
  const heard = first.heard();
  context.after(claimOwnRun());
  assert.deepEqual(await heard, { type: 'claimed', run: 'r1' });
  assert.equal(isOwnRun(), true, 'as after a reload, when nobody answers');
  first.say({ type: 'held', run: 'another' });
  first.say({ type: 'held', run: 'r1' });
  await until(useWorkspace, ({ own }) => own === undefined);
  assert.equal(useWorkspace.getState().run, 'r1', 'it is watched all the same');
});

test('a tab tells its copies that the run is its own, and keeps it', TIME, async (context) => {
  useWorkspace.setState({ run: undefined, own: undefined });
  context.after(claimOwnRun());
  useWorkspace.setState({ run: 'r2', own: 'r2' });
  const copy = otherTab(context);
  const heard = copy.heard();
  copy.say({ type: 'claimed', run: 'another' });
  copy.say('nonsense');
  copy.say({ type: 'claimed', run: 'r2' });
  assert.deepEqual(await heard, { type: 'held', run: 'r2' });
  assert.equal(isOwnRun(), true);
});
