import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { AttachSpec } from '@probepad/protocol/loader';
import { auto, compileFixture, hexU32, LoaderProcess, states } from './loader-process.ts';
import { leftovers, programExists, VethPair } from './machine-state.ts';
import { makeOrders, type Orders } from './orders.ts';
import { prepare } from './prepare.ts';
import { compileProgram, Producer } from './producer.ts';

prepare();

/** The programs of attach.bpf.c in the order of their counters. */
const programs = [
  'on_xdp',
  'on_ingress',
  'on_egress',
  'on_socket',
  'on_cgroup',
  'on_perf',
  'on_raw',
  'on_uprobe',
  'on_uretprobe',
] as const;
type ProgramName = (typeof programs)[number];

function attachSpec(object: Buffer, attached: Partial<Record<ProgramName, AttachSpec>>, pid = 0) {
  return makeOrders(object, {
    params: [{ section: '.rodata', offset: 0, bytes: hexU32(pid) }],
    programs: programs.map((name) => ({ name, attach: attached[name] ?? { type: 'off' } })),
    sources: [{ id: 0, kind: 'globals', name: '.bss', interval: 20 }],
  });
}

function cgroupRoot(): string {
  const found = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((root) =>
    existsSync(`${root}/cgroup.procs`),
  );
  assert.ok(found);
  return found;
}

function hits(loader: LoaderProcess, program: ProgramName): number {
  const frame = loader.framesOf(0).at(-1);
  return frame === undefined
    ? 0
    : Number(Buffer.from(frame.payload).readBigUInt64LE(8 + 8 * programs.indexOf(program)));
}

test('XDP, tc in both directions and a socket filter see the packets of an interface', async () => {
  using pair = new VethPair(1);
  const object = compileFixture('attach');
  const spec = attachSpec(object, {
    on_xdp: { type: 'xdp', interface: pair.outside, mode: 'default' },
    on_ingress: { type: 'tc', interface: pair.outside, direction: 'ingress' },
    on_egress: { type: 'tc', interface: pair.outside, direction: 'egress' },
    on_socket: { type: 'socket_filter', interface: pair.outside },
  });
  using loader = new LoaderProcess(object, spec);
  await loader.running();
  pair.send(50);
  await loader.until('50 packets out', () => hits(loader, 'on_egress') >= 50);
  await loader.until('packets at the socket', () => hits(loader, 'on_socket') >= 50);
  // The other end answers: ICMP port unreachable.
  await loader.until('answers in', () => hits(loader, 'on_ingress') >= 1 && hits(loader, 'on_xdp') >= 1);
  await loader.stop();
  assert.deepEqual(states(loader), [
    `on_xdp attached ${pair.outside}`,
    `on_ingress attached ${pair.outside}`,
    `on_egress attached ${pair.outside}`,
    `on_socket attached ${pair.outside}`,
  ]);
  assert.deepEqual(leftovers(spec.run), []);
});

test('generic XDP can be asked for', async () => {
  using pair = new VethPair(2);
  const object = compileFixture('attach');
  const spec = attachSpec(object, { on_xdp: { type: 'xdp', interface: pair.outside, mode: 'generic' } });
  using loader = new LoaderProcess(object, spec);
  await loader.running();
  pair.send(5);
  await loader.until('a packet', () => hits(loader, 'on_xdp') >= 1);
  await loader.stop();
});

test('a cgroup program sees what leaves its group', async () => {
  using pair = new VethPair(3);
  const object = compileFixture('attach');
  const path = cgroupRoot();
  using loader = new LoaderProcess(object, attachSpec(object, { on_cgroup: { type: 'cgroup', path } }));
  await loader.running();
  pair.send(10);
  await loader.until('10 packets', () => hits(loader, 'on_cgroup') >= 10);
  await loader.stop();
});

test('perf_event samples every CPU by default, and refuses an event nobody knows', async () => {
  using producer = new Producer();
  const object = compileFixture('attach');
  using loader = new LoaderProcess(object, attachSpec(object, { on_perf: { type: 'auto' } }));
  await loader.running();
  void producer.getppid(1_000_000_000);
  await loader.until('20 samples', () => hits(loader, 'on_perf') >= 20);
  await loader.stop();
  assert.deepEqual(states(loader), ['on_perf attached cpu-clock']);

  const unknown: AttachSpec = { type: 'perf_event', event: 'moon-phase', frequency: 0, period: 0, pid: -1 };
  using refused = new LoaderProcess(object, attachSpec(object, { on_perf: unknown }));
  await refused.until('failed', () => refused.message('failed'));
  assert.equal(refused.message('failed')?.stage, 'attach');
  assert.match(states(refused)[0] ?? '', /on_perf failed moon-phase .*moon-phase/);
});

test('a raw tracepoint sees the calls of one process', async () => {
  using producer = new Producer();
  const object = compileFixture('attach');
  using loader = new LoaderProcess(object, attachSpec(object, { on_raw: { type: 'auto' } }, producer.pid));
  await loader.running();
  await producer.getppid(100);
  await loader.until('100 calls', () => hits(loader, 'on_raw') >= 100);
  await loader.stop();
});

