import type { Series } from '../session/decoder.ts';
import type { PageClock } from './page-clock.ts';

/** One number of a map's entry, as a snapshot had it. */
export interface Sample {
  id: string;
  number: number;
  /** Change a second since the snapshot before; NaN at first. */
  rate: number;
}

/** A map's numbers over time: its busiest keys, from one snapshot of one host after another. */
export interface MapHistory {
  /**
   * @param time seconds on the host's own clock. Where that lies on the page's is known the better the longer the host is watched, so
   *   it is asked when the chart is drawn.
   * @param hosts that share the history
   */
  add<S extends Sample>(
    time: number,
    clock: PageClock,
    samples: readonly S[],
    labelOf: (sample: S) => string,
    hosts: number,
  ): void;
  /**
   * @param gauge the numbers as they are, in place of their rates
   * @param labelOf what a key is called now, where it is still in the map: its names may have come since
   */
  series(gauge: boolean, labelOf?: (id: string) => string | undefined): Series;
}

interface Track {
  label: string;
  /** By the number of the snapshot. */
  points: Map<number, Sample>;
}

interface Snapshot {
  number: number;
  time: number;
  clock: PageClock;
}

const SERIES_LINES = 8;
/** Snapshots that are kept of each host. */
const SERIES_POINTS = 600;
/** Maps with more keys keep a history of their busiest keys only. */
const TRACKED_MAX = 256;

export function createMapHistory(): MapHistory {
  const tracks = new Map<string, Track>();
  /** In the order in which they came. */
  let snapshots: Snapshot[] = [];
  let next = 0;
  /** Ids of the lines of the chart: a line keeps its place, and so its colour, while it is drawn. */
  let drawn: string[] = [];

  function forgetBefore(oldest: number): void {
    for (const [id, { points }] of tracks) {
      for (const at of points.keys()) if (at < oldest) points.delete(at);
      if (points.size === 0) tracks.delete(id);
    }
  }

  return {
    add(time, clock, samples, labelOf, hosts) {
      const snapshot = next++;
      snapshots.push({ number: snapshot, time, clock });
      const tracked =
        samples.length <= TRACKED_MAX
          ? samples
          : [...samples].sort((a, b) => (b.rate || 0) - (a.rate || 0)).slice(0, SERIES_LINES);
      for (const sample of tracked) {
        if (!tracks.has(sample.id)) tracks.set(sample.id, { label: labelOf(sample), points: new Map() });
      }
      for (const { id, number, rate } of samples) tracks.get(id)?.points.set(snapshot, { id, number, rate });
      if (snapshots.length > SERIES_POINTS * hosts) {
        snapshots = snapshots.slice(-SERIES_POINTS * hosts);
        forgetBefore(snapshots[0]?.number ?? 0);
      }
    },
    series(gauge, labelOf = () => undefined) {
      const pick = (sample: Sample): number => (gauge ? sample.number : sample.rate);
      const busiest = [...tracks]
        .map(([id, { points }]) => ({ id, sum: sumOf(points, pick) }))
        .sort((a, b) => b.sum - a.sum)
        .slice(0, SERIES_LINES)
        .map(({ id }) => id);
      const fresh = busiest.filter((id) => !drawn.includes(id));
      drawn = drawn.map((id) => (busiest.includes(id) ? id : fresh.shift())).filter((id) => id !== undefined);
      drawn.push(...fresh);
      const ordered = snapshots
        .map(({ number, time, clock }) => ({ number, time: time + clock.offset }))
        .sort((a, b) => a.time - b.time);
      return {
        times: ordered.map(({ time }) => time),
        lines: drawn.map((id) => ({
          label: labelOf(id) ?? tracks.get(id)?.label ?? '',
          values: ordered.map((snapshot) => {
            const sample = tracks.get(id)?.points.get(snapshot.number);
            return sample === undefined || Number.isNaN(pick(sample)) ? null : pick(sample);
          }),
        })),
        unit: gauge ? '' : '/s',
      };
    },
  };
}

function sumOf(points: Map<number, Sample>, pick: (sample: Sample) => number): number {
  let sum = 0;
  for (const sample of points.values()) if (!Number.isNaN(pick(sample))) sum += pick(sample);
  return sum;
}
