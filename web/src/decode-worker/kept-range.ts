import type { TimeRange } from '../session/time-axis.ts';
import type { Unkept } from '../session/unkept.ts';
import type { Moments } from './store/moments.ts';
import type { Stream } from './stream.ts';

/** What is kept of a source on one host. */
interface Keeper {
  stream: Stream;
  past: Moments;
}

/** From when to when any host has something, in seconds on the page's clock; undefined while there is nothing. */
export function keptOf(all: readonly Keeper[]): TimeRange | undefined {
  const ends = all.flatMap(({ stream, past }) => {
    const { oldest, newest } = past;
    return oldest === undefined || newest === undefined
      ? []
      : [{ from: oldest + stream.clock.offset, to: newest + stream.clock.offset }];
  });
  if (ends.length === 0) return undefined;
  return {
    from: Math.min(...ends.map(({ from }) => from)),
    to: Math.max(...ends.map(({ to }) => to)),
  };
}

/** Hosts that have nothing as old as a moment; undefined where all have. */
export function unkeptOf(missing: readonly Keeper[]): Unkept | undefined {
  if (missing.length === 0) return undefined;
  return {
    hosts: missing.map(({ stream }) => stream.hostName),
    from: Math.max(...missing.map(({ stream, past }) => (past.oldest ?? 0) + stream.clock.offset)),
  };
}
