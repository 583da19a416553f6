import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import type { Probe, RunStatus } from '@probepad/protocol/control/run';
import type { Client } from '../stack/client.ts';
import { NODE } from '../stack/process.ts';

/** A process that calls getppid() without pause, or so many times a second. */
export interface Flood extends AsyncDisposable {
  pid: number;
  /** It stands still until it is resumed, for parts that start to have the machine to themselves. */
  pause(): void;
  resume(): void;
}

/** What was not called because the process stood still for longer than 100 ms is not made up for. */
const PACED = `
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let last = performance.now(); ; Atomics.wait(cell, 0, 0, 2)) {
    const now = performance.now();
    for (let calls = (Math.min(now - last, 100) * RATE) / 1000; calls > 0; calls--) void process.ppid;
    last = now;
  }`;

/** @param rate calls a second; as many as there can be unless told, two million on a machine of today */
export async function startFlood(rate?: number): Promise<Flood> {
  const calls =
    rate === undefined ? 'for(;;)for(let i=0;i<1e6;i++)void process.ppid' : PACED.replace('RATE', `${rate}`);
  const loop = `process.stdout.write("ready");${calls}`;
  const child: ChildProcess = spawn(NODE, ['--eval', loop], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null || child.pid === undefined) throw new Error('the flood did not start');
  await once(child.stdout, 'data');
  // The rate is what the tests are about, also beside others on a small machine.
  setPriority(child.pid, -5);
  const exited = once(child, 'exit');
  return {
    pid: child.pid,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Sends one 48-byte event for every getppid() of a process, and keeps a map and a global. The event has the number of its call, the
 * global `calls` how many there were (ledger.ts).
 * @param ring bytes of its ring buffer
 */
export function floodProbe(pid: number, ring = 8 << 20): Probe {
  const text = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
const volatile __u32 target = 0;
struct event { __u64 ordinal; __u64 time_ns; __u64 padding[4]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, ${ring}); __type(value, struct event); } events SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
__u64 calls;
SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *context)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	if (pid != target)
		return 0;
	__u64 ordinal = calls++;
	if (ordinal % 100000 == 0) {
		bpf_printk("call %llu", ordinal);
		bpf_map_update_elem(&counts, &pid, &ordinal, 0);
	}
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->ordinal = ordinal;
	event->time_ns = bpf_ktime_get_ns();
	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;
  return {
    files: [{ name: 'flood.bpf.c', text }],
    flags: [],
    params: { target: String(pid) },
    attach: {},
    limits: { seconds: 0, events: 0, cpus: 0 },
    mapInterval: 200,
  };
}

/** Starts the probe on the hub's only host that is online, and waits until it runs. */
export async function startRun(client: Client, host: string, probe: Probe): Promise<string> {
  const run = await client.request('run.start', { hosts: [host], name: 'fault', probe });
  const event = await client.event(
    (one) =>
      one.type === 'run.status' &&
      one.status.run === run.id &&
      ['running', 'ended'].includes(one.status.state),
  );
  if (event.type === 'run.status' && event.status.state === 'ended') {
    throw new Error(`the run ended: ${JSON.stringify(event.status)}`);
  }
  return run.id;
}

export async function endOf(client: Client, run: string, milliseconds = 30_000): Promise<RunStatus> {
  const event = await client.event(
    (one) => one.type === 'run.status' && one.status.run === run && one.status.state === 'ended',
    milliseconds,
  );
  if (event.type !== 'run.status') throw new Error('not a status');
  return event.status;
}

/** Resolves once the events of a watched run come at `rate` a second or more. @returns the rate */
export async function untilFlooding(client: Client, run: string, rate: number): Promise<number> {
  let last: { time: number; produced: number } | undefined;
  return new Promise((resolve, reject) => {
    let best = 0;
    const timer = setTimeout(
      () => reject(new Error(`no ${rate} events a second within 30 s, ${Math.round(best)} at most`)),
      30_000,
    );
    let done = false;
    client.onEvent((event) => {
      if (done || event.type !== 'run.counts' || event.run !== run) return;
      const now = { time: performance.now(), produced: event.counts.sources.events?.produced ?? 0 };
      const seconds = last === undefined ? 0 : (now.time - last.time) / 1000;
      const reached = last === undefined || seconds < 0.2 ? 0 : (now.produced - last.produced) / seconds;
      if (last === undefined || seconds >= 0.2) last = now;
      best = Math.max(best, reached);
      if (reached < rate) return;
      done = true;
      clearTimeout(timer);
      resolve(reached);
    });
  });
}

/** Id of the one host that is online, once there is one. */
export async function onlineHost(client: Client): Promise<string> {
  const event = await client.event(
    (one) => (one.type === 'welcome' || one.type === 'hosts') && one.hosts.some(({ online }) => online),
  );
  const hosts = event.type === 'welcome' || event.type === 'hosts' ? event.hosts : [];
  const host = hosts.find(({ online }) => online);
  if (host === undefined) throw new Error('no host is online');
  return host.id;
}
