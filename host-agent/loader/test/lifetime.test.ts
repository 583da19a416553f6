import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { LoaderMessage } from '@probepad/protocol/loader';
import { compileFixture, hexU32, LOADER, LoaderProcess } from './loader-process.ts';
import { eventually, leftovers, programExists, VethPair } from './machine-state.ts';
import { makeOrders, type Orders } from './orders.ts';
import { prepare } from './prepare.ts';
import { Producer } from './producer.ts';

prepare();

/** A run with everything that could be left behind. */
function fullSpec(object: Buffer, over: Partial<Orders> = {}): Orders {
  return makeOrders(object, {
    memory_bytes: 64 << 20,
    sources: [
      { id: 0, kind: 'ringbuf', name: 'events', interval: 0 },
      { id: 1, kind: 'trace', name: '', interval: 0 },
    ],
    ...over,
  });
}

function programIds(loader: LoaderProcess): number[] {
  return (loader.message('loaded')?.programs ?? []).map((program) => program.id);
}

async function assertGone(spec: Orders, ids: number[]): Promise<void> {
  assert.ok(ids.length > 0);
  await eventually('programs are gone', () => !ids.some(programExists), 2_000);
  await eventually('no instance and no cgroup is left', () => leftovers(spec.run).length === 0, 2_000);
}

/** Far more than pipes and rings hold. */
const CALLS = 200_000;

test('kill -9 of the loader leaves no program, tracing instance or cgroup', async () => {
  const object = compileFixture('basic');
  const spec = fullSpec(object);
  using loader = new LoaderProcess(object, spec);
  await loader.running();
  assert.equal(leftovers(spec.run).length, 2);
  const ids = programIds(loader);
  loader.child.kill('SIGKILL');
  await loader.until('exit', () => loader.exited);
  await assertGone(spec, ids);
});

test('EOF on fd 0 ends the run as agent_gone; SIGTERM ends it as stopped', async () => {
  const object = compileFixture('basic');
  const spec = fullSpec(object);
  using abandoned = new LoaderProcess(object, spec);
  await abandoned.running();
  abandoned.child.stdin?.end();
  await abandoned.until('exit', () => abandoned.exited);
  assert.deepEqual(abandoned.messages.at(-1), { type: 'ended', reason: 'agent_gone' });
  assert.deepEqual(leftovers(spec.run), [], 'all is removed when the loader has exited');
  await assertGone(spec, programIds(abandoned));

  using terminated = new LoaderProcess(object, fullSpec(object));
  await terminated.running();
  terminated.child.kill('SIGTERM');
  await terminated.until('exit', () => terminated.exited);
  assert.deepEqual(terminated.messages.at(-1), { type: 'ended', reason: 'stopped' });
  assert.equal(terminated.exited?.code, 0);
});

test('a loader that is set up and gets no object leaves nothing, whether it is given up or killed', async () => {
  const object = compileFixture('basic');
  for (const end of ['eof', 'kill'] as const) {
    const orders = fullSpec(object, { trace: true });
    using loader = new LoaderProcess(object, orders, { setupOnly: true });
    await eventually('the cgroup and the instance are there', () => leftovers(orders.run).length === 2);
    if (end === 'eof') loader.child.stdin?.end();
    else loader.child.kill('SIGKILL');
    await loader.until('exit', () => loader.exited);
    await eventually('no instance and no cgroup is left', () => leftovers(orders.run).length === 0, 2_000);
    assert.equal(loader.message('loaded'), undefined);
  }
});

test('the loader dies with its parent, though pipes stay open', async () => {
  const object = compileFixture('basic');
  const spec = fullSpec(object);
  // A shell in between is the parent; it is killed while this test holds every pipe.
  const command = ['/bin/sh', '-c', `exec 9<&0; "${LOADER}" run <&9 & wait`];
  using loader = new LoaderProcess(object, spec, { command });
  await loader.running();
  const ids = programIds(loader);
  loader.child.kill('SIGKILL');
  await assertGone(spec, ids);
});

test('a running loader has no capability, no root uid and no way to gain either', async () => {
  const object = compileFixture('basic');
  using loader = new LoaderProcess(object, fullSpec(object));
  await loader.running();
  const status = readFileSync(`/proc/${loader.child.pid}/status`, 'utf8');
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    assert.match(status, new RegExp(`${set}:\\s0+\\n`));
  }
  assert.match(status, /NoNewPrivs:\s1/);
  assert.match(status, /Uid:\s65534\s65534\s65534\s65534/);
  assert.match(status, /Gid:\s65534\s65534\s65534\s65534/);
  assert.match(status, /Groups:\s*\n/);
  await loader.stop();
});

