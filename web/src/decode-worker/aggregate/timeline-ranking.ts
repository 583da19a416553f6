import type { Ranking, RankingQuery } from '../../session/aggregates.ts';
import type { Sketch } from './sketch.ts';
import { type HostTimeline, keptOf, spanFor, type TimelineSubject } from './timeline-grid.ts';
import { shortOf, textOf, totalsOf } from './timeline-lines.ts';
import { figureOf } from './timeline-views.ts';
import { perSecond } from './units.ts';

/** The keys that most came of, or whose figures are the largest. */
export function rankingOfTimelines(
  hosts: readonly HostTimeline[],
  subject: TimelineSubject,
  query: Omit<RankingQuery, 'run' | 'source'>,
  now: number,
): Ranking {
  const { measure, statistic = 'value', limit } = query;
  const unit = measure === undefined ? subject.counted : subject.unit;
  const kept = keptOf(hosts, now);
  if (!kept) return { rows: [], keys: 0, rest: undefined, unit };
  const whole = { ...kept, to: Math.floor(now) + 1 };
  const isQuantile = statistic === 'p50' || statistic === 'p90' || statistic === 'p99';
  const grid = spanFor(query.range, whole);
  const lines = totalsOf(hosts, query.hosts, grid, isQuantile);
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
  const short = shortOf(hosts, query.hosts, grid, shown);
  const adds = statistic === 'rate' || statistic === 'value';
  return {
    rows: shown.map(({ key, host, hostName, value }) => ({
      id: `${host}\n${key}`,
      label: textOf(hosts, { host, key }),
      host,
      hostName,
      value,
    })),
    keys: ranked.length,
    ...(short !== undefined && { short }),
    rest: adds && rest > total * 1e-9 ? { keys: ranked.length - shown.length, value: rest } : undefined,
    unit: statistic === 'rate' ? perSecond(unit) : unit,
    kept,
  };
}
