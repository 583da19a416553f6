import type { SeriesQuery } from '../../session/aggregates.ts';
import { addSketch, createSketch, type Sketch } from './sketch.ts';
import { gridOf } from './steps.ts';
import { forEachCell, type Grid, type HostTimeline, type Owner } from './timeline-grid.ts';

/** What the keys of timelines add up to: lines of charts, and rows of rankings. */

/** A key (empty: all) of a host (empty: of all). */
export interface LineOf extends Owner {
  key: string;
}

type Named = Pick<LineOf, 'host' | 'key'>;

const WHOLE = { key: '' };

/** A line's key as text, in the words of its host, or of all. */
export function textOf(hosts: readonly HostTimeline[], { host, key }: Named): string {
  const own = hosts.filter((each) => host === '' || each.host === host);
  return own.map(({ labelOf }) => labelOf?.(key) ?? key)[0] ?? key;
}

/** Sums by line and step. */
export interface Sums extends Grid {
  times: number[];
  lines: (LineOf & { steps: (Sketch | undefined)[] })[];
}

/** By host and key. */
type ByLine<T> = Map<string, Map<string, T>>;

function ofHost<T>(all: ByLine<T>, host: string): Map<string, T> {
  const known = all.get(host) ?? new Map<string, T>();
  all.set(host, known);
  return known;
}

/** One sum for each line. @param withBuckets whether quantiles will be asked of them */
export function totalsOf(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  grid: Grid,
  withBuckets: boolean,
): (LineOf & { sketch: Sketch })[] {
  const lines: ByLine<LineOf & { sketch: Sketch }> = new Map();
  forEachCell(hosts, together, grid, (owner, { byKey }) => {
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
export function largestLines(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  grid: Grid,
  bySum: boolean,
  top: number,
): Named[] {
  const weights: ByLine<number> = new Map();
  forEachCell(hosts, together, grid, ({ host }, { byKey }) => {
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
export function sumUp(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  grid: Grid,
  named: readonly Named[] = [],
): Sums {
  const times = gridOf(grid.from, grid.to, grid.step);
  const lines: ByLine<Sums['lines'][number]> = new Map();
  const wanted = Map.groupBy(named, ({ host }) => host);
  forEachCell(hosts, together, grid, (owner, { byKey }, moment) => {
    const at = Math.floor((moment - grid.from) / grid.step);
    const own = ofHost(lines, owner.host);
    for (const { key } of [WHOLE, ...(wanted.get(owner.host) ?? [])]) {
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

/**
 * The most events that one of these keys may have had beyond those that are counted as its own; undefined where every key's count is
 * exact.
 */
export function shortOf(
  hosts: readonly HostTimeline[],
  together: SeriesQuery['hosts'],
  grid: Grid,
  named: readonly Named[],
): number | undefined {
  const shorts = named.map(() => 0);
  let isExact = true;
  forEachCell(hosts, together, grid, ({ host }, { byKey, leftOut }) => {
    if (leftOut === 0) return;
    isExact = false;
    named.forEach((line, at) => {
      if (line.host === host) shorts[at] = (shorts[at] ?? 0) + (byKey.get(line.key)?.missed ?? leftOut);
    });
  });
  return isExact ? undefined : Math.max(0, ...shorts);
}