test('an agent that reads nothing is waited for, heard, and not waited for after a stop', async () => {
  using producer = new Producer();
  const object = compileFixture('storm');
  const spec = makeOrders(object, {
    params: [{ section: '.rodata', offset: 0, bytes: hexU32(producer.pid) }],
    sources: [{ id: 0, kind: 'ringbuf', name: 'events', interval: 0 }],
    lost_sites: [{ section: '.data.probepad', offset: 0, source: 0 }],
  });
  using loader = new LoaderProcess(object, spec, { readFrames: false });
  await loader.running();
  await producer.getppid(400_000);
  const began = Date.now();
  loader.send({ type: 'stop' });
  await loader.until('ended', () => loader.message('ended'));
  assert.ok(Date.now() - began < 4_000);
  const counts = loader.lastCounts()?.sources[0];
  assert.ok(Number(counts?.lost) > 0);
  const calls = Number(counts?.delivered) + Number(counts?.lost);
  assert.ok(calls >= 400_000 && calls < 400_100, `${calls}: what was not delivered is counted as lost`);
  loader.readFrames();
  await loader.until('exit', () => loader.exited);
});

for (const [fixture, source] of [
  ['perf', { id: 0, kind: 'perf', name: 'events', interval: 0 }],
  ['basic', { id: 0, kind: 'trace', name: '', interval: 0 }],
] as const) {
  test(`what a ${source.kind} source still holds for an agent that reads nothing is counted as lost`, async () => {
    using producer = new Producer();
    const object = compileFixture(fixture);
    const params = [{ section: '.rodata', offset: 0, bytes: hexU32(producer.pid) }];
    const orders = makeOrders(object, { params, sources: [source] });
    using loader = new LoaderProcess(object, orders, { readFrames: false });
    await loader.running();
    await producer.getppid(CALLS);
    loader.send({ type: 'stop' });
    await loader.until('ended', () => loader.message('ended'));
    const counts = loader.lastCounts()?.sources[0];
    assert.ok(Number(counts?.lost) > 0);
    assert.equal(Number(counts?.delivered) + Number(counts?.lost), CALLS);
    loader.readFrames();
    await loader.until('exit', () => loader.exited);
  });
}

test('a second run sees none of the first one’s lines', async () => {
  using producer = new Producer();
  const object = compileFixture('basic');
  const params = [{ section: '.rodata', offset: 0, bytes: hexU32(producer.pid) }];
  const sources: Orders['sources'] = [{ id: 1, kind: 'trace', name: '', interval: 0 }];
  using first = new LoaderProcess(object, makeOrders(object, { params, sources, trace_tag: '~pp:FIRSTRUN' }));
  using second = new LoaderProcess(
    object,
    makeOrders(object, { params, sources, trace_tag: '~pp:OTHERRUN' }),
  );
  await Promise.all([first.running(), second.running()]);
  await producer.getppid(10);
  await first.until('10 lines', () => first.records(1).length >= 10);
  await second.until('10 lines', () => second.records(1).length >= 10);
  await Promise.all([first.stop(), second.stop()]);
  for (const loader of [first, second]) {
    assert.equal(loader.records(1).length, 10);
    for (const { data } of loader.records(1)) assert.match(data.toString('utf8', 28), /^line \d+$/);
  }
});

test('20 starts and stops leave descriptors, instances and cgroups as they were', {
  timeout: 120_000,
}, async () => {
  const object = compileFixture('basic');
  const instances = '/sys/kernel/tracing/instances';
  const before = existsSync(instances)
    ? readdirSync(instances).filter((name) => name.startsWith(`probepad-t${process.pid}`))
    : [];
  for (let round = 0; round < 20; round++) {
    const spec = fullSpec(object);
    using loader = new LoaderProcess(object, spec);
    await loader.running();
    await loader.stop();
    assert.deepEqual(leftovers(spec.run), []);
  }
  const after = existsSync(instances)
    ? readdirSync(instances).filter((name) => name.startsWith(`probepad-t${process.pid}`))
    : [];
  assert.deepEqual(after, before);
});

test('sweep removes what nobody owns and leaves what somebody does', async () => {
  const object = compileFixture('basic');
  const spec = fullSpec(object);
  const orphan = `/sys/kernel/tracing/instances/probepad-orphan${process.pid}`;
  using loader = new LoaderProcess(object, spec);
  await loader.running();
  mkdirSync(orphan);
  // A directory that was just made may belong to a loader that is about to lock it.
  await eventually(
    'the orphan is gone',
    () => {
      const swept = spawnSync(LOADER, ['sweep'], {
        encoding: 'utf8',
        env: { ASAN_OPTIONS: 'detect_leaks=0' },
      });
      assert.equal(swept.status, 0, swept.stderr);
      return !existsSync(orphan);
    },
    6_000,
  );
  assert.equal(leftovers(spec.run).length, 2, 'the running one keeps its own');
  await loader.stop();
});

