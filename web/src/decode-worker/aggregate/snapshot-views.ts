import { grownSince } from '@probepad/protocol/views/totals';
import type {
  Ranking,
  RankingQuery,
  Series,
  SeriesLine,
  SeriesQuery,
  Statistic,
} from '../../session/aggregates.ts';
import type { TimeRange } from '../../session/time-axis.ts';
import { decimate } from './decimate.ts';
import { keptOf, type Placed, placed, type SnapshotSubject } from './placed-snapshots.ts';
import { type HostSnapshots, type KeptEntry, type SnapshotHistory, variableOf } from './snapshot-history.ts';
import { gridOf, stepFor } from './steps.ts';
import { perSecond } from './units.ts';

type Asked<Q> = Omit<Q, 'run' | 'source'>;

/** One colour is for what is left over. */
const LINES_DEFAULT = 7;
const POINTS_DEFAULT = 900;

/** Growth a second of one number from a snapshot to the next, or its change where it goes up and down; NaN where that is not known. */
function growth(
  entry: KeptEntry | undefined,
  before: Placed | undefined,
  earlier: KeptEntry | undefined,
  measure: number,
  at: number,
  change: typeof changeSince,
): number {
  const number = entry?.numbers[measure] ?? Number.NaN;
  const seconds = before ? at - before.at : 0;
  if (!(seconds > 0)) return Number.NaN;
  if (earlier) return change(number, earlier.numbers[measure] ?? Number.NaN) / seconds;
  return entry?.born ? number / seconds : Number.NaN;
}

function changeSince(now: number, before: number): number {
  return now - before;
}

export function seriesOfSnapshots(
  history: SnapshotHistory,
  subject: SnapshotSubject,
  {
    range,
    measure,
    statistic,
    top = LINES_DEFAULT,
    points = POINTS_DEFAULT,
    hosts: together = 'apart',
  }: Asked<SeriesQuery>,
): Series {
  const place = subject.byEntry ? 0 : measureAt(subject, measure);
  const readingOf = readings(history, subject, place, statistic);
  const hosts = history.hosts().map((host) => ({ ...host, placed: placed(host) }));
  const kept = keptOf(hosts.map((host) => host.placed));
  const units = new Set(
    subject.byEntry
      ? subject.measures.flatMap(({ column }) =>
          measure === undefined || column === measure ? [readingOf(`:${column}`).unit] : [],
        )
      : [readingOf('').unit],
  );
  const unit = units.size === 1 ? ([...units][0] ?? '') : '';
  if (!kept) return { times: [], lines: [], unit };
  const several = hosts.length > 1;
  const lines = new Map<string, Line>();
  const times = new Set<number>();
  for (const host of hosts) {
    let before: Placed | undefined;
    for (const snapshot of host.placed) {
      if (inRange(snapshot.at, range)) {
        times.add(snapshot.at);
        for (const [id, entry] of snapshot.entries) {
          if (subject.byEntry && measure !== undefined && variableOf(id) !== measure) continue;
          const reading = readingOf(id);
          const value = reading.isValue
            ? (entry.numbers[place] ?? Number.NaN)
            : growth(entry, before, before?.entries.get(id), place, snapshot.at, reading.change);
          if (Number.isNaN(value)) continue;
          let line = lines.get(id);
          if (!line) {
            const key = history.labelOf(id, true) || subject.name;
            const { hostName } = host;
            const own = reading.unit === unit ? {} : { unit: reading.unit };
            line = { key, host: host.host, hostName, ...own, at: new Map(), sum: 0 };
            lines.set(id, line);
          }
          line.at.set(snapshot.at, value);
          line.sum += Math.abs(value);
        }
      }
      before = snapshot;
    }
  }
  const ordered = [...times].sort((a, b) => a - b);
  const shown = [...lines.values()].sort((a, b) => b.sum - a.sum).slice(0, top);
  const adds = !subject.byEntry && !readingOf('').isValue && !subject.measures[place]?.gauge;
  const rest = adds ? restsOf(hosts, shown, place, range) : [];
  const all = [...shown, ...rest];
  if (together === 'merged' && several) return { ...mergedLines(all, ordered, points), unit, kept };
  const values = all.map(({ at }) => ordered.map((time) => at.get(time) ?? null));
  const small = decimate(ordered, values, points);
  return {
    times: small.times,
    unit,
    kept,
    lines: all.map(({ key, host, hostName, unit: own }, index) => ({
      label: several ? `${hostName} · ${key}` : key,
      host: together === 'apart' ? host : '',
      values: small.lines[index] ?? [],
      ...(own !== undefined && { unit: own }),
    })),
  };
}

