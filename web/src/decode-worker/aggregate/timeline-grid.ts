import type { SeriesQuery } from '../../session/aggregates.ts';
import type { TimeRange } from '../../session/time-axis.ts';
import { stepFor } from './steps.ts';
import { type Cell, COARSE_SECONDS, FINE_SECONDS, type Timeline } from './timeline.ts';

/** The timelines of a source's hosts on the page's clock, in whole steps. */

/** One host's share of a source's events. */
export interface HostTimeline {
  host: string;
  hostName: string;
  timeline: Pick<Timeline, 'cells' | 'first'>;
  /** A key of the timeline as text; asks the host for a name of what is shown so. Absent: keys are texts. */
  labelOf?: ((key: string) => string) | undefined;
  /** Seconds from the host's clock to the page's. */
  offset: number;
}

/** What the timelines of a source are shown as: its name, and what units its numbers have. */
export interface TimelineSubject {
  name: string;
  /** What is counted: `events`, `lines`. */
  counted: string;
  /** Of the measure, empty without one. */
  unit: string;
}

/** Events take a moment to come: the newest second is not full yet. */
const LATE_SECONDS = 1;

/** A host, empty where all are one. */
export interface Owner {
  host: string;
  hostName: string;
}

/** The time that a question is about, in whole steps; `to` is not of it. */
export interface Grid {
  from: number;
  to: number;
  step: number;
}

export function keptOf(hosts: readonly HostTimeline[], now: number): TimeRange | undefined {
  const starts = hosts.flatMap(({ timeline, offset }) =>
    timeline.first === undefined ? [] : [timeline.first + shiftOf(offset)],
  );
  return starts.length === 0 ? undefined : { from: Math.min(...starts), to: Math.floor(now) - LATE_SECONDS };
}

export function gridFor(range: TimeRange | undefined, kept: TimeRange, points: number): Grid {
  const from = Math.max(range?.from ?? kept.from, kept.from);
  const to = Math.min(range?.to ?? kept.to, kept.to);
  const least = from < kept.to - FINE_SECONDS ? COARSE_SECONDS : 1;
  const step = Math.max(least, stepFor(Math.max(1, (range?.to ?? to) - (range?.from ?? from)), points));
  return { from: Math.floor(from / step) * step, to: Math.floor(to / step) * step, step };
}

/** The same for what is added up over all of it: a whole step at its end would leave out the newest seconds. */
export function spanFor(range: TimeRange | undefined, kept: TimeRange): Grid {
  const grid = gridFor(range, kept, Number.POSITIVE_INFINITY);
  return { ...grid, to: Math.floor(Math.min(range?.to ?? kept.to, kept.to)) };
}

/** From a host's second to that of the page: rounded up, so that a step is only shown when it is full on both clocks. */
function shiftOf(offset: number): number {
  return Math.ceil(offset);
}

/** Seconds by which what a host has counted is shown after it came. */
export function latenessOf({ offset }: HostTimeline): number {
  return shiftOf(offset) - offset;
}

/** Visits what the cells within the grid hold, host by host, with the moment on the page's clock. */
export function forEachCell(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  { from, to }: Grid,
  visit: (owner: Owner, cell: Cell, moment: number) => void,
): void {
  for (const { host, hostName, timeline, offset } of hosts) {
    const shift = shiftOf(offset);
    const owner = (together ?? 'apart') === 'apart' ? { host, hostName } : { host: '', hostName: '' };
    for (const cell of timeline.cells()) {
      const moment = cell.second + shift;
      if (moment >= from && moment < to) visit(owner, cell, moment);
    }
  }
}