test('bad specs and objects fail with the field or the reason', async () => {
  const object = compileFixture('basic');
  const cases: [string, (spec: Orders) => unknown, RegExp][] = [
    ['another version', (spec) => ({ ...spec, version: 1 }), /^version: /],
    ['bad run', (spec) => ({ ...spec, run: '../etc' }), /^run: /],
    [
      'unknown program',
      (spec) => ({ ...spec, programs: [{ name: 'nobody', attach: { type: 'auto' } }] }),
      /nobody/,
    ],
    [
      'attach field',
      (spec) => ({
        ...spec,
        programs: [{ name: 'on_getppid', attach: { type: 'tc', interface: 'x', direction: 'up' } }],
      }),
      /^programs\[0\]\.attach\.direction: /,
    ],
    [
      'param outside',
      (spec) => ({ ...spec, params: [{ section: '.rodata', offset: 4096, bytes: '00' }] }),
      /params\[0\]/,
    ],
    [
      'no source',
      (spec) => ({ ...spec, sources: [{ id: 0, kind: 'map', name: 'nothing', interval: 0 }] }),
      /opening a source/,
    ],
  ];
  for (const [name, change, expected] of cases) {
    using loader = new LoaderProcess(object, change(makeOrders(object, {})) as Orders);
    const failed = await loader.until('failed', () => loader.message('failed'));
    assert.match(failed.message, expected, name);
    await loader.until('exit', () => loader.exited);
    assert.equal(loader.exited?.code, 1);
  }
  const garbage = Buffer.from('this is no ELF file at all');
  using loader = new LoaderProcess(garbage, makeOrders(garbage, {}));
  const failed = await loader.until('failed', () => loader.message('failed'));
  assert.equal(failed.stage, 'open');
});

test('statistics are on while they are ordered to be', async () => {
  using producer = new Producer();
  const holder = spawn(LOADER, ['statistics'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' },
  });
  try {
    holder.stdin.write('{"hold":true,"programs":[]}\n');
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const object = compileFixture('basic');
    const params = [{ section: '.rodata', offset: 0, bytes: hexU32(producer.pid) }];
    using loader = new LoaderProcess(object, makeOrders(object, { params }));
    await loader.running();
    await producer.getppid(500);
    await loader.stop();
    const program = loader.lastCounts()?.programs[0];
    assert.ok(Number(program?.run_count) >= 500);
    assert.ok(Number(program?.run_time_ns) > 0);
    holder.stdin.end();
    const code = await new Promise((resolve) => holder.once('exit', resolve));
    assert.equal(code, 0);
  } finally {
    holder.kill('SIGKILL');
  }
});

test('probe-capabilities says what works here', () => {
  const result = spawnSync(LOADER, ['probe-capabilities'], {
    encoding: 'utf8',
    env: { ASAN_OPTIONS: 'detect_leaks=0' },
  });
  assert.equal(result.status, 0, result.stderr);
  const answer = JSON.parse(result.stdout) as {
    permitted: string[];
    tracefs: { path: string; instances: boolean };
    attach: { tracepoint: { works: boolean }; btf: boolean };
  };
  assert.ok(answer.permitted.includes('cap_bpf'));
  assert.ok(answer.attach.tracepoint.works);
  assert.ok(answer.attach.btf);
  assert.ok(answer.tracefs.instances);
});

test('an interface that goes away with its namespace ends nothing', async () => {
  const object = compileFixture('attach');
  using pair = new VethPair(9);
  const names = [
    'on_ingress',
    'on_egress',
    'on_socket',
    'on_cgroup',
    'on_perf',
    'on_raw',
    'on_uprobe',
    'on_uretprobe',
  ];
  const spec = makeOrders(object, {
    programs: [
      { name: 'on_xdp', attach: { type: 'xdp', interface: pair.outside, mode: 'generic' } },
      ...names.map((name) => ({ name, attach: { type: 'off' as const } })),
    ],
  });
  using loader = new LoaderProcess(object, spec);
  await loader.running();
  pair[Symbol.dispose]();
  await loader.stop();
  const last: LoaderMessage | undefined = loader.messages.at(-1);
  assert.deepEqual(last, { type: 'ended', reason: 'stopped' });
});