interface Line {
  key: string;
  host: string;
  hostName: string;
  /** Where it is another than that of the series. */
  unit?: string;
  /** Values by time. */
  at: Map<number, number>;
  sum: number;
}

/** What the keys without a line of their own grow by. */
function restsOf(
  hosts: readonly (HostSnapshots & { placed: Placed[] })[],
  shown: readonly Line[],
  measure: number,
  range: TimeRange | undefined,
): Line[] {
  return hosts.flatMap(({ host, hostName, placed: snapshots }) => {
    const own = shown.filter((line) => line.host === host);
    const at = new Map<number, number>();
    let most = 0;
    snapshots.forEach((snapshot, index) => {
      const before = snapshots[index - 1];
      if (!before || before.partial || !inRange(snapshot.at, range)) return;
      const seconds = snapshot.at - before.at;
      const all = ((snapshot.grown[measure] ?? 0) - (before.grown[measure] ?? 0)) / seconds;
      const rest = all - own.reduce((sum, line) => sum + (line.at.get(snapshot.at) ?? 0), 0);
      at.set(snapshot.at, Math.max(0, rest));
      most = Math.max(most, rest / Math.max(1e-9, Math.abs(all)));
    });
    // What rounding leaves of nothing is nothing.
    if (most < 1e-6) return [];
    return [{ key: 'other', host, hostName, at, sum: 0 }];
  });
}

/** The same key on several hosts as one line: on a grid that is coarse enough for each host to have a snapshot in each step. */
function mergedLines(
  lines: readonly Line[],
  times: readonly number[],
  points: number,
): Pick<Series, 'times' | 'lines'> {
  const from = times[0] ?? 0;
  const to = times.at(-1) ?? 0;
  const step = Math.max(2, stepFor(to - from, points));
  const grid = gridOf(from, to + step, step);
  const start = grid[0] ?? 0;
  const byKey = new Map<string, SeriesLine>();
  for (const { key, at, unit } of lines) {
    const line: SeriesLine = byKey.get(key) ?? {
      ...{ label: key, host: '', values: Array<number | null>(grid.length).fill(null) },
      ...(unit !== undefined && { unit }),
    };
    byKey.set(key, line);
    const sums = line.values;
    const mine = new Map<number, { sum: number; count: number }>();
    for (const [time, value] of at) {
      const place = Math.floor((time - start) / step);
      const known = mine.get(place) ?? { sum: 0, count: 0 };
      mine.set(place, { sum: known.sum + value, count: known.count + 1 });
    }
    for (const [place, { sum, count }] of mine) {
      if (place < grid.length) sums[place] = (sums[place] ?? 0) + sum / count;
    }
  }
  return { times: grid, lines: [...byKey.values()] };
}

