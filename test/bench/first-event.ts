import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, connect } from '../stack/client.ts';
import type { Stack } from '../stack/stack.ts';
import { clock, type Fixtures, median, startProducer } from './measure.ts';

const PROBE = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
const volatile __u32 targ_pid = 0;
struct event { __u32 pid; char name[64]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 262144); } events SEC(".maps");
SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(struct trace_event_raw_sys_enter *context)
{
	struct event *event;
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (pid != targ_pid)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = pid;
	bpf_probe_read_user_str(event->name, sizeof(event->name), (void *)context->args[1]);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;

const USUAL_NAME = 'opens.bpf.c';
/** Milliseconds between a run's end and the next: whoever wants another changes the program first. */
const THOUGHT = 1_000;

export interface FirstEvent {
  bpftraceMs: number;
  probepadMs: number;
  /** With a file of another name each time, so that no compiler stands by for it. */
  unpreparedMs: number;
  /** Probepad over bpftrace. */
  ratio: number;
  unpreparedRatio: number;
}

/** From the start of bpftrace, and from the request at the hub, to the first event of the same probe in the reader's hands. */
export async function measureFirstEvent(
  stack: Stack,
  fixtures: Fixtures,
  rounds: number,
): Promise<FirstEvent> {
  const client = await connect(stack);
  const producer = await startProducer(fixtures.producer, 'ticks', rounds * 6 + 10);
  const done = producer.go();
  const theirs: number[] = [];
  const ours: number[] = [];
  const unprepared: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const a = await bpftraceOnce(producer.pid);
    const c = await probepadOnce(client, producer.pid, `opens${round}.bpf.c`, round);
    // Then one of the usual name is looked at, as the editor does while somebody writes.
    await probepadOnce(client, producer.pid, USUAL_NAME, round);
    await delay(THOUGHT);
    const b = await probepadOnce(client, producer.pid, USUAL_NAME, round);
    // The first round warms both.
    if (round > 0) {
      theirs.push(a);
      ours.push(b);
      unprepared.push(c);
    }
  }
  client.close();
  process.kill(producer.pid);
  await done;
  const overTheirs = (values: number[]): number =>
    median(values.map((value, index) => value / (theirs[index] ?? Number.NaN)));
  return {
    bpftraceMs: median(theirs),
    probepadMs: median(ours),
    unpreparedMs: median(unprepared),
    ratio: overTheirs(ours),
    unpreparedRatio: overTheirs(unprepared),
  };
}

async function bpftraceOnce(pid: number): Promise<number> {
  const program = `tracepoint:syscalls:sys_enter_openat /pid == ${pid}/ { printf("%d %s\\n", pid, str(args->filename)); }`;
  const start = clock();
  const child = spawn('bpftrace', ['-B', 'line', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const elapsed = await new Promise<number>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('/dev/null')) resolve(clock() - start);
    });
  });
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  return elapsed;
}

async function probepadOnce(client: Client, pid: number, name: string, round: number): Promise<number> {
  let arrived: (elapsed: number) => void = () => {};
  const first = new Promise<number>((resolve) => {
    arrived = resolve;
  });
  // The text differs each time, so that nothing comes from the compile cache.
  const probe = {
    files: [{ name, text: `${PROBE}// ${round} ${clock()}\n` }],
    flags: [],
    params: { targ_pid: String(pid) },
    attach: {},
    limits: { seconds: 30, events: 0, cpus: 0 },
    mapInterval: 1000,
  };
  const [host] = await onlineHosts(client);
  let stream = -1;
  const start = clock();
  client.onFrame((frame) => {
    if (frame.header.kind === 'events' && frame.header.stream === stream) arrived(clock() - start);
  });
  const run = await client.request('run.start', { hosts: [host as string], name: 'bench', probe });
  stream = run.statuses[0]?.stream ?? -1;
  await client.request('run.watch', { run: run.id });
  const elapsed = await first;
  await client.request('run.stop', { run: run.id });
  await client.event(
    (event) => event.type === 'run.status' && event.status.run === run.id && event.status.state === 'ended',
  );
  return elapsed;
}

/** Ids of the hosts that are online, from the newest news. */
export async function onlineHosts(client: Client): Promise<string[]> {
  const event = await client.event(
    (candidate) =>
      (candidate.type === 'welcome' || candidate.type === 'hosts') &&
      candidate.hosts.some((host) => host.online),
  );
  return event.type === 'welcome' || event.type === 'hosts'
    ? event.hosts.filter((host) => host.online).map((host) => host.id)
    : [];
}
