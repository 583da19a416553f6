import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Program } from '@probepad/protocol/schema';
import { attachedTo, fileSystemsFor, standInsOf } from './stand-ins.ts';

function program(attach: Program['attach'], target: string): Program {
  const section = `${attach}/${target}`;
  const name = `${attach}_${target}`;
  return { name, section, type: attach, target, attach, needsTarget: false, targetExample: '' };
}

const PROGRAMS = [
  program('kprobe', 'dummy_file_read'),
  program('kretprobe', 'dummy_file_read'),
  program('fentry', 'dummy_file_read'),
  program('kprobe', 'dummy_getattr'),
  program('tracepoint', 'sched/sched_switch'),
];

test('of programs for one function those by kprobe are attached, the others are off', () => {
  const standIns = standInsOf(PROGRAMS);
  assert.deepEqual(
    standIns.map(({ target }) => target),
    ['dummy_file_read', 'dummy_getattr'],
  );
  assert.deepEqual(attachedTo(standIns, { dummy_file_read: 'ext4_file_read_iter' }), {
    kprobe_dummy_file_read: 'ext4_file_read_iter',
    kretprobe_dummy_file_read: 'ext4_file_read_iter',
    fentry_dummy_file_read: 'off',
    kprobe_dummy_getattr: 'off',
  });
});

test('where there is no kprobe, programs by fentry are attached', () => {
  const [only] = standInsOf([program('fentry', 'foo'), program('fexit', 'foo')]);
  assert.deepEqual(only, { target: 'foo', programs: ['fentry_foo', 'fexit_foo'], needless: [] });
});

test('what stands for functions of a file system is offered by file systems', () => {
  const [ext4] = fileSystemsFor(standInsOf(PROGRAMS));
  assert.deepEqual(ext4, {
    name: 'ext4',
    functions: { dummy_file_read: 'ext4_file_read_iter', dummy_getattr: 'ext4_file_getattr' },
  });
  assert.deepEqual(fileSystemsFor(standInsOf([program('kprobe', 'foo')])), []);
});
