import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { createDecoder } from '@probepad/protocol/decode';
import { type Frame, forEachRecord } from '@probepad/protocol/frames';
import { LOADER } from '../compile/testing.ts';
import {
  callGetppid,
  counterProbe,
  loaderWithoutCgroups,
  probeOfText,
  type TestMachine,
  testMachine,
} from '../link/testing.ts';
import { createNames } from '../names/names.ts';
import type { Run } from './run.ts';

let machine: TestMachine;
before(async () => {
  machine = await testMachine({ runs: 4, runsPerUser: 3 });
});
afterEach(() => machine.table.endAll('stopped'));
after(() => machine[Symbol.asyncDispose]());

const own = () => counterProbe(process.pid);

function lastOf(run: Run) {
  return machine.recorder.statuses.findLast((status) => status.run === run.id);
}

async function ended(run: Run) {
  await machine.recorder.until(() => lastOf(run)?.state === 'ended');
  return lastOf(run);
}

async function running(run: Run): Promise<void> {
  await machine.recorder.until(() => ['running', 'ended'].includes(lastOf(run)?.state ?? ''));
  assert.equal(lastOf(run)?.state, 'running', JSON.stringify(lastOf(run)));
}

/** Tracing instances and memory cgroups of this process' runs; others on this machine have their own. */
function leftByRuns(): string[] {
  const found = spawnSync('find', ['/sys/fs/cgroup', '-maxdepth', '6', '-type', 'd', '-name', 'probepad-*'], {
    encoding: 'utf8',
  });
  const paths = [...found.stdout.split('\n'), ...readdirSync('/sys/kernel/tracing/instances')];
  return paths.filter((path) => path.includes(`probepad-p${process.pid}x`));
}

function framesOfRun(run: Run) {
  return machine.recorder.frames.filter(({ header }) => header.stream === run.stream);
}

test('a run goes through its states, delivers every event in order and balances its counts', async () => {
  const run = machine.start(own());
  await running(run);
  callGetppid(5000);
  run.stop('stopped');
  const status = await ended(run);
  assert.equal(status?.reason, 'stopped');
  assert.deepEqual(
    status?.programs.map(({ name, state }) => ({ name, state })),
    [{ name: 'on_getppid', state: 'attached' }],
  );
  for (const step of ['compile', 'load', 'attach', 'first_event'] as const) {
    assert.ok((status?.timing[step] ?? -1) >= 0, `timing of ${step}`);
  }
  const ordinals: bigint[] = [];
  for (const { header, payload } of framesOfRun(run)) {
    if (header.kind !== 'events') continue;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    forEachRecord(payload, (start) => ordinals.push(view.getBigUint64(start, true)));
  }
  assert.deepEqual(
    ordinals,
    Array.from({ length: 5000 }, (_, index) => BigInt(index)),
  );
  for (const [name, { produced, delivered, dropped }] of Object.entries(
    machine.recorder.counts?.sources ?? {},
  )) {
    const { kernel, agent, hub, viewer } = dropped;
    assert.equal(produced, delivered + kernel + agent + hub + viewer, name);
  }
  assert.equal(machine.recorder.counts?.sources.events?.delivered, 5000);
  const schema = run.schema?.schema;
  assert.ok(schema);
  const maps = framesOfRun(run).filter(({ header }) => header.kind === 'map');
  const source = schema.sources.find(({ name }) => name === 'counts');
  const last = maps.findLast(({ header }) => header.source === source?.id);
  assert.ok(last);
  assert.equal(createDecoder(schema).map(last).values[0]?.get(0), 5000n);
});

test('a compile error ends the run with its diagnostics', async () => {
  const run = machine.start(probeOfText('int x = missing;'));
  const status = await ended(run);
  assert.equal(status?.reason, 'compile_error');
  assert.equal(status?.error?.code, 'compile_failed');
  assert.equal(status?.diagnostics[0]?.place?.line, 4);
});

test('a verifier rejection marks the C line and brings the whole log', async () => {
  const run = machine.start(
    probeOfText(`
SEC("tracepoint/syscalls/sys_enter_getppid")
int unsafe(void *ctx)
{
	char *text = (char *)bpf_get_current_task();
	return *text;
}`),
  );
  const status = await ended(run);
  assert.equal(status?.reason, 'verifier_rejected');
  assert.equal(status?.error?.code, 'verifier_rejected');
  const found = status?.diagnostics.find(({ origin }) => origin === 'verifier');
  assert.equal(found?.place?.line, 9);
  const log = framesOfRun(run).filter(({ header }) => header.kind === 'log');
  assert.match(Buffer.concat(log.map(({ payload }) => payload)).toString(), /processed \d+ insns/);
});

