/** Runs one way of attaching on a machine and checks the rows that come of it. */
import assert from 'node:assert/strict';
import { inRepository } from '../../scripts/repository.mjs';
import { checkEnd } from '../templates/lines.ts';
import { type CommandMachine, runProbe } from '../templates/probe-run.ts';
import { layCable } from '../templates/veth.ts';
import type { AttachKind, Place } from './kinds.ts';

export interface AttachRun {
  kind: AttachKind;
  /** Where the kernel is that it is attached to. */
  machine: CommandMachine;
  /** Where `probepad run` is started: the same, or this one with a hub between. */
  probeMachine: CommandMachine;
  place: Place;
  /** `--policy PATH`, or `--hub URL --host NAME`. */
  options: string[];
  timeoutMs: number;
}

/** A policy that allows what the kinds need beyond the default. */
export function policyFor({ cgroup }: Pick<Place, 'cgroup'>): string {
  const programTypes = [
    ...['tracepoint', 'kprobe', 'perf_event', 'sched_cls', 'xdp', 'socket_filter', 'cgroup_skb', 'lsm'],
  ];
  return JSON.stringify({ programTypes, interfaces: ['veth-pp'], cgroups: [cgroup] });
}

/** Sends 20 datagrams of 8 bytes to port 9 of an address. */
const SEND = inRepository('bpf-templates/xdp-count/workload');

export async function runAttachKind(run: AttachRun): Promise<void> {
  const { kind, place } = run;
  const common = {
    arguments: [
      inRepository('test/attach/probes', `${kind.probe}.bpf.c`),
      ...kind.attach(place).flatMap((target) => ['--attach', target]),
      ...run.options,
    ],
    ...{ machine: run.probeMachine, workloadMachine: run.machine, timeoutMs: run.timeoutMs },
    check: kind.check,
  };
  const result =
    kind.workload === 'cable' ? await onCable() : await runProbe({ ...common, workload: workload() });
  assert.equal(result.code, 0, result.stderr);
  checkEnd(result.lines);

  function workload(): string[] {
    if (typeof kind.workload === 'function') return kind.workload(place);
    return ['sh', '-c', `echo $$ >${place.cgroup}/cgroup.procs && exec ${SEND} 127.0.0.1`];
  }

  async function onCable(): ReturnType<typeof runProbe> {
    await using cable = await layCable(run.machine, run.probeMachine === run.machine);
    return await runProbe({
      ...{ ...common, probePrefix: cable.receiver },
      workload: [...cable.sender, SEND, cable.address],
    });
  }
}
