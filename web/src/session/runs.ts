import type { Run } from '@probepad/protocol/control/browser';
import type { RunCounts, RunStatus, SourceCounts } from '@probepad/protocol/control/run';
import type { ProbepadError } from '@probepad/protocol/errors';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { create } from 'zustand';
import { type CostSample, costsOf, keepSamples, type ProgramCost } from './program-costs.ts';
import { type RateSample, type Rates, ratesOf } from './rates.ts';

/** Everything this page knows of one run. Events may come before the reply that names the run. */
export interface RunView {
  id: string;
  info: Run | undefined;
  /** By host id. */
  statuses: Record<string, RunStatus>;
  schemas: Record<string, ProbeSchema>;
  counts: Record<string, RunCounts>;
  /** Events a second by source, over all hosts. */
  rates: Rates;
  /** What each program costs, by host id and name; empty while nobody asks. */
  costs: Record<string, Record<string, ProgramCost>>;
}

interface Runs {
  runs: Record<string, RunView>;
  /** A request to start is under way: no run id yet. */
  starting: boolean;
  /** Why the last start came to nothing. */
  error: ProbepadError | undefined;
}

export const useRuns = create<Runs>(() => ({ runs: {}, starting: false, error: undefined }));

function emptyRun(id: string): RunView {
  return { id, info: undefined, statuses: {}, schemas: {}, counts: {}, rates: {}, costs: {} };
}

function change(id: string, update: (run: RunView) => RunView): void {
  useRuns.setState(({ runs }) => ({ runs: { ...runs, [id]: update(runs[id] ?? emptyRun(id)) } }));
}

/** Takes over what the reply to a start says; the end of a host that refused at once has come before it, and stays. */
export function putStarted(info: Run): void {
  change(info.id, (run) => ({
    ...run,
    info,
    statuses: {
      ...Object.fromEntries(info.statuses.map((status) => [status.host, status])),
      ...run.statuses,
    },
  }));
}

/**
 * Takes over what the reply to a watch says. Events before it were of a run that was not watched: in short form, or missed
 * while there was no connection.
 */
export function putWatched(info: Run): void {
  change(info.id, (run) => ({
    ...run,
    info,
    statuses: Object.fromEntries(info.statuses.map((status) => [status.host, status])),
  }));
}

export function putStatus(status: RunStatus): void {
  change(status.run, (run) => ({ ...run, statuses: { ...run.statuses, [status.host]: status } }));
}

export function putSchema(id: string, host: string, schema: ProbeSchema): void {
  change(id, (run) => ({ ...run, schemas: { ...run.schemas, [host]: schema } }));
}

const samples = new Map<string, RateSample>();
const costSamples = new Map<string, CostSample[]>();

/** `at` in milliseconds, any clock that only grows. */
export function putCounts(id: string, host: string, counts: RunCounts, at: number): void {
  const key = `${id}\n${host}`;
  const next = ratesOf(samples.get(key), counts.sources, at);
  samples.set(key, next);
  const kept = keepSamples(costSamples.get(key) ?? [], counts, at);
  costSamples.set(key, kept);
  change(id, (run) => {
    const all = { ...run.counts, [host]: counts };
    const rates: Rates = {};
    for (const name of Object.keys(all)) {
      for (const [source, rate] of Object.entries(samples.get(`${id}\n${name}`)?.rates ?? {})) {
        rates[source] = (rates[source] ?? 0) + rate;
      }
    }
    return { ...run, counts: all, rates, costs: { ...run.costs, [host]: costsOf(kept) } };
  });
}

/** Forgets every run but one. */
export function keepOnly(id: string | undefined): void {
  for (const kept of [samples, costSamples]) {
    for (const key of kept.keys()) if (!key.startsWith(`${id}\n`)) kept.delete(key);
  }
  useRuns.setState(({ runs }) => {
    const run = id === undefined ? undefined : runs[id];
    return { runs: run ? { [run.id]: run } : {} };
  });
}

/** Whether the run still goes on at any host. */
export function isLive(run: RunView | undefined): boolean {
  if (!run) return false;
  const statuses = Object.values(run.statuses);
  if (statuses.length === 0) return run.info?.ended === undefined;
  return statuses.some((status) => status.state !== 'ended');
}

/** The sources of a run over all hosts, by name, in the schema's order. */
export function sourcesOf(run: RunView): Source[] {
  const byName = new Map<string, Source>();
  for (const schema of Object.values(run.schemas)) {
    for (const source of schema.sources) if (!byName.has(source.name)) byName.set(source.name, source);
  }
  return [...byName.values()];
}

/** The schema of the first host that has this source. */
export function schemaOf(run: RunView, source: string): ProbeSchema | undefined {
  return Object.values(run.schemas).find((schema) => schema.sources.some(({ name }) => name === source));
}

/** Whether a source gives records one after another, whose counts are events; maps and globals are read again and again. */
export function streams(kind: Source['kind']): boolean {
  return kind === 'events' || kind === 'trace' || kind === 'text';
}

const NO_COUNTS: SourceCounts = {
  produced: 0,
  delivered: 0,
  dropped: { kernel: 0, agent: 0, hub: 0, viewer: 0 },
};

/** A source's counts, summed over the hosts (or of one host). */
export function countsOf(run: RunView, source: string, host?: string): SourceCounts {
  const all = Object.entries(run.counts)
    .filter(([id]) => host === undefined || id === host)
    .map(([, counts]) => counts.sources[source] ?? NO_COUNTS);
  return all.reduce(
    (sum, each) => ({
      produced: sum.produced + each.produced,
      delivered: sum.delivered + each.delivered,
      dropped: {
        kernel: sum.dropped.kernel + each.dropped.kernel,
        agent: sum.dropped.agent + each.dropped.agent,
        hub: sum.dropped.hub + each.dropped.hub,
        viewer: sum.dropped.viewer + each.dropped.viewer,
      },
    }),
    NO_COUNTS,
  );
}

/** Records dropped anywhere. */
export function droppedOf(counts: SourceCounts): number {
  const { kernel, agent, hub, viewer } = counts.dropped;
  return kernel + agent + hub + viewer;
}