test('a program that is too large for the verifier is rejected at its C line, with a log of many megabytes', async () => {
  const run = machine.start(
    probeOfText(`
__u64 sum;
SEC("tracepoint/syscalls/sys_enter_getppid")
int endless(void *ctx)
{
	for (int i = 0; i < 1000000; i++)
		*(volatile __u64 *)&sum += i;
	return 0;
}`),
  );
  const status = await ended(run);
  assert.equal(status?.reason, 'verifier_rejected', status?.error?.message);
  const found = status?.diagnostics.find(({ origin }) => origin === 'verifier');
  assert.match(found?.message ?? '', /too large/);
  assert.ok([9, 10].includes(found?.place?.line ?? 0), `line ${found?.place?.line}`);
  const log = framesOfRun(run).filter(({ header }) => header.kind === 'log');
  const bytes = log.reduce((sum, { payload }) => sum + payload.byteLength, 0);
  assert.ok(bytes > 64 * 1024 * 1024, `${bytes} bytes`);
  assert.match(Buffer.from(log.at(-1)?.payload ?? []).toString(), /processed 1000001 insns/);
});

test('a time limit ends the run', async () => {
  const run = machine.start({ ...own(), limits: { seconds: 0.3, events: 0, cpus: 0 } });
  assert.equal((await ended(run))?.reason, 'time_limit');
});

test('an event limit ends the run', async () => {
  const run = machine.start({ ...own(), limits: { seconds: 0, events: 10, cpus: 0 } });
  await running(run);
  callGetppid(10);
  assert.equal((await ended(run))?.reason, 'event_limit');
});

test('a helper that the policy denies is refused after loading', async () => {
  const run = machine.start(
    probeOfText(`
SEC("tracepoint/syscalls/sys_enter_getppid")
int kills(void *ctx)
{
	return bpf_send_signal(0);
}`),
  );
  const status = await ended(run);
  assert.equal(status?.reason, 'policy');
  assert.equal(status?.error?.code, 'policy_denied');
  assert.match(status?.error?.message ?? '', /send_signal/);
});

test('an interface that the policy does not allow is refused', async () => {
  const run = machine.start(
    probeOfText('SEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }', { attach: { pass: 'eth0' } }),
  );
  assert.equal((await ended(run))?.reason, 'policy');
});

test('a program that needs a target says which it could have', async () => {
  const run = machine.start(probeOfText('SEC("xdp") int pass(struct xdp_md *ctx) { return XDP_PASS; }'));
  const status = await ended(run);
  assert.equal(status?.reason, 'attach_failed');
  assert.equal(status?.error?.code, 'target_needed');
  assert.match(status?.error?.message ?? '', /interfaces here: lo/);
});

test('of programs that need targets those that got none are off, and say so', async () => {
  const text = `SEC("socket") int one(void *ctx) { return 0; }
SEC("socket") int two(void *ctx) { return 0; }`;
  const run = machine.start(probeOfText(text, { attach: { one: 'lo' } }));
  await running(run);
  run.stop('stopped');
  const status = await ended(run);
  assert.deepEqual(
    status?.programs.map(({ name, state }) => ({ name, state })),
    [
      { name: 'one', state: 'attached' },
      { name: 'two', state: 'off' },
    ],
  );
  assert.ok(status?.remarks.includes('program two is off: it has no target'), status?.remarks.join('\n'));
});

