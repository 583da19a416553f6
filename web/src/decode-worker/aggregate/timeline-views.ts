import type {
  Distribution,
  DistributionQuery,
  Heatmap,
  HeatmapQuery,
  Series,
  SeriesQuery,
  Statistic,
} from '../../session/aggregates.ts';
import { barsOf, heatRows, rowsOfSketch } from './bars.ts';
import { quantileOf, type Sketch } from './sketch.ts';
import {
  gridFor,
  type HostTimeline,
  keptOf,
  latenessOf,
  spanFor,
  type TimelineSubject,
} from './timeline-grid.ts';
import { largestLines, shortOf, sumUp, textOf, totalsOf } from './timeline-lines.ts';
import { perSecond } from './units.ts';

const POINTS_DEFAULT = 900;
/** One colour is for what is left over. */
const LINES_DEFAULT = 7;

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
  const short = shortOf(hosts, together, grid, largest);
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
    ...(short !== undefined && { short }),
    lines: [
      ...shown.map(({ key, host, hostName, steps }) => ({
        label: labelled(textOf(hosts, { host, key }), hostName),
        host,
        values: Array.from(steps, value),
      })),
      ...rests,
    ],
  };
}

/** Nothing came: a rate is 0 then, and anything else is unknown. */
export function figureOf(
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
  const grid = spanFor(query.range, all);
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
