import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useCheck } from './check.ts';
import { startChecking } from './check-loop.ts';
import { startRun } from './run-actions.ts';
import { page, until } from './test/page.ts';
import { askForProbe, editFile, openProbe, useWorkspace } from './workspace.ts';

const TIME = { timeout: 10_000 };

function open(text: string, unasked: boolean): void {
  openProbe(
    {
      name: 'probe',
      files: [{ name: 'a.bpf.c', text }],
      settings: { params: {}, attach: {}, flags: [], seconds: 0, views: {} },
      origin: { kind: 'link' },
    },
    unasked,
  );
}

const isChecked = (): Promise<void> => until(useCheck, ({ milliseconds }) => milliseconds !== undefined);

const ASKS: Record<string, () => void> = {
  'types in it': () => editFile('a.bpf.c', 'int theirs; '),
  'asks for it': askForProbe,
  'runs it': () => void startRun(),
};

for (const [what, ask] of Object.entries(ASKS)) {
  test(`what a link brought is given to no host before somebody ${what}`, TIME, async (context) => {
    await page(context);
    context.mock.timers.enable({ apis: ['setTimeout'] });
    context.after(startChecking());
    open('int mine;', false);
    context.mock.timers.tick(1_000);
    await isChecked();

    open('int theirs;\r\n', true);
    context.mock.timers.tick(1_000);
    assert.equal(useCheck.getState().checking, false);
    assert.equal(useCheck.getState().milliseconds, undefined, 'nothing is known of it');
    assert.equal(useCheck.getState().schema, undefined);
    // As the editor gives line ends back.
    editFile('a.bpf.c', 'int theirs;\n', false);
    useWorkspace.setState({ hosts: ['guest-6-1'] });
    context.mock.timers.tick(1_000);
    assert.equal(useCheck.getState().checking, false);

    ask();
    context.mock.timers.tick(1_000);
    assert.equal(useCheck.getState().checking, true);
    await isChecked();
  });
}

test('what came late of another text is nothing that is known of a link’s', TIME, async (context) => {
  await page(context);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.after(startChecking());
  open('int mine;', false);
  context.mock.timers.tick(1_000);
  assert.equal(useCheck.getState().checking, true);
  open('int theirs;', true);
  // Its answer comes after that of the compile before it.
  await startRun();
  assert.equal(useCheck.getState().milliseconds, undefined);
});
