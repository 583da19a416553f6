import type { Probe, RunStatus } from '@probepad/protocol/control/run';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';

export const PROBE: Probe = {
  files: [{ name: 'a.bpf.c', text: 'int x;' }],
  flags: [],
  params: {},
  attach: {},
  limits: { seconds: 0, events: 0, cpus: 0 },
  mapInterval: 1000,
};

const source = (id: number, name: string, kind: Source['kind']): Source => ({
  id,
  name,
  kind,
  mapType: kind === 'events' ? 'ringbuf' : 'hash',
  keySize: 4,
  valueSize: 8,
  maxEntries: 1,
  perCpu: false,
  records: [],
  recordsFrom: 'unknown',
  writable: false,
});

/** Source 0 is the ring buffer `events`, source 1 the map `counts`. */
export const SCHEMA: ProbeSchema = {
  version: 1,
  license: 'GPL',
  programs: [],
  sources: [source(0, 'events', 'events'), source(1, 'counts', 'map')],
  params: [],
  types: [],
  lostSites: [],
};

/** The status of one host of a run as its agent would tell it. */
export function statusOf(run: { id: string; statuses: RunStatus[] }, more: Partial<RunStatus>): RunStatus {
  const first = run.statuses[0];
  if (first === undefined) throw new Error('the run has no host');
  return { ...first, ...more };
}
