import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAMES_ASKED_MAX } from '../limits.ts';
import { createNameBook, packedRequests } from './name-book.ts';
import { addressAt, frameAt } from './stack-frames.ts';

const KERNEL = 0xffff_ffff_8100_0010n;

test('what is looked up is asked for once, by kind and process', () => {
  const book = createNameBook();
  for (let again = 0; again < 3; again++) {
    assert.equal(book.lookUp('user', 0n), undefined);
    assert.equal(book.lookUp('user_symbol', 4096n, 7), undefined);
    assert.equal(book.lookUp('user_symbol', 4096n, 8), undefined);
    assert.equal(book.lookUp('file_symbol', 16n, 'ab'), undefined);
  }
  assert.equal(book.wants, true);
  assert.deepEqual(book.takeAsked(), [
    { kind: 'user', values: ['0'] },
    { kind: 'user_symbol', pid: 7, values: ['4096'] },
    { kind: 'user_symbol', pid: 8, values: ['4096'] },
    { kind: 'file_symbol', buildId: 'ab', values: ['16'] },
  ]);
  assert.equal(book.learn([{ kind: 'file_symbol', buildId: 'ab', value: '16', text: 'main' }]), true);
  assert.equal(book.lookUp('file_symbol', 16n, 'ab')?.text, 'main');
  assert.equal(book.lookUp('file_symbol', 16n, 'cd'), undefined);
  assert.equal(book.takeAsked().length, 1);
  book.lookUp('user', 0n);
  assert.equal(book.wants, false);
  assert.deepEqual(book.takeAsked(), []);
});

test('what was looked up first is asked for first, whichever process it is of', () => {
  const book = createNameBook();
  const half = NAMES_ASKED_MAX / 2;
  for (let at = 0; at < 2 * half; at++) book.lookUp('user_symbol', BigInt(at), 1 + (at % 2));
  book.lookUp('user_symbol', 9_999n, 1);
  book.lookUp('user', 0n);
  const asked = book.takeAsked();
  assert.deepEqual(
    asked.map(({ kind, pid, values }) => [kind, pid, values.length]),
    [
      ['user_symbol', 1, half],
      ['user_symbol', 2, half],
      ['user_symbol', 1, 1],
      ['user', undefined, 1],
    ],
  );
  assert.deepEqual(packedRequests(asked), [asked.slice(0, 2), asked.slice(2)]);
});

test('a name that was learnt is given; what could not be told may be asked for again', () => {
  const book = createNameBook();
  for (const value of [0n, 1n]) book.lookUp('user', value);
  const [asked] = book.takeAsked();
  assert.equal(book.learn([{ kind: 'user', value: '0', text: 'root' }]), true);
  assert.equal(book.learn([]), false);
  assert.ok(asked);
  book.again(asked);
  assert.equal(book.lookUp('user', 0n)?.text, 'root');
  assert.equal(book.lookUp('user', 1n), undefined);
  assert.deepEqual(book.takeAsked(), [{ kind: 'user', values: ['1'] }]);
});

test('what has no name is asked for again after a while, less and less often', () => {
  let clock = 0;
  const book = createNameBook(() => clock);
  const asked: number[] = [];
  for (; clock < 600_000; clock += 1_000) {
    assert.equal(book.lookUp('cgroup', 7n), undefined);
    if (book.takeAsked().length > 0) asked.push(clock / 1_000);
  }
  assert.deepEqual(asked, [0, 15, 45, 105, 225, 465]);
  book.learn([{ kind: 'cgroup', value: '7', text: 'late.service' }]);
  clock += 1e9;
  assert.equal(book.lookUp('cgroup', 7n)?.text, 'late.service');
  assert.equal(book.wants, false);
});

test('what a process is called is asked for again, and it is called as before meanwhile', () => {
  let clock = 0;
  const book = createNameBook(() => clock);
  const tell = (text: string): boolean => book.learn([{ kind: 'process', value: '42', text }]);
  book.lookUp('process', 42n);
  assert.equal(book.takeAsked().length, 1);
  assert.equal(tell('bash'), true);
  assert.equal(book.lookUp('process', 42n)?.text, 'bash');
  assert.equal(book.wants, false);
  clock += 10_000;
  assert.equal(book.lookUp('process', 42n)?.text, 'bash');
  assert.deepEqual(book.takeAsked(), [{ kind: 'process', values: ['42'] }]);
  // Once, until it is told or has not been for long.
  assert.equal(book.lookUp('process', 42n)?.text, 'bash');
  assert.equal(book.wants, false);
  assert.equal(tell('curl'), true);
  assert.equal(tell('curl'), false);
  assert.equal(book.lookUp('process', 42n)?.text, 'curl');
});

test('however much is looked up, questions and memory are bounded', () => {
  const book = createNameBook();
  for (let value = 0n; value < 10_000n; value++) book.lookUp('cgroup', value);
  const asked = book.takeAsked();
  assert.ok(asked.every(({ values }) => values.length <= NAMES_ASKED_MAX));
  assert.equal(
    asked.reduce((sum, { values }) => sum + values.length, 0),
    4096,
  );
  // What had no room is noted when it is looked up again.
  book.lookUp('cgroup', 9_999n);
  assert.deepEqual(book.takeAsked(), [{ kind: 'cgroup', values: ['9999'] }]);
  for (let pid = 1; pid <= 110_000; pid++) {
    book.learn([{ kind: 'user_symbol', pid, value: '1', text: 'main' }]);
  }
  assert.equal(book.lookUp('user_symbol', 1n, 1), undefined);
  assert.equal(book.lookUp('user_symbol', 1n, 110_000)?.text, 'main');
});

test('a stack reads as functions; callers are looked up where they call, not where they go on', () => {
  const book = createNameBook();
  const addresses = [KERNEL, 0x5010n, 0x6010n];
  const frames = () => addresses.map((each, at) => frameAt(addressAt(each, at === 0), 7, book.lookUp));
  const first = frames();
  assert.deepEqual(
    first.map(({ space, text, known }) => [space, text, known]),
    [
      ['kernel', '0xffffffff81000010', false],
      ['user', '0x5010', false],
      ['user', '0x6010', false],
    ],
  );
  assert.deepEqual(book.takeAsked(), [
    { kind: 'kernel_symbol', values: [String(KERNEL)] },
    { kind: 'user_symbol', pid: 7, values: [String(0x500f), String(0x600f)] },
  ]);
  book.learn([
    {
      kind: 'kernel_symbol',
      value: String(KERNEL),
      text: 'vfs_read+0x10',
      symbol: 'vfs_read',
      object: 'vmlinux',
    },
    {
      kind: 'user_symbol',
      pid: 7,
      value: String(0x500f),
      text: 'evil\u001b[2J+0x1',
      symbol: 'evil\u001b[2J',
      object: 'a.out',
    },
    { kind: 'user_symbol', pid: 7, value: String(0x600f), text: 'libc.so.6+0x99', object: 'libc.so.6' },
  ]);
  assert.deepEqual(
    frames().map(({ text, known, object }) => [text, known, object]),
    [
      ['vfs_read', true, 'vmlinux'],
      ['evil␛[2J', true, 'a.out'],
      ['[libc.so.6]', false, 'libc.so.6'],
    ],
  );
});
