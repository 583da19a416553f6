import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NamesAsked } from '@probepad/protocol/control/names';
import { type AskNames, createPrintOrder } from './print-order.ts';

function meet() {
  const answers: ((names: Awaited<ReturnType<AskNames>>['names']) => void)[] = [];
  const asked: NamesAsked[] = [];
  const order = createPrintOrder(
    Promise.resolve((_host, questions) => {
      asked.push(...questions);
      return new Promise((resolve) => answers.push((names) => resolve({ names })));
    }),
  );
  const lines: string[] = [];
  const print = (uid: bigint): void => {
    const text = (): string => order.lookUp('h')?.('user', uid)?.text ?? String(uid);
    order.print('h', text, () => lines.push(text()));
  };
  return { order, answers, asked, lines, print };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a line waits for the names in it, and later lines for that one', async () => {
  const { order, answers, asked, lines, print } = meet();
  print(0n);
  await settled();
  order.print('h', undefined, () => lines.push('no name needed'));
  print(1n);
  await settled();
  assert.deepEqual(lines, []);
  assert.deepEqual(
    asked.map(({ values }) => values),
    [['0'], ['1']],
  );
  // The second answer comes first.
  answers[1]?.([{ kind: 'user', value: '1', text: 'daemon' }]);
  await settled();
  assert.deepEqual(lines, []);
  answers[0]?.([{ kind: 'user', value: '0', text: 'root' }]);
  await order.settled();
  assert.deepEqual(lines, ['root', 'no name needed', 'daemon']);
  // What is known is printed at once.
  print(0n);
  assert.equal(lines.at(-1), 'root');
});

test('a host that does not answer holds nothing up for good', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { order, lines, print } = meet();
  print(7n);
  await settled();
  t.mock.timers.tick(3_000);
  await order.settled();
  assert.deepEqual(lines, ['7']);
});

test('what waits is bounded, and who sends it is told when there is room again', async () => {
  const { order, answers, lines, print } = meet();
  let told = 0;
  order.onRoom(() => told++);
  print(0n);
  for (let at = 0; at < 63; at++) order.print('h', undefined, () => lines.push('line'));
  assert.equal(order.hasRoom(), false);
  await settled();
  answers[0]?.([]);
  await order.settled();
  assert.equal(order.hasRoom(), true);
  assert.equal(told, 1);
  assert.equal(lines.length, 64);
});
