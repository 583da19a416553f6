import type { Distribution, DistributionQuery, Heatmap, HeatmapQuery } from '../../session/aggregates.ts';
import { keptOf, placed, type SnapshotSubject } from './placed-snapshots.ts';
import { type KeptSnapshot, type SnapshotHistory, slotsSince } from './snapshot-history.ts';
import { gridOf, stepFor } from './steps.ts';

/** Entries that hold slots, as histograms and heatmaps. */

type Asked<Q> = Omit<Q, 'run' | 'source'>;

/** Histograms shown at a time; the rest have less in them. */
const DISTRIBUTIONS_MAX = 24;

export function distributionsOfSnapshots(
  history: SnapshotHistory,
  subject: SnapshotSubject,
  { range, slots = 0, hosts: together = 'apart' }: Asked<DistributionQuery>,
): Distribution[] {
  const { unit = '', scale = 'log2' } = subject.slots[slots] ?? {};
  const hosts = history.hosts();
  const several = hosts.length > 1;
  const sums = new Map<string, { label: string; host: string; counts: number[] }>();
  for (const host of hosts) {
    const all = placed(host);
    const until = range ? all.findLast(({ at }) => at <= range.to) : host.latest;
    const since = range ? all.findLast(({ at }) => at <= range.from) : undefined;
    if (!until) continue;
    for (const [id, entry] of until.entries) {
      const earlier = since && slotsAt(since, id, slots);
      // How much of it is of this time is not known.
      if (since && !earlier) continue;
      const counts = slotsSince(entry.slots?.[slots] ?? [], earlier ?? []);
      if (!counts.some((count) => count > 0)) continue;
      const label = history.labelOf(id, true) || subject.name;
      const apart = several && together === 'apart';
      const key = apart ? id : label;
      const known = sums.get(key);
      if (known) known.counts = counts.map((count, at) => count + (known.counts[at] ?? 0));
      else {
        const named = apart ? `${label} · ${host.hostName}` : label;
        sums.set(key, { label: named, host: together === 'apart' ? host.host : '', counts });
      }
    }
  }
  return [...sums.values()]
    .map(({ label, host, counts }) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return { label, host, bars: slotBars(counts, scale), total, unit };
    })
    .sort((a, b) => b.total - a.total)
    .slice(0, DISTRIBUTIONS_MAX);
}

/** What an entry had in its slots, nothing before it was there; undefined where that was not kept. */
function slotsAt({ entries, whole }: KeptSnapshot, id: string, slots: number): readonly number[] | undefined {
  const entry = entries.get(id);
  if (!entry) return whole ? [] : undefined;
  return entry.slots && (entry.slots[slots] ?? []);
}

export function heatmapsOfSnapshots(
  history: SnapshotHistory,
  subject: SnapshotSubject,
  { range, slots = 0, points, hosts: together = 'apart' }: Asked<HeatmapQuery>,
): Heatmap[] {
  const { unit = '', scale = 'log2' } = subject.slots[slots] ?? {};
  const hosts = history.hosts().map((host) => ({ ...host, placed: placed(host) }));
  const kept = keptOf(hosts.map((host) => host.placed));
  if (!kept) return [];
  const from = Math.max(range?.from ?? kept.from, kept.from);
  const to = Math.min(range?.to ?? kept.to, kept.to);
  const step = stepFor(Math.max(1, (range?.to ?? to) - (range?.from ?? from)), points);
  const times = gridOf(from, to + step, step);
  const several = hosts.length > 1;
  const apart = several && together === 'apart';
  const sheets = new Map<string, { label: string; host: string; columns: number[][] }>();
  let first = Number.POSITIVE_INFINITY;
  let last = -1;
  for (const host of hosts) {
    const key = together === 'apart' ? host.host : '';
    const sheet = sheets.get(key) ?? {
      label: apart ? `${subject.name} · ${host.hostName}` : subject.name,
      host: key,
      columns: times.map(() => []),
    };
    sheets.set(key, sheet);
    host.placed.forEach((snapshot, index) => {
      const before = host.placed[index - 1];
      if (!before || times[0] === undefined) return;
      const grown = slotsSince(snapshot.slotsGrown[slots] ?? [], before.slotsGrown[slots] ?? []);
      const parts = partsOf(before.at, snapshot.at, times[0], step, times.length);
      grown.forEach((count, slot) => {
        if (count <= 0) return;
        let given = 0;
        for (const { column, until } of parts) {
          const part = Math.round(count * until) - given;
          given += part;
          const into = sheet.columns[column];
          if (!into || part === 0) continue;
          into[slot] = (into[slot] ?? 0) + part;
          first = Math.min(first, slot);
          last = Math.max(last, slot);
        }
      });
    });
  }
  if (last < 0) [first, last] = [0, 0];
  const edges = Array.from({ length: last - first + 2 }, (_, at) => slotFrom(first + at, scale));
  return [...sheets.values()].map(({ label, host, columns }) => ({
    label,
    host,
    times,
    step,
    edges,
    counts: columns.flatMap((column) =>
      Array.from({ length: last - first + 1 }, (_, at) => column[first + at] ?? 0),
    ),
    unit,
    kept,
  }));
}

/**
 * The columns that the time between two snapshots lies in, each with how much of that time is over at its end. Snapshots don't come at the
 * borders of columns: what grew between two is divided by the time in each, in whole numbers.
 */
function partsOf(
  from: number,
  to: number,
  start: number,
  step: number,
  columns: number,
): { column: number; until: number }[] {
  const first = Math.floor((from - start) / step);
  const last = Math.min(columns, Math.floor((to - start) / step));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
    const end = start + (first + at + 1) * step;
    return { column: first + at, until: at === last - first ? 1 : (end - from) / (to - from) };
  });
}

function slotFrom(slot: number, scale: 'log2' | 'linear'): number {
  if (scale === 'linear') return slot;
  return slot === 0 ? 0 : 2 ** slot;
}

function slotBars(counts: readonly number[], scale: 'log2' | 'linear'): Distribution['bars'] {
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return counts.slice(first, last + 1).map((count, at) => ({
    from: slotFrom(first + at, scale),
    to: slotFrom(first + at + 1, scale),
    count,
  }));
}
