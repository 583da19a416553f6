import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { BrowserEvent } from '@probepad/protocol/control/browser';
import type { Probe } from '@probepad/protocol/control/run';
import { createDecoder } from '@probepad/protocol/decode';
import type { Frame } from '@probepad/protocol/frames';
import { policyFor, runAttachKind } from '../attach/attach-run.ts';
import { ATTACH_KINDS, type Place } from '../attach/kinds.ts';
import { buildTarget } from '../attach/target.ts';
import { type Client, connect } from '../stack/client.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { EXPECTATIONS } from '../templates/expectations.ts';
import { localMachine } from '../templates/local-machine.ts';
import { runTemplate } from '../templates/template-run.ts';
import { bootGuest, type Guest } from './guest.ts';
import { joinHub } from './join-hub.ts';
import { fetchKernel, KERNEL_SUITES, type KernelName } from './kernel.ts';

const BOOT = { timeout: 600_000 };
const RUN = { timeout: 240_000 };

const HEAD = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
struct event { unsigned int pid; char comm[16]; };
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 262144); } events SEC(".maps");
static int send(void)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
	return 0;
}
`;

/** Programs that the development machine's own kernel does not take. */
const HOOKS: Record<string, string> = {
  kprobe: 'SEC("kprobe/vfs_read") int BPF_KPROBE(on_read) { return send(); }',
  kretprobe: 'SEC("kretprobe/vfs_read") int BPF_KRETPROBE(on_read) { return send(); }',
  fentry: 'SEC("fentry/vfs_read") int BPF_PROG(on_read) { return send(); }',
  fexit: 'SEC("fexit/vfs_read") int BPF_PROG(on_read) { return send(); }',
  tp_btf: 'SEC("tp_btf/sched_process_exec") int BPF_PROG(on_exec) { return send(); }',
  ksyscall: 'SEC("ksyscall/openat") int BPF_KSYSCALL(on_open, int folder) { return folder ? send() : 0; }',
};

function probe(text: string, attach: Record<string, string> = {}): Probe {
  return {
    files: [{ name: 'probe.bpf.c', text: HEAD + text }],
    flags: [],
    params: {},
    attach,
    limits: { seconds: 60, events: 0, cpus: 0 },
    mapInterval: 500,
  };
}

for (const kernel of Object.keys(KERNEL_SUITES) as KernelName[]) {
  describe(`a remote host with kernel ${kernel}`, () => {
    let stack: Stack;
    let client: Client;
    let guest: Guest;
    let host: string;

    before(async () => {
      stack = await startStack();
      client = await connect(stack);
      guest = await bootGuest({ kernel, name: `remote-${kernel.replace('.', '-')}` });
      // The cable between network namespaces is a module here.
      const prepared = await guest.exec('modprobe veth');
      assert.equal(prepared.code, 0, prepared.stderr);
      host = await joinHub(stack, guest);
    }, BOOT);
    after(async () => {
      client?.close();
      await guest?.close();
      await stack?.close();
    }, RUN);

    test('is shown with its own kernel', RUN, async () => {
      const news = (event: BrowserEvent) =>
        event.type === 'hosts' &&
        event.hosts.some((candidate) => candidate.facts?.kernel === guest.kernelRelease);
      await client.event(news, 60_000);
    });

    for (const [hook, text] of Object.entries(HOOKS)) {
      test(`runs a ${hook} program and sends typed events`, RUN, async () => {
        const first = await firstEvents(client, host, probe(text), () =>
          guest.exec(['cat', '/etc/hostname']),
        );
        assert.ok(first.pid > 0);
        assert.match(first.comm, /^[\x20-\x7e]{1,15}$/);
      });
    }

    test('prints what an iterator program writes', RUN, async () => {
      const text = `SEC("iter/task") int dump(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (task)
		BPF_SEQ_PRINTF(context->meta->seq, "task %d %s\\n", task->pid, task->comm);
	return 0;
}`;
      const { frames } = await startAndCollect(
        client,
        host,
        probe(text),
        (frame) => frame.header.kind === 'text',
      );
      const decoded = new TextDecoder().decode(frames[0]?.payload);
      assert.match(decoded, /^task 1 /m);
    });

    test('refuses an LSM program under the default policy, and says so', RUN, async () => {
      const text = 'SEC("lsm/file_open") int BPF_PROG(on_open) { return send(); }';
      const run = await client.request('run.start', { hosts: [host], name: 'lsm', probe: probe(text) });
      const ended = await ending(client, run.id);
      assert.equal(ended.reason, 'policy');
      assert.match(ended.error?.remedy ?? '', /policy/);
    });
    for (const expectation of EXPECTATIONS) {
      test(`${expectation.template} shows what its workload did`, RUN, async () => {
        await runTemplate({
          ...{ expectation, machine: guest, probeMachine: localMachine },
          options: ['--hub', stack.url, '--host', guest.name],
          timeoutMs: RUN.timeout,
        });
      });
    }

    describe('whose policy names targets', () => {
      let place: Place;
      const name = `named-${kernel.replace('.', '-')}`;

      before(async () => {
        place = await preparePlace(guest, kernel);
        await guest.writeFile('/tmp/policy.json', policyFor(place));
        await joinHub(stack, guest, { name, policy: '/tmp/policy.json' });
      }, BOOT);

      for (const kind of ATTACH_KINDS) {
        test(`${kind.name}: what happens at the target comes out as rows`, RUN, async () => {
          await runAttachKind({
            ...{ kind, place, machine: guest, probeMachine: localMachine },
            ...{ options: ['--hub', stack.url, '--host', name], timeoutMs: RUN.timeout },
          });
        });
      }
    });
  });
}

/** The target, a cgroup, and the kernel's configuration where Debian's package would have put it. */
async function preparePlace(guest: Guest, kernel: KernelName): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'probepad-place-'));
  const place = { cgroup: '/sys/fs/cgroup/pp-attach', target: '/tmp/target' };
  await buildTarget(join(folder, 'target'));
  await guest.writeFile(place.target, readFileSync(join(folder, 'target')));
  rmSync(folder, { recursive: true });
  const prepared = await guest.exec(`chmod 755 ${place.target} && mkdir -p ${place.cgroup} /boot`);
  assert.equal(prepared.code, 0, prepared.stderr);
  const { configuration } = await fetchKernel(kernel);
  await guest.writeFile(`/boot/config-${guest.kernelRelease}`, readFileSync(configuration));
  return place;
}

async function ending(client: Client, run: string) {
  const event = await client.event(
    (candidate) =>
      candidate.type === 'run.status' && candidate.status.run === run && candidate.status.state === 'ended',
    120_000,
  );
  assert.ok(event.type === 'run.status');
  return event.status;
}

/** Starts a run, waits until it runs, calls `stir` until a frame is accepted, stops it. */
async function startAndCollect(
  client: Client,
  host: string,
  what: Probe,
  accept: (frame: Frame) => boolean,
  stir?: () => Promise<unknown>,
) {
  const frames: Frame[] = [];
  let arrived: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let stream = -1;
  client.onFrame((frame) => {
    if (frame.header.stream !== stream || !accept(frame)) return;
    frames.push({ header: frame.header, payload: frame.payload.slice() });
    arrived();
  });
  const run = await client.request('run.start', { hosts: [host], name: 'guest test', probe: what });
  stream = run.statuses[0]?.stream ?? -1;
  await client.request('run.watch', { run: run.id });
  const state = await client.event(
    (event) =>
      event.type === 'run.status' &&
      event.status.run === run.id &&
      (event.status.state === 'running' || event.status.state === 'ended'),
    120_000,
  );
  assert.ok(state.type === 'run.status');
  assert.equal(state.status.state, 'running', JSON.stringify(state.status));
  await stir?.();
  await first;
  await client.request('run.stop', { run: run.id });
  const ended = await ending(client, run.id);
  // An iterator that is read once is over by itself.
  assert.equal(ended.reason, frames[0]?.header.kind === 'text' ? 'completed' : 'stopped');
  const schema = await client.event((event) => event.type === 'run.schema' && event.stream === stream);
  assert.ok(schema.type === 'run.schema');
  return { frames, decoder: createDecoder(schema.schema) };
}

async function firstEvents(client: Client, host: string, what: Probe, stir: () => Promise<unknown>) {
  const accept = (frame: Frame): boolean => frame.header.kind === 'events';
  const { frames, decoder } = await startAndCollect(client, host, what, accept, stir);
  const [batch] = decoder.records(frames[0] as Frame);
  const column = (name: string) => batch?.columns.find((candidate) => candidate.leaf.name === name)?.get(0);
  return { pid: Number(column('pid')), comm: String(column('comm')) };
}
