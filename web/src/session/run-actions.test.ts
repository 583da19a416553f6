import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Decoder } from './decoder.ts';
import { useSession } from './hosts.ts';
import { isOwnRun, openRun, startRun, stopRun } from './run-actions.ts';
import { isLive, useRuns } from './runs.ts';
import { startSession } from './session.ts';
import { fakeHub } from './test/fake-hub.ts';
import { useWorkspace } from './workspace.ts';

/** Takes everything and shows nothing. */
const NO_DECODER = {
  know: () => undefined,
  open: () => undefined,
  clock: () => undefined,
  dropped: () => new Map(),
  recount: () => undefined,
  frames: () => undefined,
  forget: () => undefined,
} as unknown as Decoder;

/** This process as a page that is connected to a hub. */
async function page(context: TestContext): Promise<void> {
  const server = createServer();
  const hub = fakeHub(server, { rate: 10 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(globalThis, { location: { pathname: '/' } });
  const end = startSession(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`, NO_DECODER);
  context.after(() => {
    end();
    hub.close();
    server.close();
    server.closeAllConnections();
  });
  await until(useSession, (state) => state.connection.state === 'open' && state.hosts.length > 0);
  useWorkspace.setState({ files: [{ name: 'a.bpf.c', text: 'int a;' }] });
}

interface Observable<T> {
  getState(): T;
  subscribe(listener: (state: T) => void): () => void;
}

function until<T>(store: Observable<T>, fits: (state: T) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (fits(store.getState())) return resolve();
    const end = store.subscribe((state) => {
      if (!fits(state)) return;
      end();
      resolve();
    });
  });
}

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
