import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessRecord } from '@probepad/protocol/loader';
import { createProcessTable } from './process-table.ts';
import { createUserSymbols } from './user-symbols.ts';

/** A number that no process of a machine has: pid_max is 2^22 at most. */
const PID = 0x4000_0000;
const OUTSIDE = 0x9000n;

function mapped(time: number): ProcessRecord {
  const place = { start: '1000', end: '2000', offset: '0', major: 8, minor: 1, inode: '0', path: '[vdso]' };
  return { type: 'map', time, pid: PID, ...place };
}

test('an address is of no function only where all is known that the process has mapped', async () => {
  const processes = createProcessTable();
  const symbols = createUserSymbols({
    processes,
    files: { tableOf: async () => undefined },
    reader: async () => undefined,
  });
  const textsAt = async (address: bigint): Promise<string[]> => {
    const texts: string[] = [];
    await symbols.find(PID, [address], (_, { text }) => void texts.push(text));
    return texts;
  };
  await processes.watchBegins();
  // Its birth was not told: what else it has mapped nobody knows.
  processes.take(mapped(1));
  assert.deepEqual(await textsAt(0x1800n), ['[vdso]+0x800']);
  assert.deepEqual(await textsAt(OUTSIDE), []);

  processes.take({ type: 'name', time: 2, pid: PID, name: 'short', exec: true });
  processes.take(mapped(3));
  processes.take({ type: 'exit', time: 4, pid: PID });
  assert.deepEqual(await textsAt(OUTSIDE), ['[unknown]']);

  processes.take({ type: 'lost', count: 1 });
  assert.deepEqual(await textsAt(OUTSIDE), []);
});
