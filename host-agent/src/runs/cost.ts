import type { CostReport } from '@probepad/protocol/control/cost';
import { ProbepadFailure, probepadError } from '@probepad/protocol/errors';
import { MESSAGE_MAX } from '@probepad/protocol/limits';
import type { Run, RunListener } from './run.ts';
import type { Round, Workload } from './workload.ts';

/** With the probe and without it in turn, so that a machine that gets busier does so for both. */
const ROUNDS = 4;

/**
 * Measures what a probe costs others: attaches it several times, and does the same work with it and without.
 * @param start starts the probe anew with this listener; its records are read and thrown away
 * @throws ProbepadFailure what keeps the probe from running
 */
export async function measureCost(
  start: (listener: RunListener) => Run,
  workload: Workload,
): Promise<CostReport> {
  const without: Round[] = [];
  const during: Round[] = [];
  // The first one finds out how often each operation fits into a batch.
  await workload.round();
  for (let turn = 0; turn < ROUNDS; turn++) {
    without.push(await workload.round());
    during.push(await attached(start, () => workload.round()));
  }
  return reportOf(without, during);
}

async function attached<T>(start: (listener: RunListener) => Run, act: () => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const run = start({
    status: (_run, { state }) => {
      if (state === 'running' || state === 'ended') resolve();
    },
    schema() {},
    counts() {},
    data({ outbox }) {
      while (outbox.take(MESSAGE_MAX) !== undefined);
    },
  });
  try {
    await promise;
    throwIfEnded(run);
    const result = await act();
    throwIfEnded(run);
    return result;
  } finally {
    run.stop('stopped');
    await run.ended;
  }
}

/** A probe that did not last as long as it was measured. */
function throwIfEnded({ status }: Run): void {
  if (status.state !== 'ended') return;
  throw new ProbepadFailure(
    status.error ?? probepadError('run_ended', `measuring: the run ended (${status.reason ?? 'unknown'})`),
  );
}

/**
 * From batches to one figure an operation: the lower quartile of each round's batches, since whatever else a machine does makes some of
 * them slower and none faster, and of the rounds their median. A probe has added something when every round with it was slower than
 * each without, which chance does once in seventy times.
 */
export function reportOf(without: readonly Round[], during: readonly Round[]): CostReport {
  const names = [...(without[0]?.keys() ?? [])];
  const operations = names.flatMap((name) => {
    const before = figuresOf(without, name);
    const after = figuresOf(during, name);
    const slowest = before.at(-1);
    const fastest = after[0];
    if (slowest === undefined || fastest === undefined) return [];
    const added = fastest > slowest ? quantile(after, 0.5) - quantile(before, 0.5) : 0;
    return [{ name, without: quantile(before, 0.5), with: quantile(after, 0.5), added }];
  });
  return { operations, rounds: during.length };
}

/** One for each round that has the operation, smallest first. */
function figuresOf(rounds: readonly Round[], name: string): number[] {
  return rounds
    .flatMap((round) => {
      const batches = round.get(name) ?? [];
      return batches.length === 0
        ? []
        : [
            quantile(
              batches.toSorted((a, b) => a - b),
              0.25,
            ),
          ];
    })
    .sort((a, b) => a - b);
}

/** Of sorted values. */
function quantile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
}