test('uprobe and uretprobe on a function of a binary outside /usr', async () => {
  const path = compileProgram('target');
  const object = compileFixture('attach');
  const probe: AttachSpec = { type: 'uprobe', path, function: 'touch', offset: 0, return: false, pid: -1 };
  const spec = attachSpec(object, { on_uprobe: probe, on_uretprobe: { ...probe, return: true } });
  using loader = new LoaderProcess(object, spec);
  await loader.running();
  const target = spawn(path, { stdio: ['pipe', 'ignore', 'inherit'] });
  target.stdin.end('\n'.repeat(42));
  await loader.until(
    '42 calls',
    () => hits(loader, 'on_uprobe') === 42 && hits(loader, 'on_uretprobe') === 42,
  );
  await loader.stop();
});

test('a pattern of functions of a binary is one uprobe.multi link', async () => {
  const path = compileProgram('target');
  const object = compileFixture('attach');
  const probe: AttachSpec = { type: 'uprobe', path, function: 'to?c*', offset: 0, return: false, pid: -1 };
  const spec = attachSpec(object, { on_uprobe: probe, on_uretprobe: { ...probe, return: true } });
  spec.policy.targets_allowed = [path];
  using loader = new LoaderProcess(object, spec);
  await loader.running();
  const target = spawn(path, { stdio: ['pipe', 'ignore', 'inherit'] });
  target.stdin.end('\n'.repeat(42));
  await loader.until(
    '42 calls',
    () => hits(loader, 'on_uprobe') === 42 && hits(loader, 'on_uretprobe') === 42,
  );
  await loader.stop();

  const nothing = attachSpec(object, { on_uprobe: { ...probe, function: 'no_such_*' } });
  using failed = new LoaderProcess(object, nothing);
  await failed.until('failed', () => failed.message('failed'));
  assert.match(states(failed)[0] ?? '', /no function of \S+ matches no_such_\*/);

  for (const gone of [join(path, '../no-such-file'), 'no-such-file']) {
    const nowhere = attachSpec(object, { on_uprobe: { ...probe, path: gone } });
    using missing = new LoaderProcess(object, nowhere);
    await missing.until('failed', () => missing.message('failed'));
    assert.match(states(missing)[0] ?? '', /there is no file \S*no-such-file$/);
  }
});

test('what needs a target says so, and what can be attached is attached all the same', async () => {
  using producer = new Producer();
  const object = compileFixture('attach');
  const none: AttachSpec = { type: 'xdp', interface: 'no-such-if', mode: 'default' };
  const spec = attachSpec(
    object,
    { on_xdp: none, on_uprobe: { type: 'auto' }, on_raw: { type: 'auto' } },
    producer.pid,
  );
  using loader = new LoaderProcess(object, spec);
  const running = await loader.running();
  assert.equal(running.attached, 1);
  await loader.stop();
  const [xdp, raw, uprobe] = states(loader);
  assert.equal(xdp, 'on_xdp failed no-such-if there is no interface no-such-if');
  assert.equal(raw, 'on_raw attached sys_enter');
  assert.match(uprobe ?? '', /^on_uprobe failed .*a target is needed$/);
});

test('a target that this kernel does not have turns its program off, not the run', async () => {
  const object = compileFixture('absent');
  using loader = new LoaderProcess(object, makeOrders(object, {}));
  const running = await loader.running();
  assert.equal(running.attached, 1);
  await loader.stop();
  const off = loader.messages.flatMap((message) =>
    message.type === 'program' && message.state === 'off' ? [message.target] : [],
  );
  assert.deepEqual(off.sort(), ['probepad_no_such_function', 'syscalls/sys_enter_probepad']);

  const onlyAbsent = makeOrders(object, { programs: [{ name: 'somewhere', attach: { type: 'off' } }] });
  using failed = new LoaderProcess(object, onlyAbsent);
  const message = await failed.until('failed', () => failed.message('failed'));
  // That is how the agent knows that only targets are lacking.
  assert.equal(message.stage, 'target');
  const targets = 'syscalls/sys_enter_probepad, probepad_no_such_function';
  assert.equal(message.message, `this kernel has none of the programs' targets: ${targets}`);
});

