import { create } from 'zustand';

/** The one time axis of the run on screen: what all its views show, and the moment that is looked at. */

/** Seconds since 1970 on this page's clock, on which the worker puts every host. */
export interface TimeRange {
  from: number;
  to: number;
}

export interface TimeAxis {
  /** The run that the axis is of. */
  run: string | undefined;
  /** Whether new moments still come. */
  live: boolean;
  /** What is shown while nothing moves; undefined: the newest `span` seconds are followed. */
  held: TimeRange | undefined;
  /** Seconds that are shown while following. */
  span: number;
  /** The moment under the pointer or the keyboard's cursor, in whichever view. */
  cursor: number | undefined;
  /** The moment whose rows somebody asked for on a chart, and the end of the step that the chart tells of there; each request is another object. */
  sought: { moment: number; until: number } | undefined;
  /** Oldest and newest moment that any view has something of. */
  kept: TimeRange | undefined;
}

export const SPAN_DEFAULT = 300;
/** While little has happened yet the axis is not stretched to its whole span, but never shows less than this. */
export const SPAN_LEAST = 30;
const SPAN_MIN = 1;
const SPAN_MAX = 24 * 3600;
/** Part of what is shown that a step of an arrow key moves by, and factor of a step of zoom. */
const PAN_STEP = 0.25;
const ZOOM_STEP = 2;

const FRESH = { held: undefined, cursor: undefined, sought: undefined, kept: undefined };

export const useTimeAxis = create<TimeAxis>(() => ({
  run: undefined,
  live: false,
  span: SPAN_DEFAULT,
  ...FRESH,
}));

/** The axis of this run from now on; another run's begins anew, following. */
export function openTimeAxis(run: string, live: boolean): void {
  const axis = useTimeAxis.getState();
  if (axis.run !== run) useTimeAxis.setState({ run, live, ...FRESH });
  else if (axis.live !== live) useTimeAxis.setState({ live });
}

/** A view tells what it has something of. */
export function noteKept({ from, to }: TimeRange): void {
  const { kept } = useTimeAxis.getState();
  const next = kept ? { from: Math.min(kept.from, from), to: Math.max(kept.to, to) } : { from, to };
  if (next.from !== kept?.from || next.to !== kept.to) useTimeAxis.setState({ kept: next });
}

/** The newest moment there can be. */
export function newestMoment(
  { live, kept }: Pick<TimeAxis, 'live' | 'kept'>,
  now = Date.now() / 1000,
): number {
  return live ? now : (kept?.to ?? now);
}

/** What every view shows now. */
export function shownRange(
  axis: Pick<TimeAxis, 'held' | 'span' | 'live' | 'kept'>,
  now = Date.now() / 1000,
): TimeRange {
  if (axis.held) return axis.held;
  const to = newestMoment(axis, now);
  const filled = axis.kept ? to - axis.kept.from : 0;
  return { from: to - Math.min(axis.span, Math.max(SPAN_LEAST, filled)), to };
}

/** Holds what is shown still. What comes meanwhile is kept, and is there when the axis follows again. */
export function pauseTime(): void {
  const axis = useTimeAxis.getState();
  if (!axis.held) useTimeAxis.setState({ held: shownRange(axis) });
}

/** Shows the newest again, and goes on doing so. */
export function followTime(): void {
  useTimeAxis.setState({ held: undefined, cursor: undefined, sought: undefined });
}

export function togglePause(): void {
  if (useTimeAxis.getState().held) followTime();
  else pauseTime();
}

/** Shows just this range, still. */
export function showRange({ from, to }: TimeRange): void {
  const middle = (from + to) / 2;
  const half = Math.min(SPAN_MAX, Math.max(SPAN_MIN, to - from)) / 2;
  useTimeAxis.setState({ held: { from: middle - half, to: middle + half } });
}

/** Shows as much as now, up to a moment, still. */
export function showUntil(moment: number): void {
  const { from, to } = shownRange(useTimeAxis.getState());
  useTimeAxis.setState({ held: { from: moment - (to - from), to: moment } });
}

/** Shows a moment: the cursor is on it, and what is shown is moved so that it lies within. */
export function showMoment(moment: number): void {
  const axis = useTimeAxis.getState();
  const { from, to } = shownRange(axis);
  const half = (to - from) / 2;
  const inside = moment >= from && moment <= to;
  useTimeAxis.setState({
    cursor: moment,
    held: inside ? { from, to } : { from: moment - half, to: moment + half },
  });
}

/** Shows a moment, and tables go to the row that came last within its step. */
export function seekMoment(moment: number, until = moment): void {
  showMoment(moment);
  useTimeAxis.setState({ sought: { moment, until } });
}

/** The pointer has left a chart: the cursor is where it was sought, or nowhere. */
export function leaveCursor(): void {
  setCursor(useTimeAxis.getState().sought?.moment);
}

export function setCursor(moment: number | undefined): void {
  if (useTimeAxis.getState().cursor !== moment) useTimeAxis.setState({ cursor: moment });
}

/** Shows `factor` times as much, around the cursor or else the newest moment shown. Following goes on when nothing was held. */
export function zoomTime(factor: number): void {
  const axis = useTimeAxis.getState();
  const { from, to } = shownRange(axis);
  const span = Math.min(SPAN_MAX, Math.max(SPAN_MIN, (to - from) * factor));
  if (!axis.held && axis.cursor === undefined) {
    useTimeAxis.setState({ span });
    return;
  }
  const around = axis.cursor !== undefined && axis.cursor >= from && axis.cursor <= to ? axis.cursor : to;
  const part = (around - from) / (to - from);
  useTimeAxis.setState({ held: { from: around - part * span, to: around + (1 - part) * span } });
}

/** Moves by a part of what is shown: negative is back. Past the newest moment it follows again. */
export function panTime(part: number): void {
  const axis = useTimeAxis.getState();
  const { from, to } = shownRange(axis);
  const newest = newestMoment(axis);
  const oldest = axis.kept?.from ?? from;
  const span = to - from;
  if (part > 0 && to + part * span >= newest) {
    followTime();
    return;
  }
  // Back as far as there is something; no jump forward where there is less than what is shown.
  const start = Math.max(from + part * span, Math.min(from, oldest));
  useTimeAxis.setState({ held: { from: start, to: start + span } });
}

/** Shows the oldest that is kept, still. */
export function showOldest(): void {
  const axis = useTimeAxis.getState();
  const { from, to } = shownRange(axis);
  const start = axis.kept?.from ?? from;
  useTimeAxis.setState({ held: { from: start, to: start + (to - from) } });
}

/** What a key does to the axis, wherever a chart has the focus. @returns whether it did something */
export function pressTimeKey(key: string): boolean {
  const act = KEYS[key];
  act?.();
  return act !== undefined;
}

const KEYS: Record<string, () => void> = {
  ' ': togglePause,
  '+': () => zoomTime(1 / ZOOM_STEP),
  '=': () => zoomTime(1 / ZOOM_STEP),
  '-': () => zoomTime(ZOOM_STEP),
  ArrowLeft: () => panTime(-PAN_STEP),
  ArrowRight: () => panTime(PAN_STEP),
  PageUp: () => panTime(-1),
  PageDown: () => panTime(1),
  Home: showOldest,
  End: followTime,
};
