import { useEffect, useState } from 'react';
import { isUnfinished } from '../session/aggregates.ts';
import type { SourceRef } from '../session/decoder.ts';
import { noteKept, shownRange, type TimeRange, useTimeAxis } from '../session/time-axis.ts';
import { useLive } from './use-live.ts';

/** Views that follow the time are drawn anew so often, in milliseconds: their points are a second apart. */
const TICK = 1000;
/** While the answer is not whole. */
const SOON = 100;
/** While they stand still: names may have come, and the worker goes on counting what somebody asks for. */
export const STILL = 5000;

/**
 * The answer to a question about what the time axis shows: while it follows asked again each second, for silence is drawn as well;
 * while it is held seldom, for it tells the same then but for names that come later. What is not whole is asked for again soon.
 * @param ask gets the range, and undefined in place of it while the axis follows: some views show all that is kept then
 */
export function useOverTime<T extends { kept?: TimeRange | undefined } | readonly unknown[]>(
  source: SourceRef,
  question: string,
  live: boolean,
  ask: (range: TimeRange, held: TimeRange | undefined) => Promise<T>,
): T | undefined {
  const held = useTimeAxis((state) => state.held);
  const span = useTimeAxis((state) => state.span);
  const [unfinished, setUnfinished] = useState(false);
  // What has ended may still be on its way to the worker: then each change counts.
  const follows = live && held === undefined;
  const answer = useLive(
    source,
    `${question} ${held ? `${held.from} ${held.to}` : span}`,
    () => ask(shownRange(useTimeAxis.getState()), held),
    { every: unfinished ? SOON : follows ? TICK : STILL, clockOnly: live },
  );
  const kept = answer && 'kept' in answer ? answer.kept : undefined;
  useEffect(() => setUnfinished(isUnfinished(answer)), [answer]);
  useNoteKept(kept);
  return answer;
}

/** Tells the axis of what a view has something: so far it can be moved back. */
export function useNoteKept(kept: TimeRange | undefined): void {
  useEffect(() => {
    if (kept) noteKept(kept);
  }, [kept]);
}

/** The moment that views of one moment show while the run's time is held, in seconds on the page's clock: the end of what charts show. */
export function useHeldMoment(run: string): number | undefined {
  return useTimeAxis((axis) => (axis.run === run ? axis.held?.to : undefined));
}
