import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  Ranking,
  RankingQuery,
  Series,
  SeriesQuery,
  Statistic,
} from '../../session/aggregates.ts';
import type { TimeRange } from '../../session/time-axis.ts';
import { barsOf, heatRows, rowsOfSketch } from './bars.ts';
import { addSketch, createSketch, quantileOf, type Sketch } from './sketch.ts';
import { gridOf, stepFor } from './steps.ts';
import { COARSE_SECONDS, FINE_SECONDS, type Timeline } from './timeline.ts';
import { perSecond } from './units.ts';

/** One host's share of a source's events. */
export interface HostTimeline {
  host: string;
  hostName: string;
  timeline: Timeline;
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

const POINTS_DEFAULT = 900;
/** One colour is for what is left over. */
const LINES_DEFAULT = 7;
/** Events take a moment to come: the newest second is not full yet. */
const LATE_SECONDS = 1;

/** A key (empty: all) of a host (empty: of all). */
interface LineOf {
  key: string;
  host: string;
  hostName: string;
}

/** Sums by line and step. */
interface Sums extends Grid {
  times: number[];
  lines: (LineOf & { steps: (Sketch | undefined)[] })[];
}

/** The time that a question is about, in whole steps; `to` is not of it. */
interface Grid {
  from: number;
  to: number;
  step: number;
}

function keptOf(hosts: readonly HostTimeline[], now: number): TimeRange | undefined {
  const starts = hosts.flatMap(({ timeline, offset }) =>
    timeline.first === undefined ? [] : [timeline.first + shiftOf(offset)],
  );
  return starts.length === 0 ? undefined : { from: Math.min(...starts), to: Math.floor(now) - LATE_SECONDS };
}

function gridFor(range: TimeRange | undefined, kept: TimeRange, points: number): Grid {
  const from = Math.max(range?.from ?? kept.from, kept.from);
  const to = Math.min(range?.to ?? kept.to, kept.to);
  const least = from < kept.to - FINE_SECONDS ? COARSE_SECONDS : 1;
  const step = Math.max(least, stepFor(Math.max(1, (range?.to ?? to) - (range?.from ?? from)), points));
  return { from: Math.floor(from / step) * step, to: Math.floor(to / step) * step, step };
}

/** From a host's second to that of the page: rounded up, so that a step is only shown when it is full on both clocks. */
function shiftOf(offset: number): number {
  return Math.ceil(offset);
}

/** Seconds by which what a host has counted is shown after it came. */
function latenessOf({ offset }: HostTimeline): number {
  return shiftOf(offset) - offset;
}

/** Visits what the cells within the grid hold, host by host, with the moment on the page's clock. */
function forEachCell(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  { from, to }: Grid,
  visit: (owner: Omit<LineOf, 'key'>, byKey: ReadonlyMap<string, Sketch>, moment: number) => void,
): void {
  for (const { host, hostName, timeline, offset } of hosts) {
    const shift = shiftOf(offset);
    const owner = (together ?? 'apart') === 'apart' ? { host, hostName } : { host: '', hostName: '' };
    for (const { second, byKey } of timeline.cells()) {
      const moment = second + shift;
      if (moment >= from && moment < to) visit(owner, byKey, moment);
    }
  }
}

/** By host and key. */
type ByLine<T> = Map<string, Map<string, T>>;

function ofHost<T>(all: ByLine<T>, host: string): Map<string, T> {
  const known = all.get(host) ?? new Map<string, T>();
  all.set(host, known);
  return known;
}

/** One sum for each line. @param withBuckets whether quantiles will be asked of them */
function totalsOf(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  grid: Grid,
  withBuckets: boolean,
): (LineOf & { sketch: Sketch })[] {
  const lines: ByLine<LineOf & { sketch: Sketch }> = new Map();
  forEachCell(hosts, together, grid, (owner, byKey) => {
    const own = ofHost(lines, owner.host);
    for (const [key, sketch] of byKey) {
      const line = own.get(key) ?? { key, ...owner, sketch: createSketch(withBuckets) };
      own.set(key, line);
      addSketch(line.sketch, sketch);
    }
  });
  return [...lines.values()].flatMap((own) => [...own.values()]);
}

/** The keys that most came of, the first the most, by host. A step for each of all would be too much: there may be very many. */
function largestLines(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  grid: Grid,
  bySum: boolean,
  top: number,
): { host: string; key: string }[] {
  const weights: ByLine<number> = new Map();
  forEachCell(hosts, together, grid, ({ host }, byKey) => {
    const own = ofHost(weights, host);
    for (const [key, { sum, count }] of byKey) {
      if (key !== '') own.set(key, (own.get(key) ?? 0) + (bySum ? sum : count));
    }
  });
  return [...weights]
    .flatMap(([host, own]) => [...own].map(([key, weight]) => ({ host, key, weight })))
    .sort((a, b) => b.weight - a.weight || a.key.localeCompare(b.key))
    .slice(0, top);
}

/** What came in each step of all, and of the lines that are named. */
function sumUp(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  grid: Grid,
  named: readonly { host: string; key: string }[] = [],
): Sums {
  const times = gridOf(grid.from, grid.to, grid.step);
  const lines: ByLine<Sums['lines'][number]> = new Map();
  const wanted = new Map<string, Set<string>>();
  for (const { host, key } of named) wanted.set(host, (wanted.get(host) ?? new Set()).add(key));
  forEachCell(hosts, together, grid, (owner, byKey, moment) => {
    const at = Math.floor((moment - grid.from) / grid.step);
    const own = ofHost(lines, owner.host);
    for (const key of ['', ...(wanted.get(owner.host) ?? [])]) {
      const sketch = byKey.get(key);
      if (!sketch) continue;
      const line = own.get(key) ?? { key, ...owner, steps: Array(times.length) };
      own.set(key, line);
      const known = line.steps[at] ?? createSketch(sketch.pages !== undefined);
      line.steps[at] = known;
      addSketch(known, sketch);
    }
  });
  return { ...grid, times, lines: [...lines.values()].flatMap((own) => [...own.values()]) };
}

export function seriesOfTimelines(
  hosts: readonly HostTimeline[],
  subject: TimelineSubject,
  query: Omit<SeriesQuery, 'run' | 'source'>,
  now: number,
): Series {
  const { measure, split, statistic = 'rate', top = LINES_DEFAULT, hosts: together = 'apart' } = query;
  const unit = unitOf(statistic, measure, subject);
  const kept = keptOf(hosts, now);
  if (!kept) return { times: [], lines: [], unit };
  const grid = gridFor(query.range, kept, query.points ?? POINTS_DEFAULT);
  const bySum = measure !== undefined && statistic === 'rate';
  const largest = split === undefined ? [] : largestLines(hosts, together, grid, bySum, top);
  const { times, step, lines } = sumUp(hosts, together, grid, largest);
  const reach = step - Math.min(...hosts.map(latenessOf));
  const wholes = lines.filter(({ key }) => key === '');
  const value = (sketch: Sketch | undefined): number | null =>
    figureOf(sketch, statistic, measure !== undefined, step);
  const labelled = (key: string, hostName: string): string =>
    [...(hostName === '' ? [] : [hostName]), key].filter(Boolean).join(' · ') || subject.name;
  if (split === undefined) {
    return {
      times,
      unit,
      kept,
      reach,
      lines: wholes.map(({ host, hostName, steps }) => ({
        label: hostName || subject.name,
        host,
        values: Array.from(steps, value),
      })),
    };
  }
  const shown = largest.flatMap(
    ({ host, key }) => lines.find((line) => line.host === host && line.key === key) ?? [],
  );
  const adds = statistic === 'rate';
  const rests = wholes.flatMap((whole) => {
    const own = shown.filter(({ host }) => host === whole.host);
    const values = Array.from(whole.steps, (sketch, at) =>
      Math.max(0, (value(sketch) ?? 0) - own.reduce((sum, { steps }) => sum + (value(steps[at]) ?? 0), 0)),
    );
    // What is left of a difference of sums is no event.
    if (!adds || values.every((rest) => rest < 1e-9)) return [];
    return [
      { label: labelled('other', together === 'apart' ? whole.hostName : ''), host: whole.host, values },
    ];
  });
  return {
    times,
    unit,
    kept,
    reach,
    lines: [
      ...shown.map(({ key, host, hostName, steps }) => ({
        label: labelled(key, hostName),
        host,
        values: Array.from(steps, value),
      })),
      ...rests,
    ],
  };
}

/** Nothing came: a rate is 0 then, and anything else is unknown. */
function figureOf(
  sketch: Sketch | undefined,
  statistic: Statistic,
  measured: boolean,
  step: number,
): number | null {
  if (statistic === 'rate') return ((measured ? sketch?.sum : sketch?.count) ?? 0) / step;
  if (!sketch || sketch.count === 0) return null;
  switch (statistic) {
    case 'value':
    case 'avg':
      return sketch.sum / sketch.count;
    case 'min':
      return sketch.min;
    case 'max':
      return sketch.max;
    case 'p50':
      return quantileOf(sketch, 0.5);
    case 'p90':
      return quantileOf(sketch, 0.9);
    case 'p99':
      return quantileOf(sketch, 0.99);
  }
}

function unitOf(
  statistic: Statistic,
  measure: string | undefined,
  { counted, unit }: TimelineSubject,
): string {
  if (measure === undefined) return `${counted}/s`;
  return statistic === 'rate' ? perSecond(unit) : unit;
}

export function distributionsOfTimelines(
  hosts: readonly HostTimeline[],
  subject: TimelineSubject,
  query: Omit<DistributionQuery, 'run' | 'source'>,
  now: number,
): Distribution[] {
  const kept = keptOf(hosts, now);
  if (!kept) return [];
  // The newest second counts as well: nothing is divided by its length.
  const all = { ...kept, to: Math.floor(now) + 1 };
  const grid = gridFor(query.range, all, Number.POSITIVE_INFINITY);
  return totalsOf(hosts, query.hosts, grid, true)
    .filter(({ key }) => key === '')
    .map(({ host, hostName, sketch }) => {
      return {
        label: [query.measure ?? subject.name, ...(hostName === '' ? [] : [hostName])].join(' · '),
        host,
        bars: barsOf(sketch, query.scale ?? 'log2'),
        total: sketch.count,
        unit: subject.unit,
      };
    });
}

export function heatmapsOfTimelines(
  hosts: readonly HostTimeline[],
  subject: TimelineSubject,
  query: Omit<HeatmapQuery, 'run' | 'source'>,
  now: number,
): Heatmap[] {
  const kept = keptOf(hosts, now);
  if (!kept) return [];
  const { times, step, lines: wholes } = sumUp(hosts, query.hosts, gridFor(query.range, kept, query.points));
  const rows = heatRows(wholes.flatMap(({ steps }) => steps));
  const count = rows.edges.length - 1;
  return wholes.map(({ host, hostName, steps }) => {
    const counts = Array<number>(times.length * count).fill(0);
    for (let at = 0; at < times.length; at++) {
      const sketch = steps[at];
      if (sketch) rowsOfSketch(sketch, rows, counts, at * count);
    }
    return {
      label: [query.measure ?? subject.name, ...(hostName === '' ? [] : [hostName])].join(' · '),
      host,
      times,
      step,
      edges: rows.edges,
      counts,
      unit: subject.unit,
      kept,
    };
  });
}

export function rankingOfTimelines(
  hosts: readonly HostTimeline[],
  subject: TimelineSubject,
  query: Omit<RankingQuery, 'run' | 'source'>,
  now: number,
): Ranking {
  const { measure, statistic = 'value', limit } = query;
  const unit = measure === undefined ? subject.counted : subject.unit;
  const kept = keptOf(hosts, now);
  if (!kept) return { rows: [], rest: undefined, unit };
  const whole = { ...kept, to: Math.floor(now) + 1 };
  const isQuantile = statistic === 'p50' || statistic === 'p90' || statistic === 'p99';
  const lines = totalsOf(
    hosts,
    query.hosts,
    gridFor(query.range, whole, Number.POSITIVE_INFINITY),
    isQuantile,
  );
  const seconds = Math.max(
    1,
    Math.min(query.range?.to ?? whole.to, whole.to) - Math.max(query.range?.from ?? whole.from, whole.from),
  );
  const figure = (sketch: Sketch): number => {
    const sum = measure === undefined ? sketch.count : sketch.sum;
    if (statistic === 'rate') return sum / seconds;
    return statistic === 'value' ? sum : (figureOf(sketch, statistic, true, 1) ?? 0);
  };
  const all = lines.map((line) => ({ ...line, value: figure(line.sketch) }));
  const ranked = all
    .filter(({ key }) => key !== '')
    .sort((a, b) => b.value - a.value || a.key.localeCompare(b.key));
  const shown = ranked.slice(0, limit);
  const total = all.filter(({ key }) => key === '').reduce((sum, { value }) => sum + value, 0);
  const rest = total - shown.reduce((sum, { value }) => sum + value, 0);
  const adds = statistic === 'rate' || statistic === 'value';
  return {
    rows: shown.map(({ key, host, hostName, value }) => ({
      id: `${host}\n${key}`,
      label: key,
      host,
      hostName,
      value,
    })),
    rest: adds && rest > total * 1e-9 ? { keys: ranked.length - shown.length, value: rest } : undefined,
    unit: statistic === 'rate' ? perSecond(unit) : unit,
    kept,
  };
}
