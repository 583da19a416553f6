import type { RunCounts } from '@probepad/protocol/control/run';

/** What one program costs its host, over the last seconds. */
export interface ProgramCost {
  runsPerSecond: number;
  /** Of one run, mean; undefined while none ran. */
  nanoseconds: number | undefined;
  /** Share of one CPU, 1 is all of it. */
  cpu: number;
}

export interface CostSample {
  /** Milliseconds. */
  at: number;
  programs: NonNullable<RunCounts['programs']>;
}

/** Milliseconds that a cost is the mean of: the kernel's numbers come twice a second, and the same ones may come again. */
const WINDOW = 3000;

/** The samples that a cost is told from, with `next` among them; none when statistics are off. */
export function keepSamples(before: readonly CostSample[], next: RunCounts, at: number): CostSample[] {
  const { programs } = next;
  return programs ? [...before.filter((sample) => at - sample.at <= WINDOW), { at, programs }] : [];
}

/** Costs by program name; empty until there are two samples. */
export function costsOf(samples: readonly CostSample[]): Record<string, ProgramCost> {
  const first = samples[0];
  const last = samples.at(-1);
  const seconds = first && last ? (last.at - first.at) / 1000 : 0;
  if (!first || !last || seconds <= 0) return {};
  return Object.fromEntries(
    last.programs.map(({ name, runCount, runTimeNs }) => {
      const before = first.programs.find((program) => program.name === name);
      const runs = Math.max(0, runCount - (before?.runCount ?? 0));
      const time = Math.max(0, runTimeNs - (before?.runTimeNs ?? 0));
      const cost: ProgramCost = {
        runsPerSecond: runs / seconds,
        nanoseconds: runs > 0 ? time / runs : runCount > 0 ? runTimeNs / runCount : undefined,
        cpu: time / 1e9 / seconds,
      };
      return [name, cost];
    }),
  );
}
