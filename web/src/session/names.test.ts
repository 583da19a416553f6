import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamesAsked, NamesFound } from '@probepad/protocol/control/names';
import { NAMES_ASKED_MAX } from '@probepad/protocol/limits';
import { createNameAsker } from './names.ts';

const USER: NamesAsked = { kind: 'user', values: ['0', '1'] };
const ROOT: NamesFound = [{ kind: 'user', value: '0', text: 'root' }];

interface Told {
  stream: number;
  found: NamesFound;
  again: NamesAsked[];
}

function meet(answer: (asked: NamesAsked[]) => Promise<{ names: NamesFound; more?: boolean }>) {
  const told: Told[] = [];
  const requests: NamesAsked[][] = [];
  const timers: { act: () => void; delay: number }[] = [];
  const asker = createNameAsker({
    whose: (stream) => (stream === 7 ? { run: 'r1', host: 'h1' } : undefined),
    request: ({ run, host, asked }) => {
      assert.deepEqual([run, host], ['r1', 'h1']);
      requests.push(asked);
      return answer(asked);
    },
    named: (stream, found, again) => told.push({ stream, found, again }),
    later: (act, delay) => timers.push({ act, delay }),
  });
  return { asker, told, requests, timers };
}

/** All that is due now has been done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('each question goes to the host of its stream, and names come back', async () => {
  const { asker, told, requests, timers } = meet(async () => ({ names: ROOT }));
  asker.ask(7, [USER]);
  asker.ask(8, [USER]);
  await settled();
  assert.deepEqual(requests, [[USER]]);
  assert.deepEqual(told, [{ stream: 7, found: ROOT, again: [] }]);
  assert.deepEqual(timers, []);
});

test('questions about many processes go in one request', async () => {
  const { asker, requests } = meet(async () => ({ names: [] }));
  const asked = Array.from({ length: 100 }, (_, at): NamesAsked => {
    return { kind: 'user_symbol', pid: at + 1, values: ['4096', '8192'] };
  });
  asker.ask(7, asked);
  await settled();
  assert.deepEqual(requests, [asked]);
});

test('what a host is still at work on is asked for again soon, and only that', async () => {
  const { asker, told, timers } = meet(async () => ({ names: ROOT, more: true }));
  for (let turn = 0; turn < 3; turn++) {
    asker.ask(7, [USER]);
    await settled();
  }
  assert.deepEqual(
    timers.map(({ delay }) => delay),
    [1_000, 1_000, 1_000],
  );
  timers[0]?.act();
  assert.deepEqual(told.at(-1), { stream: 7, found: [], again: [{ kind: 'user', values: ['1'] }] });
});

test('a host that can not be asked now is asked again, later and later', async () => {
  let works = false;
  const { asker, told, timers } = meet(async () => {
    if (!works) throw new Error('away');
    return { names: ROOT };
  });
  for (let turn = 0; turn < 7; turn++) {
    asker.ask(7, [USER]);
    await settled();
  }
  assert.deepEqual(told, []);
  assert.deepEqual(
    timers.map(({ delay }) => delay),
    [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
  );
  timers[0]?.act();
  assert.deepEqual(told, [{ stream: 7, found: [], again: [USER] }]);
  works = true;
  asker.ask(7, [USER]);
  await settled();
  assert.deepEqual(told[1], { stream: 7, found: ROOT, again: [] });
  assert.equal(timers.length, 7);
});

test('however many questions there are, few are under way at a time', async () => {
  const waiting: (() => void)[] = [];
  const { asker, requests } = meet(
    () => new Promise((resolve) => waiting.push(() => resolve({ names: [] }))),
  );
  const large: NamesAsked = {
    kind: 'user',
    values: Array.from({ length: NAMES_ASKED_MAX }, (_, at) => String(at)),
  };
  asker.ask(7, Array(20).fill(large));
  assert.equal(requests.length, 8);
  while (waiting.length > 0) {
    waiting.shift()?.();
    await settled();
    assert.ok(waiting.length <= 8);
  }
  assert.equal(requests.length, 20);
});
