import type { RunCounts, SourceCounts } from '@probepad/protocol/control/run';
import type { LoaderMessage } from '@probepad/protocol/loader';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { OutboxCounts } from '../sources/outbox.ts';

type LoaderCounts = Extract<LoaderMessage, { type: 'counts' }>;

/**
 * A run's counters as they are sent: `produced` is the sum of the others by construction, so records that wait in the agent's
 * queue are not counted yet.
 */
export function runCountsOf(
  stream: number,
  schema: ProbeSchema,
  outbox: ReadonlyMap<number, Readonly<OutboxCounts>>,
  loader: LoaderCounts | undefined,
  withPrograms: boolean,
): RunCounts {
  const sources: Record<string, SourceCounts> = {};
  for (const source of schema.sources) {
    const counts = outbox.get(source.id);
    const told = loader?.sources.find((candidate) => candidate.id === source.id);
    const kernel = Math.max(counts?.lost ?? 0, Number(told?.lost ?? 0));
    const delivered = counts?.delivered ?? 0;
    const agent = counts?.dropped ?? 0;
    sources[source.name] = {
      produced: delivered + kernel + agent,
      delivered,
      dropped: { kernel, agent, hub: 0, viewer: 0 },
    };
  }
  if (!withPrograms || loader === undefined) return { stream, sources };
  const programs = loader.programs.map((program) => ({
    name: program.name,
    runCount: Number(program.run_count),
    runTimeNs: Number(program.run_time_ns),
  }));
  return { stream, sources, programs };
}
