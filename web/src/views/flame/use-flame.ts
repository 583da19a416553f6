import type { SourceRef } from '../../session/decoder.ts';
import type { FlameGraph, FlameQuery } from '../../session/flame.ts';
import { theDecoder } from '../../session/session.ts';
import { shownRange, type TimeRange, useTimeAxis } from '../../session/time-axis.ts';
import { useLive } from '../use-live.ts';
import { STILL, useNoteKept } from '../use-shown-range.ts';

/** What a graph is compared with: the same length of time before, what was kept, or a host (its id). */
export type Against = 'before' | 'baseline' | { host: string } | undefined;

export interface FlameQuestion extends Omit<FlameQuery, 'run' | 'source' | 'range' | 'against'> {
  compare: Against;
}

/** Asked again so often while the time goes on, in ms. */
const TICK = 1000;

/**
 * The stacks of what the time axis shows, once a second while it follows; names of functions may come while it stands still.
 * @param kept counts baselines that were kept: what there is to compare with is another then
 */
export function useFlame(
  source: SourceRef,
  question: FlameQuestion,
  live: boolean,
  kept: number,
): FlameGraph | undefined {
  const held = useTimeAxis((state) => state.held);
  const span = useTimeAxis((state) => state.span);
  const follows = live && held === undefined;
  const graph = useLive(
    source,
    `flame ${kept} ${JSON.stringify(question)} ${held ? `${held.from} ${held.to}` : span}`,
    () => theDecoder().flame(queryOf(source, question)),
    { every: follows ? TICK : STILL, clockOnly: live },
  );
  useNoteKept(graph?.kept);
  return graph;
}

/** What is shown now, as a question. */
export function queryOf(source: SourceRef, { compare, ...question }: FlameQuestion): FlameQuery {
  const range = shownRange(useTimeAxis.getState());
  return { ...source, ...question, range, against: againstOf(compare, range) };
}

function againstOf(compare: Against, range: TimeRange): FlameQuery['against'] {
  return compare === 'before' ? { from: range.from - (range.to - range.from), to: range.from } : compare;
}
