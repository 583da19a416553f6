/** What tests of runs share: a real compiler and loader, and probes that watch only what the test itself does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Probe, RunCounts, RunStatus } from '@probepad/protocol/control/run';
import { type Frame, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { createCompiler } from '../compile/compiler.ts';
import { LOADER } from '../compile/testing.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/policy.ts';
import type { RunEnvironment } from '../runs/environment.ts';
import { loaderIdentity } from '../runs/identity.ts';
import type { Run } from '../runs/run.ts';
import { createRunTable, type RunTable } from '../runs/run-table.ts';
import { createFeed, type Feed } from './feed.ts';

/** Sends an event for every getppid() of one process. */
export function counterProbe(pid: number, changes: Partial<Probe> = {}): Probe {
  const text = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
const volatile __u32 target = ${pid};
__u64 calls;
struct event { __u64 ordinal; __u32 pid; char padding[36]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4 << 20); __type(value, struct event); } events SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	if (pid != target)
		return 0;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->ordinal = calls;
	event->pid = pid;
	bpf_ringbuf_submit(event, 0);
	calls++;
	__u64 one = calls;
	bpf_map_update_elem(&counts, &pid, &one, 0);
	return 0;
}
`;
  return {
    files: [{ name: 'counter.bpf.c', text }],
    flags: [],
    params: {},
    attach: {},
    limits: { seconds: 0, events: 0, cpus: 0 },
    mapInterval: 100,
    ...changes,
  };
}

/** A probe of the given C text after the usual includes. */
export function probeOfText(text: string, changes: Partial<Probe> = {}): Probe {
  const whole = `#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n${text}`;
  return counterProbe(0, { files: [{ name: 'probe.bpf.c', text: whole }], ...changes });
}

/** Calls getppid() so often. */
export function callGetppid(times: number): void {
  for (let call = 0; call < times; call++) void process.ppid;
}

/** Everything that runs told, and a way to wait for it. */
export interface Recorder {
  statuses: RunStatus[];
  frames: Frame[];
  counts: RunCounts | undefined;
  last(): RunStatus | undefined;
  /** Resolves when `condition` holds; looked at whenever something comes. */
  until(condition: () => boolean): Promise<void>;
}

export interface TestMachine extends AsyncDisposable {
  environment: RunEnvironment;
  feed: Feed;
  table: RunTable;
  recorder: Recorder;
  start(probe: Probe, id?: string): Run;
  /** Data is taken while this is true. */
  flow: { open: boolean };
}

const PATIENCE = 30_000;

/** A command that is the loader on a machine without a cgroup file system, by a mount namespace of its own. */
export async function loaderWithoutCgroups(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-loader-'));
  const path = join(folder, 'loader');
  const unmounting = 'umount --recursive /sys/fs/cgroup && exec "$0" "$@"';
  const script = `#!/bin/sh\nexec /usr/bin/unshare --mount /bin/sh -c '${unmounting}' '${LOADER}' "$@"\n`;
  await writeFile(path, script, { mode: 0o755 });
  return { path, remove: () => rm(folder, { recursive: true }) };
}

/** A machine with its own cache folder and an in-memory peer. */
export async function testMachine(
  policy: Partial<Policy> = {},
  loaderPath: string = LOADER,
): Promise<TestMachine> {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-runs-'));
  const compiler = await createCompiler({
    cacheDir: join(folder, 'cache'),
    loaderPath: LOADER,
    standby: true,
  });
  const environment: RunEnvironment = {
    compiler,
    loaderPath,
    policy: { ...DEFAULT_POLICY, ...policy },
    identity: loaderIdentity(),
    log: () => {},
  };
  const waiters = new Set<() => void>();
  const notify = (): void => {
    for (const waiter of waiters) waiter();
  };
  const recorder: Recorder = {
    statuses: [],
    frames: [],
    counts: undefined,
    last: () => recorder.statuses.at(-1),
    until: (condition) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(look);
          reject(new Error(`not seen in time; last status: ${JSON.stringify(recorder.last())}`));
        }, PATIENCE);
        const look = (): void => {
          if (!condition()) return;
          clearTimeout(timer);
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      }),
  };
  const flow = { open: true };
  const feed = createFeed(() => {});
  feed.attach({
    control(event) {
      if (event.type === 'run.status') recorder.statuses.push(event.status);
      if (event.type === 'run.counts') recorder.counts = event.counts;
      notify();
    },
    data(message) {
      recorder.frames.push(...framesOf(message.slice(), FRAME_PAYLOAD_MAX));
      notify();
    },
    hasRoom: () => flow.open,
  });
  const table = createRunTable(environment, feed);
  let stream = 0;
  return {
    environment,
    feed,
    table,
    recorder,
    flow,
    start: (probe, id = `run${stream + 1}`) =>
      table.start({ run: id, stream: ++stream, user: 'test', host: 'here', probe }),
    async [Symbol.asyncDispose]() {
      await table.endAll('stopped');
      table.close();
      await compiler.ready;
      await compiler.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
