import type { Series } from '../session/decoder.ts';

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
   * @param time seconds since 1970; the snapshots of several hosts need not come in order
   * @param hosts that share the history
   */
  add<S extends Sample>(
    time: number,
    samples: readonly S[],
    labelOf: (sample: S) => string,
    hosts: number,
  ): void;
  /** `gauge`: the numbers as they are, in place of their rates. */
  series(gauge: boolean): Series;
}

interface Track {
  label: string;
  /** By time. */
  points: Map<number, Sample>;
}

const SERIES_LINES = 8;
/** Snapshots that are kept of each host. */
const SERIES_POINTS = 600;
/** Maps with more keys keep a history of their busiest keys only. */
const TRACKED_MAX = 256;

export function createMapHistory(): MapHistory {
  const tracks = new Map<string, Track>();
  let times: number[] = [];
  /** Ids of the lines of the chart: a line keeps its place, and so its colour, while it is drawn. */
  let drawn: string[] = [];

  function insert(time: number): void {
    let at = times.length;
    while (at > 0 && (times[at - 1] ?? 0) > time) at--;
    if (times[at - 1] !== time) times.splice(at, 0, time);
  }

  function forgetBefore(oldest: number): void {
    for (const [id, { points }] of tracks) {
      for (const at of points.keys()) if (at < oldest) points.delete(at);
      if (points.size === 0) tracks.delete(id);
    }
  }

  return {
    add(time, samples, labelOf, hosts) {
      insert(time);
      const tracked =
        samples.length <= TRACKED_MAX
          ? samples
          : [...samples].sort((a, b) => (b.rate || 0) - (a.rate || 0)).slice(0, SERIES_LINES);
      for (const sample of tracked) {
        if (!tracks.has(sample.id)) tracks.set(sample.id, { label: labelOf(sample), points: new Map() });
      }
      for (const { id, number, rate } of samples) tracks.get(id)?.points.set(time, { id, number, rate });
      if (times.length > SERIES_POINTS * hosts) {
        times = times.slice(-SERIES_POINTS * hosts);
        forgetBefore(times[0] ?? 0);
      }
    },
    series(gauge) {
      const pick = (sample: Sample): number => (gauge ? sample.number : sample.rate);
      const busiest = [...tracks]
        .map(([id, { points }]) => ({ id, sum: sumOf(points, pick) }))
        .sort((a, b) => b.sum - a.sum)
        .slice(0, SERIES_LINES)
        .map(({ id }) => id);
      const fresh = busiest.filter((id) => !drawn.includes(id));
      drawn = drawn.map((id) => (busiest.includes(id) ? id : fresh.shift())).filter((id) => id !== undefined);
      drawn.push(...fresh);
      return {
        times,
        lines: drawn.map((id) => ({
          label: tracks.get(id)?.label ?? '',
          values: times.map((time) => {
            const sample = tracks.get(id)?.points.get(time);
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
