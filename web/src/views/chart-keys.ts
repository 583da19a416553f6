import type { KeyboardEvent } from 'react';
import { followTime, pressTimeKey, seekMoment, useTimeAxis } from '../session/time-axis.ts';

/**
 * Keys that any chart takes: those of the time axis, and Shift with an arrow for the cursor, Enter for the rows of its moment. Escape follows again where it is held.
 * @param stepEnd where what the chart tells of at a moment ends, where its points are of more than a moment
 */
export function pressChartKey(
  event: KeyboardEvent,
  moveCursor: (by: number) => void,
  stepEnd: (moment: number) => number = (moment) => moment,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const by = event.shiftKey ? { ArrowLeft: -1, ArrowRight: 1 }[event.key] : undefined;
  if (by !== undefined) moveCursor(by);
  else if (event.key === 'Enter') {
    const { cursor } = useTimeAxis.getState();
    if (cursor === undefined) return;
    seekMoment(cursor, stepEnd(cursor));
  } else if (event.key === 'Escape') {
    const { held, cursor } = useTimeAxis.getState();
    if (!held && cursor === undefined) return;
    followTime();
    event.stopPropagation();
  } else if (!pressTimeKey(event.key)) return;
  event.preventDefault();
}