test('the policy is kept on the loaded program, before anything is attached', async () => {
  const object = compileFixture('denied');
  const policies: [string, object, RegExp][] = [
    ['helper', { helpers_denied: ['bpf_send_*'] }, /to call bpf_send_signal/],
    ['helper without prefix', { helpers_denied: ['send_signal'] }, /to call bpf_send_signal/],
    ['type', { program_types: ['xdp', 'raw_*'] }, /of type tracepoint/],
    ['denied target', { targets_denied: ['syscalls:*'] }, /on syscalls\/sys_enter_getppid/],
    ['no allowed target', { targets_allowed: ['sched/*'] }, /on syscalls\/sys_enter_getppid/],
  ];
  for (const [name, over, expected] of policies) {
    const spec = makeOrders(object, {});
    Object.assign(spec.policy, over);
    using loader = new LoaderProcess(object, spec);
    const failed = await loader.until('failed', () => loader.message('failed'));
    assert.equal(failed.stage, 'policy', name);
    assert.match(failed.message, expected);
    assert.equal(loader.message('program'), undefined, 'nothing was attached');
    await loader.until('exit', () => loader.exited);
    for (const program of loader.message('loaded')?.programs ?? []) assert.ok(!programExists(program.id));
  }
  using pair = new VethPair(4);
  const network = compileFixture('attach');
  const spec = attachSpec(network, { on_xdp: { type: 'xdp', interface: pair.outside, mode: 'default' } });
  spec.policy.interfaces_allowed = ['eth*'];
  using loader = new LoaderProcess(network, spec);
  const failed = await loader.until('failed', () => loader.message('failed'));
  assert.equal(failed.stage, 'policy');
});

/** Runs one program under that policy until it has failed, or until it is attached and stopped. */
async function underPolicy(
  object: Buffer,
  programs: Orders['programs'],
  policy: Partial<Orders['policy']>,
): Promise<LoaderProcess> {
  const spec = makeOrders(object, { programs });
  Object.assign(spec.policy, policy);
  const loader = new LoaderProcess(object, spec);
  await loader.until('attached or failed', () => loader.message('failed') ?? loader.message('running'));
  if (loader.message('running')) await loader.stop();
  return loader;
}

test('what the policy reads in SEC() is what would be attached', async () => {
  const object = compileFixture('targets');
  const denials: [string, Partial<Orders['policy']>, RegExp][] = [
    ['far_kprobe', { targets_allowed: ['vfs_*'] }, /at an offset in vfs_read/],
    ['dotted_uprobe', { targets_allowed: ['/usr/lib/*'] }, /on \/usr\/bin\/env/],
    ['bare_uprobe', { targets_denied: ['/usr/bin/*'] }, /on \/usr\/bin\/env/],
    ['bare_usdt', { targets_denied: ['/*/libc.so.6'] }, /on \/\S+\/libc.so.6/],
    ['many_uprobes', { targets_allowed: ['/usr/lib/*'] }, /on \/usr\/bin\/env/],
    // By that name libbpf attaches on kernels whose system calls have no wrappers.
    ['syscall', { targets_denied: ['__se_sys_*'] }, /on getppid/],
  ];
  for (const [name, policy, expected] of denials) {
    using loader = await underPolicy(object, [{ name, attach: auto }], policy);
    assert.equal(loader.message('failed')?.stage, 'policy', name);
    assert.match(loader.message('failed')?.message ?? '', expected);
  }
  for (const name of ['dotted_tracepoint', 'cut_kprobe']) {
    using loader = await underPolicy(object, [{ name, attach: auto }], {});
    assert.match(states(loader)[0] ?? '', /failed .*names no target that can be attached to/);
  }
});

test('a binary goes by its one real name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'probepad-target-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'link');
  symlinkSync('/usr/bin/env', path);
  const object = compileFixture('targets');
  const attach: AttachSpec = { type: 'uprobe', path, function: '', offset: 0x3000, return: false, pid: -1 };
  const programs = [{ name: 'named_uprobe', attach }];
  const folderOnly = { targets_allowed: [`${folder}/*`] };
  using denied = await underPolicy(object, programs, folderOnly);
  assert.match(denied.message('failed')?.message ?? '', /on \/usr\/bin\/env/);
  using allowed = await underPolicy(object, programs, { targets_allowed: ['/usr/bin/env'] });
  assert.equal(allowed.message('failed')?.stage, undefined);
  assert.match(states(allowed)[0] ?? '', /^named_uprobe attached \/usr\/bin\/env/);
  const nowhere = [{ name: 'named_uprobe', attach: { ...attach, path: join(folder, 'gone') } }];
  using unknown = await underPolicy(object, nowhere, folderOnly);
  assert.match(unknown.message('failed')?.message ?? '', /without a name of its own/);
});

test('a cgroup program attaches to the groups that the policy names, and to no others', async () => {
  const object = compileFixture('attach');
  const root = cgroupRoot();
  // Its text lies below the root's folder, itself it is the root.
  const attach: AttachSpec = { type: 'cgroup', path: `${root}/../${basename(root)}` };
  const programs = attachSpec(object, { on_cgroup: attach }).programs;
  for (const cgroups_allowed of [[], [`${root}/*`]]) {
    using loader = await underPolicy(object, programs, { cgroups_allowed });
    assert.equal(loader.message('failed')?.stage, 'policy');
  }
  using allowed = await underPolicy(object, programs, { cgroups_allowed: [root], targets_allowed: [] });
  assert.deepEqual(states(allowed), [`on_cgroup attached ${root}`]);
});
