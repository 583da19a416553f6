import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder } from '../decode.ts';
import { type FrameHeader, framesOf } from '../frames.ts';
import { FRAME_PAYLOAD_MAX } from '../limits.ts';
import type { Source, Type } from '../schema.ts';
import { sampleMessage, sampleRecord, sampleSchema, sampleSource } from '../testing.ts';
import type { NameLookup } from '../values/name.ts';
import { framesOf as flameFramesOf } from './flame-frames.ts';
import { createFlameTree, createFrameNumbers, foldedStacks } from './flame-tree.ts';
import { createStackTable } from './stack-table.ts';
import { planStacks, splitText } from './stacks.ts';

const U32: Type = { kind: 'int', name: '__u32', size: 4, signed: false, encoding: 'integer' };
const S32: Type = { kind: 'int', name: '__s32', size: 4, signed: true, encoding: 'integer' };
const U64: Type = { kind: 'int', name: '__u64', size: 8, signed: false, encoding: 'integer' };
const CHAR: Type = { kind: 'int', name: 'char', size: 1, signed: true, encoding: 'char' };
const TEXT: Type = { kind: 'array', element: 3, length: 16 };
const KEY: Type = {
  kind: 'struct',
  name: 'sampled',
  size: 28,
  members: [
    { name: 'tgid', type: 0, offsetBits: 0 },
    { name: 'user_stack_id', type: 1, offsetBits: 32 },
    { name: 'kernel_stack_id', type: 1, offsetBits: 64 },
    { name: 'comm', type: 4, offsetBits: 96 },
  ],
};
const STACKS: Source = sampleSource({
  ...{ id: 1, name: 'stacks', kind: 'map', mapType: 'stack_trace', keySize: 4, valueSize: 32 },
});
const COUNTS: Source = sampleSource({
  ...{ id: 2, name: 'counts', kind: 'map', mapType: 'hash', keySize: 28, valueSize: 8 },
  ...{ keyType: 5, valueType: 2 },
});
const SCHEMA = sampleSchema({ sources: [STACKS, COUNTS], types: [U32, S32, U64, CHAR, TEXT, KEY] });
const KERNEL = 0xffff_ffff_8100_0000n;

function frame(fields: Partial<FrameHeader> & Pick<FrameHeader, 'kind'>, payload: Uint8Array) {
  const [first] = [...framesOf(new Uint8Array(sampleMessage(fields, payload)), FRAME_PAYLOAD_MAX)];
  assert.ok(first);
  return first;
}

function words(list: readonly bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(list).buffer);
}

/** Stacks as a stack map tells them, by id. */
function stacksFrame(stacks: Record<number, Uint8Array>) {
  const records = Object.entries(stacks).map(([id, data]) => sampleRecord(data, 0, Number(id)));
  return frame(
    { kind: 'stacks', source: 1, count: records.length },
    Uint8Array.from(records.flatMap((record) => [...record])),
  );
}

function countsFrame(rows: { tgid: number; user: number; kernel: number; comm: string; count: bigint }[]) {
  const valuesAt = (rows.length * 28 + 7) & ~7;
  const payload = new Uint8Array(valuesAt + rows.length * 8);
  const view = new DataView(payload.buffer);
  rows.forEach(({ tgid, user, kernel, comm, count }, row) => {
    view.setUint32(row * 28, tgid, true);
    view.setInt32(row * 28 + 4, user, true);
    view.setInt32(row * 28 + 8, kernel, true);
    payload.set(new TextEncoder().encode(comm), row * 28 + 12);
    view.setBigUint64(valuesAt + row * 8, count, true);
  });
  return frame({ kind: 'map', source: 2, count: rows.length }, payload);
}

/** Functions every 16 bytes from 0x1000 of process 7, and one in the kernel. */
const names: NameLookup = (kind, value, pid) => {
  if (kind === 'kernel_symbol') return { text: 'vfs_read+0x4', symbol: 'vfs_read' };
  if (pid !== 7) return undefined;
  const symbol = ['main', 'work', 'much'][Number((value - 0x1000n) / 16n)];
  return symbol === undefined ? undefined : { text: symbol, symbol, object: 'a.out' };
};

