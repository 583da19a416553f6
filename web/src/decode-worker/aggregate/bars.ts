import type { Distribution } from '../../session/aggregates.ts';
import { octaveOf, rangeOf } from './bucket.ts';
import { bucketsOf, type Sketch } from './sketch.ts';

/** Sketches as the rows of heatmaps and the bars of histograms. */

/** Values below 1, and below 0, have a row of their own each. */
const BELOW = Number.NEGATIVE_INFINITY;
/** More rows than this are hard to tell apart: one for each power of two then, else two. */
const OCTAVES_FINE = 14;
const LINEAR_BARS = 24;

export interface HeatRows {
  /** Borders from the lowest, one more than rows. */
  edges: number[];
  /** The row of a bucket of a sketch. */
  rowOf(bucket: number): number;
}

/** Rows that hold all values of these sketches. */
export function heatRows(sketches: readonly (Sketch | undefined)[]): HeatRows {
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (const sketch of sketches) {
    if (!sketch || sketch.count === 0) continue;
    least = Math.min(least, sketch.min);
    largest = Math.max(largest, sketch.max);
  }
  if (least > largest) return { edges: [0, 1], rowOf: () => 0 };
  const bottom = Math.floor(Math.log2(Math.max(1, least)));
  const top = Math.floor(Math.log2(Math.max(1, largest))) + 1;
  const parts = top - bottom <= OCTAVES_FINE ? 2 : 1;
  const borders = Array.from({ length: (top - bottom) * parts + 1 }, (_, at) => 2 ** (bottom + at / parts));
  const lower = [...(least < 0 ? [BELOW] : []), ...(least < 1 ? [0] : [])];
  const edges = [...lower, ...borders];
  const placeOf = (value: number): number => {
    if (value < 0) return 0;
    if (value < 1) return lower.length - 1;
    return (
      lower.length + Math.min(borders.length - 2, Math.floor((Math.log2(value) - bottom) * parts + 1e-9))
    );
  };
  return { edges, rowOf: (bucket) => placeOf(rangeOf(bucket)[0]) };
}

/** Adds a sketch's counts to the rows that begin at `base`. */
export function rowsOfSketch(sketch: Sketch, rows: HeatRows, counts: number[], base: number): void {
  for (const [bucket, count] of bucketsOf(sketch)) {
    const at = base + rows.rowOf(bucket);
    counts[at] = (counts[at] ?? 0) + count;
  }
}

/** A histogram of a sketch: a bar for each power of two, or so many of one width. */
export function barsOf(sketch: Sketch, scale: 'log2' | 'linear'): Distribution['bars'] {
  if (sketch.count === 0 || !sketch.pages) return [];
  return scale === 'log2' ? log2Bars(sketch) : linearBars(sketch);
}

function log2Bars(sketch: Sketch): Distribution['bars'] {
  const byOctave = new Map<number, number>();
  for (const [bucket, count] of bucketsOf(sketch)) {
    // 0 and 1 share the first bar, as in the kernel's own histograms.
    const octave = bucket < 0 ? -1 : bucket === 0 ? 0 : Math.max(0, octaveOf(bucket));
    byOctave.set(octave, (byOctave.get(octave) ?? 0) + count);
  }
  const first = Math.min(...byOctave.keys());
  const last = Math.max(...byOctave.keys());
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const octave = first + at;
    return {
      from: octave < 0 ? BELOW : octave === 0 ? 0 : 2 ** octave,
      to: octave < 0 ? 0 : 2 ** (octave + 1),
      count: byOctave.get(octave) ?? 0,
    };
  });
}

/** A bucket that lies across a border is divided by its parts: counts stay whole in sum, not in each bar. */
function linearBars(sketch: Sketch): Distribution['bars'] {
  const { min, max } = sketch;
  const width = niceWidth((max - min) / LINEAR_BARS);
  const start = Math.floor(min / width) * width;
  const length = Math.floor((max - start) / width) + 1;
  const counts = Array<number>(length).fill(0);
  for (const [bucket, count] of bucketsOf(sketch)) {
    const [from, to] = rangeOf(bucket).toSorted((a, b) => a - b) as [number, number];
    const low = Math.max(min, from);
    const high = Math.max(low, Math.min(max, to));
    const first = clamp(Math.floor((low - start) / width), length);
    const last = clamp(Math.ceil((high - start) / width) - 1, length);
    if (last <= first || to - from <= 1) {
      const at = clamp(Math.floor(((to - from <= 1 ? Math.ceil(from - 1e-9) : low) - start) / width), length);
      counts[at] = (counts[at] ?? 0) + count;
      continue;
    }
    let left = count;
    for (let at = first; at <= last; at++) {
      const inside = Math.min(high, start + (at + 1) * width) - Math.max(low, start + at * width);
      const part = at === last ? left : Math.min(left, Math.round((count * inside) / (high - low)));
      counts[at] = (counts[at] ?? 0) + part;
      left -= part;
    }
  }
  return counts.map((count, at) => ({ from: start + at * width, to: start + (at + 1) * width, count }));
}

function clamp(at: number, length: number): number {
  return Math.max(0, Math.min(length - 1, at));
}

/** 1, 2 or 5 times a power of ten, at least so wide and at least 1. */
function niceWidth(least: number): number {
  if (least <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
}
