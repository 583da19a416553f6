import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { createTerminals } from './terminals.ts';

const LIMIT = { timeout: 20_000 };

/** A terminal whose output can be waited for. */
function shell() {
  let output = '';
  let look = () => {};
  const exited = Promise.withResolvers<void>();
  const terminals = createTerminals(
    true,
    {
      output(terminal, data) {
        output += data;
        terminals.acknowledge(terminal, data.length);
        look();
      },
      exit: () => exited.resolve(),
    },
    50,
  );
  terminals.open('t', 80, 24);
  const says = (pattern: RegExp) =>
    new Promise<string>((resolve) => {
      look = () => {
        const found = pattern.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      };
      look();
    });
  return { terminals, says, exited: exited.promise };
}

test('a shell that ignores the hang-up is gone a moment after its terminal is closed', LIMIT, async () => {
  const { terminals, says, exited } = shell();
  terminals.input('t', 'exec sh -c \'trap "" HUP; echo "pid=$$."; while :; do sleep 1; done\'\n');
  const pid = await says(/pid=(\d+)\./);
  terminals.close('t');
  await exited;
  assert.equal(existsSync(`/proc/${pid}`), false);
});

test('an agent that ends waits until its shells are gone', LIMIT, async () => {
  const { terminals, says } = shell();
  terminals.input('t', 'exec sh -c \'trap "" HUP; echo "pid=$$."; while :; do sleep 1; done\'\n');
  const pid = await says(/pid=(\d+)\./);
  await terminals.closeAll();
  assert.equal(existsSync(`/proc/${pid}`), false);
});