test('counts by stack ids become functions: the user half below the kernel half, each outermost first', () => {
  const plan = planStacks(SCHEMA, COUNTS);
  assert.ok(plan);
  assert.deepEqual(plan.stackMaps, ['stacks']);
  const table = createStackTable(STACKS);
  table.take(stacksFrame({ 5: words([0x1024n, 0x1014n, 0x1004n]), 9: words([KERNEL]) }));
  const batch = createDecoder(SCHEMA).map(
    countsFrame([
      { tgid: 7, user: 5, kernel: 9, comm: 'pp', count: 3n },
      { tgid: 7, user: 5, kernel: -14, comm: 'pp', count: 4n },
      { tgid: 0, user: -14, kernel: 9, comm: 'kworker', count: 1n },
      { tgid: 7, user: -17, kernel: 9, comm: 'pp', count: 2n },
      { tgid: 7, user: 6, kernel: -14, comm: 'pp', count: 1n },
    ]),
  );
  const samples = plan.ofMap(batch);
  assert.deepEqual(
    samples.map((sample) => [
      flameFramesOf(sample, (_, id) => table.get(id), names).map(({ text }) => text),
      sample.weights,
      splitText(sample, plan.splits.indexOf('comm'), {}),
    ]),
    [
      [['main', 'work', 'much', 'vfs_read'], [3], 'pp'],
      [['main', 'work', 'much'], [4], 'pp'],
      // A kernel thread has no stack in user space: nothing is missing.
      [['vfs_read'], [1], 'kworker'],
      [['[user stack lost: EEXIST, another has its place in the map]', 'vfs_read'], [2], 'pp'],
      [['[stack not read yet]'], [1], 'pp'],
    ],
  );
});

test('a stack that the kernel puts under an id again takes the place of the one before', () => {
  const table = createStackTable(STACKS);
  assert.equal(table.take(stacksFrame({ 5: words([1n, 2n, 3n]) })), true);
  assert.equal(table.take(stacksFrame({ 5: words([1n, 2n, 3n]) })), false);
  assert.equal(table.take(stacksFrame({ 5: words([1n, 2n]) })), true);
  assert.deepEqual(table.get(5), [1n, 2n]);
  assert.equal(table.take(stacksFrame({ 5: words([1n, 2n, 3n, 4n]) })), true);
  assert.deepEqual(table.get(5), [1n, 2n, 3n, 4n]);
  // What the program deleted is remembered: it was counted under that id.
  assert.equal(table.take(stacksFrame({})), false);
  assert.deepEqual(table.get(5), [1n, 2n, 3n, 4n]);
});

test('a record that passes the end of its frame is refused', () => {
  const cut = frame({ kind: 'stacks', source: 1, count: 1 }, sampleRecord(words([1n, 2n])).slice(0, 16));
  assert.throws(() => createStackTable(STACKS).take(cut), /cut short/);
});

test('stacks that were told one after the other are the entries of a map', () => {
  const table = createStackTable(STACKS);
  table.take(stacksFrame({ 5: words([KERNEL, 0x10n]) }));
  const last = stacksFrame({ 9: words([0x20n]) });
  table.take(last);
  const { keys, rows, first, last: isLast, values } = createDecoder(SCHEMA).map(table.entries(last));
  assert.deepEqual([rows, first, isLast], [2, true, true]);
  assert.deepEqual(
    Array.from({ length: rows }, (_, row) => [keys[0]?.get(row), values[0]?.get(row)]),
    [
      ['05000000', '00000081ffffffff1000000000000000'.padEnd(64, '0')],
      ['09000000', '2000000000000000'.padEnd(64, '0')],
    ],
  );
});

test('frames of a map of build ids are places in files, whoever has them mapped', () => {
  const table = createStackTable({ ...STACKS, buildIds: true });
  const entry = (status: number, offset: bigint) => {
    const bytes = new Uint8Array(32).fill(0xab, 4, 24);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, status, true);
    view.setBigUint64(24, offset, true);
    return bytes;
  };
  const stack = [entry(1, 0x1234n), entry(1, 0x2000n), entry(2, 0x1001n)];
  table.take(stacksFrame({ 5: Uint8Array.from(stack.flatMap((bytes) => [...bytes])) }));
  const sample = { parts: [{ space: 'user' as const, map: 'stacks', id: 5 }], pid: 7 };
  assert.deepEqual(
    flameFramesOf(sample, (_, id) => table.get(id), names).map(({ text }) => text),
    // The last has no build id: it is an address. Callers are named by the byte before the one that they go on at.
    ['main', '[abababababab]+0x1fff', '[abababababab]+0x1234'],
  );
});

