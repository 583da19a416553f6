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
  told: { loader: LoaderCounts | undefined; showPrograms: boolean; cpus: number | undefined },
): RunCounts {
  const { loader, showPrograms, cpus } = told;
  const sources: Record<string, SourceCounts> = {};
  for (const source of schema.sources) {
    const counts = outbox.get(source.id);
    const lost = loader?.sources.find((candidate) => candidate.id === source.id)?.lost ?? 0;
    const kernel = Math.max(counts?.lost ?? 0, Number(lost));
    const delivered = counts?.delivered ?? 0;
    const agent = counts?.dropped ?? 0;
    sources[source.name] = {
      produced: delivered + kernel + agent,
      delivered,
      dropped: { kernel, agent, hub: 0, viewer: 0 },
    };
  }
  const whole: RunCounts = { stream, sources, ...(cpus === undefined ? {} : { cpus }) };
  if (!showPrograms || loader === undefined) return whole;
  const programs = loader.programs.map((program) => ({
    name: program.name,
    runCount: Number(program.run_count),
    runTimeNs: Number(program.run_time_ns),
  }));
  return { ...whole, programs };
}
