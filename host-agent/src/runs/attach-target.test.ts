import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProbepadFailure } from '@probepad/protocol/errors';
import type { AttachSpec } from '@probepad/protocol/loader';
import type { Program } from '@probepad/protocol/schema';
import { hookOfSection } from '../compile/schema/section-names.ts';
import { attachSpecOf, type TargetSurroundings } from './attach-target.ts';

const here: TargetSurroundings = { cgroupRoot: '/sys/fs/cgroup', interfaces: ['lo', 'eth0'] };

function program(attach: Program['attach'], changes: Partial<Program> = {}): Program {
  return {
    name: 'handle',
    section: attach,
    type: attach,
    target: '',
    attach,
    needsTarget: true,
    targetExample: 'an example',
    ...changes,
  };
}

const cases: [Program['attach'], string, AttachSpec][] = [
  ['kprobe', 'off', { type: 'off' }],
  ['kprobe', 'auto', { type: 'auto' }],
  ['tracepoint', 'sched:sched_switch', { type: 'tracepoint', category: 'sched', name: 'sched_switch' }],
  ['raw_tracepoint', 'sched_switch', { type: 'raw_tracepoint', name: 'sched_switch' }],
  ['fentry', 'vfs_read', { type: 'tracing', function: 'vfs_read' }],
  ['kprobe', 'vfs_read+0x10', { type: 'kprobe', function: 'vfs_read', offset: 16, return: false }],
  ['kretprobe', 'vfs_read', { type: 'kprobe', function: 'vfs_read', offset: 0, return: true }],
  ['kprobe', 'vfs_*', { type: 'kprobe_multi', pattern: 'vfs_*', return: false }],
  ['ksyscall', 'openat', { type: 'ksyscall', syscall: 'openat', return: false }],
  [
    'uprobe',
    '/usr/bin/bash:readline',
    { type: 'uprobe', path: '/usr/bin/bash', function: 'readline', offset: 0, return: false, pid: -1 },
  ],
  [
    'uprobe',
    '/lib/a b:c.so:func+0x10,pid=12',
    { type: 'uprobe', path: '/lib/a b:c.so', function: 'func', offset: 16, return: false, pid: 12 },
  ],
  [
    'uretprobe',
    '/lib/x.so:0x4010',
    { type: 'uprobe', path: '/lib/x.so', function: '', offset: 0x4010, return: true, pid: -1 },
  ],
  [
    'uprobe',
    '/lib/x.so:0x4010',
    { type: 'uprobe', path: '/lib/x.so', function: '', offset: 0x4010, return: false, pid: -1 },
  ],
  [
    'usdt',
    '/lib/libc.so.6:libc:setjmp',
    { type: 'usdt', path: '/lib/libc.so.6', provider: 'libc', name: 'setjmp', pid: -1 },
  ],
  [
    'perf_event',
    'cpu-clock@49',
    { type: 'perf_event', event: 'cpu-clock', frequency: 49, period: 0, pid: -1 },
  ],
  [
    'perf_event',
    'cycles/1000,pid=3',
    { type: 'perf_event', event: 'cycles', frequency: 0, period: 1000, pid: 3 },
  ],
  ['perf_event', '', { type: 'perf_event', event: 'cpu-clock', frequency: 99, period: 0, pid: -1 }],
  ['xdp', 'eth0', { type: 'xdp', interface: 'eth0', mode: 'default' }],
  ['xdp', 'eth0:generic', { type: 'xdp', interface: 'eth0', mode: 'generic' }],
  ['tc', 'eth0', { type: 'tc', interface: 'eth0', direction: 'ingress' }],
  ['tc', 'eth0:egress', { type: 'tc', interface: 'eth0', direction: 'egress' }],
  ['socket_filter', 'lo', { type: 'socket_filter', interface: 'lo' }],
  ['cgroup', '/sys/fs/cgroup/x', { type: 'cgroup', path: '/sys/fs/cgroup/x' }],
  ['iter', '', { type: 'iter', interval: 0 }],
  ['iter', '2s', { type: 'iter', interval: 2000 }],
  ['none', '', { type: 'none' }],
];

test('the example that stands for a program without a target is one', () => {
  const sections = [
    ...[
      'tracepoint',
      'raw_tp',
      'tp_btf',
      'fentry',
      'lsm',
      'kprobe',
      'kprobe.multi',
      'ksyscall',
      'uprobe',
      'usdt',
    ],
    ...['perf_event', 'xdp', 'tc', 'tcx/egress', 'socket', 'cgroup_skb/egress', 'sockops', 'iter'],
  ];
  for (const section of sections) {
    const { attach, targetExample } = hookOfSection(section);
    assert.doesNotThrow(() => attachSpecOf(program(attach, { section }), targetExample, here), section);
  }
});

for (const [attach, target, expected] of cases) {
  test(`${attach} at "${target}"`, () => {
    assert.deepEqual(attachSpecOf(program(attach), target, here), expected);
  });
}

const wrong: [Program['attach'], string, string][] = [
  ['xdp', '', 'target_needed'],
  ['tc', '', 'target_needed'],
  ['socket_filter', '', 'target_needed'],
  ['cgroup', '', 'target_needed'],
  ['uprobe', '', 'target_needed'],
  ['tracepoint', 'sched_switch', 'bad_target'],
  ['kprobe', 'vfs read', 'bad_target'],
  ['kprobe', 'vfs_*,x', 'bad_target'],
  ['kretprobe', 'vfs_read+4', 'bad_target'],
  ['uretprobe', '/bin/sh:main+4', 'bad_target'],
  ['uprobe', '/tmp/a!/b:f', 'bad_target'],
  ['uprobe', 'readline', 'bad_target'],
  ['uprobe', '/bin/sh:main,pid=me', 'bad_target'],
  ['perf_event', 'cpu-clock@0', 'bad_target'],
  ['xdp', 'eth0:fast', 'bad_target'],
  ['tc', 'eth0:sideways', 'bad_target'],
  ['cgroup', 'system.slice', 'bad_target'],
  ['iter', 'often', 'bad_target'],
  ['struct_ops', 'x', 'bad_target'],
];

for (const [attach, target, code] of wrong) {
  test(`${attach} at "${target}" is refused`, () => {
    assert.throws(
      () => attachSpecOf(program(attach), target, here),
      (error) => error instanceof ProbepadFailure && error.error.code === code,
    );
  });
}

test('SEC("?…") is off until a target is given, be it auto', () => {
  const optional = program('kprobe', { section: '?kprobe/vfs_read', needsTarget: false });
  assert.deepEqual(attachSpecOf(optional, undefined, here), { type: 'off' });
  assert.deepEqual(attachSpecOf(optional, 'auto', here), { type: 'auto' });
  assert.deepEqual(attachSpecOf(program('xdp', { section: '?xdp' }), '', here), { type: 'off' });
});