test('a place at the very beginning of a file, and an address of none, ask for no name before it', () => {
  const table = createStackTable({ ...STACKS, buildIds: true });
  const entries = new Uint8Array(96);
  const view = new DataView(entries.buffer);
  // BPF_STACK_BUILD_ID_VALID at offset 0 twice, then BPF_STACK_BUILD_ID_IP at address 0.
  [1, 1, 2].forEach((status, at) => {
    view.setInt32(at * 32, status, true);
  });
  table.take(stacksFrame({ 5: entries }));
  const asked: bigint[] = [];
  const sample = { parts: [{ space: 'user' as const, map: 'stacks', id: 5 }], pid: 7 };
  flameFramesOf(
    sample,
    (_, id) => table.get(id),
    (_, value) => {
      asked.push(value);
      return undefined;
    },
  );
  assert.deepEqual(asked, [0n, 0n]);
});

test('records with lists of addresses count one each, as long as their sizes say', () => {
  const LIST: Type = { kind: 'array', element: 2, length: 6 };
  const EVENT: Type = {
    kind: 'struct',
    name: 'event',
    size: 112,
    members: [
      { name: 'pid', type: 0, offsetBits: 0 },
      { name: 'kstack_sz', type: 1, offsetBits: 32 },
      { name: 'ustack_sz', type: 1, offsetBits: 64 },
      { name: 'kstack', type: 6, offsetBits: 128 },
      { name: 'ustack', type: 6, offsetBits: 512 },
    ],
  };
  const source = sampleSource({ records: [{ type: 7, size: 112 }] });
  const schema = sampleSchema({ sources: [source], types: [U32, S32, U64, CHAR, TEXT, KEY, LIST, EVENT] });
  const plan = planStacks(schema, source);
  assert.ok(plan);
  const record = new Uint8Array(112);
  const view = new DataView(record.buffer);
  view.setUint32(0, 7, true);
  view.setInt32(4, -14, true);
  view.setInt32(8, 16, true);
  [0x1010n, 0x1001n, 0x1021n].forEach((each, at) => void view.setBigUint64(64 + at * 8, each, true));
  const [batch] = createDecoder(schema).records(frame({ kind: 'events', count: 1 }, sampleRecord(record)));
  assert.ok(batch);
  const [sample] = plan.ofRecords(batch);
  assert.ok(sample);
  assert.deepEqual(sample.weights, [1]);
  // The third address is left over from a longer stack.
  assert.deepEqual(
    flameFramesOf(sample, () => undefined, names).map(({ text }) => text),
    ['main', 'work'],
  );
});

test('a tree adds up stacks, keeps children by name, and gives the stacks back', () => {
  const numbers = createFrameNumbers();
  const stack = (...texts: string[]): number[] =>
    texts.map((text) =>
      numbers.numberOf({ space: 'user', text, object: undefined, address: undefined, known: true }),
    );
  const builder = createFlameTree();
  builder.add(stack('main', 'work', 'much'), 3);
  builder.add(stack('main', 'idle'), 1);
  builder.add(stack('main', 'work'), 2);
  builder.add(stack('main', 'gone'), 4, true);
  const tree = builder.finish((frame) => numbers.frames[frame]?.text ?? '');
  const textOf = (node: number): string => numbers.frames[tree.frames[node] as number]?.text ?? 'all';
  assert.deepEqual(
    [...tree.parents].map((parent, node) => [textOf(node), parent, tree.totals[node], tree.before?.[node]]),
    [
      ['all', -1, 6, 4],
      ['main', 0, 6, 4],
      ['gone', 1, 0, 4],
      ['idle', 1, 1, 0],
      ['work', 1, 5, 0],
      ['much', 4, 3, 0],
    ],
  );
  assert.deepEqual(
    [...foldedStacks(tree, numbers.frames)].map(({ frames, weight }) => [
      frames.map(({ text }) => text).join(';'),
      weight,
    ]),
    [
      ['main;idle', 1],
      ['main;work', 2],
      ['main;work;much', 3],
    ],
  );
});

test('a full tree cuts stacks, loses none of the weight, and says so', () => {
  const builder = createFlameTree(3);
  builder.add([0, 1, 2, 3], 5);
  builder.add([4], 1);
  const tree = builder.finish(String);
  assert.equal(tree.cut, true);
  assert.deepEqual([...tree.totals], [6, 5, 5]);
});