export function rankingOfSnapshots(
  history: SnapshotHistory,
  subject: SnapshotSubject,
  { range, measure, statistic, limit, hosts: together = 'apart' }: Asked<RankingQuery>,
): Ranking {
  const place = measureAt(subject, measure);
  const { isValue, change, unit } = readings(history, subject, place, statistic)('');
  const hosts = history.hosts().map((host) => ({ ...host, placed: placed(host) }));
  const several = hosts.length > 1;
  const values = new Map<string, { id: string; host: string; hostName: string; value: number }>();
  let total = 0;
  let keys = 0;
  for (const { host, hostName, placed: all, latest, clock } of hosts) {
    const until = range
      ? all.findLast(({ at }) => at <= range.to)
      : latest && { ...latest, at: latest.time + clock.offset };
    if (!until) continue;
    const since = range
      ? (all.findLast(({ at }) => at <= range.from) ?? all[0])
      : (all.findLast(({ at }) => at < until.at - RATE_SECONDS) ?? all[0]);
    // Of a key that was not kept then, growth is known from when it was.
    const later = range ? [] : all.filter(({ at }) => since && at > since.at && at < until.at);
    let ranked = 0;
    for (const [id, entry] of until.entries) {
      const number = entry.numbers[place] ?? Number.NaN;
      const first = since && (since.whole ? since : [since, ...later].find(({ entries }) => entries.has(id)));
      const seconds = first ? until.at - first.at : 0;
      const earlier = first?.entries.get(id)?.numbers[place] ?? 0;
      const value = isValue ? number : seconds > 0 ? change(number, earlier) / seconds : Number.NaN;
      if (!Number.isNaN(number)) keys++;
      if (Number.isNaN(value)) continue;
      const key = several && together === 'merged' ? history.labelOf(id, false) || subject.name : id;
      const known = values.get(key);
      if (known) known.value += value;
      else values.set(key, { id, host: several ? host : '', hostName: several ? hostName : '', value });
      ranked += value;
    }
    const isThinned =
      !isValue && change === grownSince && since !== undefined && !since.whole && until.at > since.at;
    total += isThinned
      ? ((until.grown[place] ?? 0) - (since.grown[place] ?? 0)) / (until.at - since.at)
      : ranked;
  }
  const ranked = [...values.values()].sort((a, b) => b.value - a.value);
  const shown = ranked.slice(0, limit);
  const rest = total - shown.reduce((sum, { value }) => sum + value, 0);
  return {
    rows: shown.map((row) => ({
      ...row,
      ...(together === 'merged' && { host: '', hostName: '' }),
      label: history.labelOf(row.id, true) || subject.name,
    })),
    keys,
    rest: ranked.length > shown.length ? { keys: keys - shown.length, value: Math.max(0, rest) } : undefined,
    unit,
    kept: keptOf(hosts.map((host) => host.placed)),
  };
}

/** Bars of rates are the mean of so many seconds: of one they would jump about. */
const RATE_SECONDS = 4.5;

function measureAt({ measures }: SnapshotSubject, column: string | undefined): number {
  return Math.max(0, column === undefined ? 0 : measures.findIndex((each) => each.column === column));
}

/** How an entry's number is told: as it is, or as its change a second. */
interface Reading {
  isValue: boolean;
  change: typeof changeSince;
  unit: string;
}

/** By entry: variables of a section each have a measure of their own. */
function readings(
  history: SnapshotHistory,
  { measures, byEntry }: SnapshotSubject,
  place: number,
  statistic: Statistic | undefined,
): (id: string) => Reading {
  const known = new Map<string, Reading>();
  return (id) => {
    const name = byEntry ? variableOf(id) : '';
    const found = known.get(name);
    if (found) return found;
    const { gauge = false, unit = '' } =
      (byEntry ? measures.find(({ column }) => column === name) : measures[place]) ?? {};
    const isValue = statistic === undefined ? gauge || history.fell(place, id) : statistic !== 'rate';
    const reading: Reading = {
      isValue,
      // A counter that is less than before has begun anew.
      change: gauge ? changeSince : grownSince,
      unit: isValue ? unit : perSecond(unit),
    };
    known.set(name, reading);
    return reading;
  };
}

function inRange(at: number, range: TimeRange | undefined): boolean {
  return range === undefined || (at >= range.from && at <= range.to);
}
