import type { SourceCounts } from '@probepad/protocol/control/run';

/** Events a second by source name. */
export type Rates = Record<string, number>;

export interface RateSample {
  /** Milliseconds. */
  at: number;
  produced: Record<string, number>;
  rates: Rates;
}

/** The rate of each source since the sample before; the first sample has none. */
export function ratesOf(
  before: RateSample | undefined,
  sources: Record<string, SourceCounts>,
  at: number,
): RateSample {
  const produced = Object.fromEntries(
    Object.entries(sources).map(([name, counts]) => [name, counts.produced]),
  );
  const seconds = before ? (at - before.at) / 1000 : 0;
  const rates: Rates = {};
  for (const [name, total] of Object.entries(produced)) {
    const grown = total - (before?.produced[name] ?? 0);
    rates[name] = seconds > 0 ? Math.max(0, grown / seconds) : 0;
  }
  return { at, produced, rates };
}