test('a program whose target this kernel lacks says which, and what to do', async () => {
  const text = 'SEC("tp/syscalls/sys_enter_probepad") int nowhere(void *ctx) { return 0; }';
  const status = await ended(machine.start(probeOfText(text)));
  assert.equal(status?.reason, 'attach_failed');
  assert.equal(status?.error?.code, 'target_absent');
  assert.match(status?.error?.message ?? '', /none of the programs' targets: syscalls\/sys_enter_probepad$/);
  assert.deepEqual(
    status?.programs.map(({ state }) => state),
    ['off'],
  );
});

test("a symbol that a program needs and this kernel lacks is no absent target: libbpf's sentence names it", async () => {
  const text = `extern const void probepad_none __ksym;
SEC("tp/syscalls/sys_enter_getppid") int asks(void *ctx) { return (int)(long)&probepad_none; }`;
  const status = await ended(machine.start(probeOfText(text)));
  assert.equal(status?.reason, 'load_failed');
  assert.equal(status?.error?.code, 'load_failed');
  assert.match(status?.error?.message ?? '', /extern 'probepad_none' \(strong\): not resolved/);
});

test('a parameter of the wrong kind is named', async () => {
  const run = machine.start({ ...own(), params: { target: 'abc' } });
  const status = await ended(run);
  assert.equal(status?.error?.code, 'bad_param');
  const unknown = machine.start({ ...own(), params: { nothing: '1' } });
  assert.match((await ended(unknown))?.error?.message ?? '', /nothing/);
});

test('a loader that is killed ends its run as crashed', async () => {
  const run = machine.start(own());
  await running(run);
  assert.ok(run.loaderPid);
  process.kill(run.loaderPid, 'SIGKILL');
  const status = await ended(run);
  assert.equal(status?.reason, 'crashed');
  assert.equal(status?.error?.code, 'loader_crashed');
  assert.match(status?.error?.message ?? '', /SIGKILL/);
});

test('where the memory of a run cannot be limited it fails and says what to do, unless the policy sets no limit', async (t) => {
  const { path, remove } = await loaderWithoutCgroups();
  t.after(remove);
  await using strict = await testMachine({}, path);
  strict.start(own());
  await strict.recorder.until(() => strict.recorder.last()?.state === 'ended');
  const { reason, error, programs } = strict.recorder.last() ?? {};
  assert.equal(reason, 'load_failed');
  assert.equal(error?.code, 'no_memory_limit');
  assert.match(error?.message ?? '', /finding the memory cgroup hierarchy/);
  assert.match(error?.remedy ?? '', /set `memory` to 0 in the policy file/);
  assert.ok(programs?.every(({ state }) => state !== 'attached'));

  await using lax = await testMachine({ memory: 0 }, path);
  lax.start(own());
  await lax.recorder.until(() => ['running', 'ended'].includes(lax.recorder.last()?.state ?? ''));
  assert.equal(lax.recorder.last()?.state, 'running', JSON.stringify(lax.recorder.last()));
});

test('a run that is stopped while compiling, or does not compile, leaves no loader, cgroup or instance', async () => {
  const printing = (result: string) =>
    probeOfText(
      `SEC("tracepoint/syscalls/sys_enter_getppid") int f(void *c) { bpf_printk("x"); return ${result}; }`,
    );
  const whole = machine.start(printing('0'));
  await running(whole);
  assert.equal(leftByRuns().length, 2, 'a run that prints has a cgroup and a tracing instance');
  whole.stop('stopped');
  await whole.ended;
  const failing = machine.start(printing('missing'));
  await machine.recorder.until(() => failing.loaderPid !== undefined);
  const pid = failing.loaderPid ?? 0;
  assert.equal((await ended(failing))?.reason, 'compile_error');
  assert.ok(!existsSync(`/proc/${pid}`), 'the loader has ended before its run is told to have');
  const stopped = machine.start(own());
  await machine.recorder.until(() => stopped.loaderPid !== undefined);
  stopped.stop('stopped');
  assert.equal((await ended(stopped))?.reason, 'stopped');
  await stopped.ended;
  assert.deepEqual(leftByRuns(), []);
});

test('a stop while compiling ends the run', async () => {
  const run = machine.start(probeOfText('int never_seen_before;'));
  run.stop('stopped');
  assert.equal((await ended(run))?.reason, 'stopped');
});

test('an entry can be put into a map that the program adds none to, and into no other', async () => {
  const map = (name: string): string =>
    `struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } ${name} SEC(".maps");`;
  const run = machine.start(
    probeOfText(`${map('wanted')}
${map('counts')}
SEC("tracepoint/syscalls/sys_enter_getppid")
int on_call(void *ctx)
{
	__u32 key = ${process.pid};
	__u64 one = 1;

	if (bpf_map_lookup_elem(&wanted, &key))
		bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
	return 0;
}`),
  );
  await running(run);
  const schema = run.schema?.schema;
  assert.ok(schema);
  const key = Buffer.alloc(4);
  key.writeUInt32LE(process.pid);
  const value = '0100000000000000';
  assert.throws(() => run.put('counts', key.toString('hex'), value), /counts: it is no such map/);
  assert.throws(() => run.put('wanted', '00', value), /wanted: its keys and values/);
  assert.throws(() => run.put('none', key.toString('hex'), value), /none: the probe has no such map/);
  run.put('wanted', key.toString('hex'), value);
  const counts = schema.sources.find(({ name }) => name === 'counts');
  // The loader puts it there when it gets to it: then the program counts.
  await machine.recorder.until(() => {
    callGetppid(1);
    return framesOfRun(run).some(({ header }) => header.source === counts?.id && header.count === 1);
  });
  run.stop('stopped');
  await ended(run);
});

test('a global can be written while the run goes on, a read-only one cannot', async () => {
  const run = machine.start(own());
  await running(run);
  run.write('.bss', 0, '0a00000000000000');
  assert.throws(() => run.write('.rodata', 0, '00'), /writing \.rodata/);
  assert.throws(() => run.write('.bss', 1 << 20, '00'), /writing \.bss/);
  // The loader writes when it gets to it; a snapshot shows that it has.
  const schema = run.schema?.schema;
  assert.ok(schema);
  const decoder = createDecoder(schema);
  const globals = schema.sources.find(({ name }) => name === '.bss');
  const isWritten = (frame: Frame): boolean =>
    frame.header.kind === 'map' &&
    frame.header.source === globals?.id &&
    (decoder.globals(frame) as { calls?: bigint }).calls === 10n;
  await machine.recorder.until(() => framesOfRun(run).some(isWritten));
  callGetppid(1);
  await machine.recorder.until(() => framesOfRun(run).some(({ header }) => header.kind === 'events'));
  const frame = framesOfRun(run).find(({ header }) => header.kind === 'events');
  assert.ok(frame);
  const [batch] = decoder.records(frame);
  assert.equal(batch?.columns[0]?.get(0), 10n);
  run.stop('stopped');
  await ended(run);
});

test('the policy bounds how many runs go on', async () => {
  const runs = [machine.start(own()), machine.start(own()), machine.start(own())];
  assert.throws(() => machine.start(own()), /3 of test are going on/);
  await machine.table.endAll('lease_lost');
  for (const run of runs) assert.equal((await ended(run))?.reason, 'lease_lost');
  assert.equal(lastOf(runs[0] as Run)?.error?.code, 'lease_lost');
});

test('a loader that hangs is ended within the time that is given, and what it made is removed', async () => {
  const run = machine.start(own());
  await running(run);
  process.kill(run.loaderPid ?? -1, 'SIGSTOP');
  const began = performance.now();
  await machine.table.endAll('lease_lost', 200);
  const took = performance.now() - began;
  assert.equal((await ended(run))?.reason, 'lease_lost');
  assert.deepEqual(leftByRuns(), []);
  assert.ok(took > 150 && took < 2_000, `${Math.round(took)} ms`);
});

test('a peer that stands still for a while loses nothing that fits the queue', async () => {
  const run = machine.start(own());
  await running(run);
  machine.flow.open = false;
  callGetppid(20_000);
  run.stop('stopped');
  await run.ended;
  assert.notEqual(lastOf(run)?.state, 'ended', 'the end comes after the data');
  machine.flow.open = true;
  machine.feed.pump();
  await ended(run);
  const counts = machine.recorder.counts?.sources.events;
  assert.equal(counts?.delivered, 20_000 - (counts?.dropped.kernel ?? 0));
  assert.equal(counts?.dropped.agent, 0);
});

test('a run that traces starts of processes sees none of its own helpers', async (t) => {
  const names = createNames({
    loaderPath: LOADER,
    hostRoot: '',
    cgroupRoot: undefined,
    allowed: { names: true, userSymbols: ['*'] },
    log: () => {},
  });
  t.after(names.close);
  machine.environment.watchProcesses = names.watch;
  t.after(() => {
    machine.environment.watchProcesses = undefined;
  });
  const run = machine.start(
    probeOfText(`#include <bpf/bpf_core_read.h>
struct event { __u32 pid, ppid; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 256 << 10); __type(value, struct event); } events SEC(".maps");
SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct event event = { .pid = bpf_get_current_pid_tgid() >> 32 };

	event.ppid = BPF_CORE_READ(task, real_parent, tgid);
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}`),
  );
  await running(run);
  const started = spawnSync('/bin/true');
  // By then all that a run starts has been started.
  await machine.recorder.until(() => run.counts()?.cpus !== undefined);
  run.stop('stopped');
  await ended(run);
  const children: number[] = [];
  for (const { header, payload } of framesOfRun(run)) {
    if (header.kind !== 'events') continue;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    forEachRecord(payload, (start) => {
      if (view.getUint32(start + 4, true) === process.pid) children.push(view.getUint32(start, true));
    });
  }
  assert.deepEqual(children, [started.pid]);
});
