import type { TableSettings } from '@probepad/protocol/control/snippet';
import { type RefObject, useEffect, useState } from 'react';
import type { RowWindow, SourceRef } from '../../session/decoder.ts';
import { theDecoder } from '../../session/session.ts';
import { followTime, openTimeAxis, pauseTime, type TimeRange, useTimeAxis } from '../../session/time-axis.ts';
import { useAnswers } from '../use-live.ts';
import { type RowsInView, useRowsInView } from './use-rows-in-view.ts';

export interface EventRowsState {
  window: RowWindow | undefined;
  view: RowsInView;
  /** The run's time axis is held, and the rows with it. */
  paused: boolean;
  /** Rows don't move: paused, sorted, scrolled down or one of them chosen. */
  still: boolean;
  /** Rows that came since they were held. */
  fresh: number;
  /** The seconds that the time axis shows, while it is held. */
  range: TimeRange | undefined;
  hold(): void;
  /** Goes on with the newest rows. */
  release(): void;
  togglePause(): void;
}

/** The rows of an event source that are in sight, and whether they follow the newest. */
export function useEventRows(
  scroller: RefObject<HTMLDivElement | null>,
  source: SourceRef,
  live: boolean,
  { filter = '', sort, group }: TableSettings,
  { chosen, ranged }: { chosen: boolean; ranged: boolean },
): EventRowsState {
  const { run } = source;
  const [held, setHeld] = useState<number>();
  const [window, setWindow] = useState<RowWindow>();
  const view = useRowsInView(scroller, window?.total ?? 0);
  const range = useTimeAxis((axis) => (axis.run === run ? axis.held : undefined));
  const paused = range !== undefined;
  const between = ranged ? range : undefined;
  const { ask, place, rowHeight } = view;
  const { offset, limit } = ask;

  useEffect(() => openTimeAxis(run, live), [run, live]);

  useAnswers(
    source,
    JSON.stringify([held, offset, limit, filter, sort, group, between]),
    () => theDecoder().rows({ ...source, head: held, offset, limit, filter, sort, group, between }),
    setWindow,
    { atOnce: true },
  );

  const head = window?.head;
  useEffect(() => {
    if (paused) setHeld((before) => before ?? head);
  }, [paused, head]);

  const order = JSON.stringify([sort, group]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order begins at its top, with the newest
  useEffect(() => {
    view.toTop();
    if (useTimeAxis.getState().held === undefined) setHeld(undefined);
  }, [order]);

  const sorted = sort !== undefined && group === undefined;
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = (): void => {
      if (place.y > rowHeight / 2) setHeld((before) => before ?? head);
      else if (!paused && !chosen && !sorted) setHeld(undefined);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [scroller, place, rowHeight, head, paused, chosen, sorted]);

  const hold = (): void => setHeld((before) => before ?? head);
  const release = (): void => {
    if (paused) followTime();
    // Sorted rows follow nothing: those that are there now are sorted.
    setHeld(sorted ? window?.latest : undefined);
    view.toTop();
  };
  const isStill = held !== undefined || (sorted && window !== undefined);
  return {
    window,
    view,
    paused,
    still: paused || isStill,
    fresh: window && isStill ? window.latest - window.head : 0,
    range,
    hold,
    release,
    togglePause() {
      if (paused || held !== undefined) release();
      else {
        pauseTime();
        hold();
      }
    },
  };
}
