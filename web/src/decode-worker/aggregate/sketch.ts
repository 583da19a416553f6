import { bucketOf, PER_OCTAVE, rangeOf } from './bucket.ts';

/**
 * How often values of each size were seen, in buckets that grow with the value: 32 for each power of two, so that a quantile is
 * right to 1.1 %. Sketches add up, over time and over hosts; small whole numbers (below 32) have a bucket each.
 */
export interface Sketch {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** At most so many events, and so large a sum, came before this had a place, and are not in it (see `KeyCell`). */
  missed: number;
  missedSum: number;
  /** Counts by bucket (see `bucketOf`), in pages of so many as a power of two has; undefined where only the sums are kept. */
  pages: Map<number, Float64Array> | undefined;
}

const OCTAVE_BITS = Math.log2(PER_OCTAVE);

export function createSketch(withBuckets: boolean): Sketch {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    missed: 0,
    missedSum: 0,
    pages: withBuckets ? new Map() : undefined,
  };
}

/** Adds the first `count` of these. */
export function addValues(sketch: Sketch, values: Float64Array, count: number): void {
  let { sum, min, max } = sketch;
  for (let at = 0; at < count; at++) {
    const value = values[at] as number;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  sketch.count += count;
  sketch.sum = sum;
  sketch.min = min;
  sketch.max = max;
  if (sketch.pages) addBuckets(sketch.pages, values, count);
}

/** Counts of the octaves that nearly all values lie in, of one call: to find a page for each value would take longer than all else. */
const USUAL_OCTAVES = 64;
const USUAL_FROM = bucketOf(1);
const usual = new Float64Array(USUAL_OCTAVES * PER_OCTAVE);

function addBuckets(pages: Map<number, Float64Array>, values: Float64Array, count: number): void {
  let lowest = usual.length;
  let highest = -1;
  for (let at = 0; at < count; at++) {
    const bucket = bucketOf(values[at] as number);
    const place = bucket - USUAL_FROM;
    if (place < 0 || place >= usual.length) {
      addCount(pages, bucket);
      continue;
    }
    usual[place] = (usual[place] as number) + 1;
    if (place < lowest) lowest = place;
    if (place > highest) highest = place;
  }
  for (let octave = lowest >> OCTAVE_BITS; octave <= highest >> OCTAVE_BITS; octave++) {
    const own = usual.subarray(octave * PER_OCTAVE, (octave + 1) * PER_OCTAVE);
    if (own.every((each) => each === 0)) continue;
    const counts = pageOf(pages, (USUAL_FROM >> OCTAVE_BITS) + octave);
    for (let place = 0; place < PER_OCTAVE; place++) {
      counts[place] = (counts[place] as number) + (own[place] as number);
    }
    own.fill(0);
  }
}

function addCount(pages: Map<number, Float64Array>, bucket: number): void {
  const counts = pageOf(pages, bucket >> OCTAVE_BITS);
  const place = bucket & (PER_OCTAVE - 1);
  counts[place] = (counts[place] as number) + 1;
}

export function addValue(sketch: Sketch, value: number): void {
  sketch.count++;
  sketch.sum += value;
  if (value < sketch.min) sketch.min = value;
  if (value > sketch.max) sketch.max = value;
  if (sketch.pages) addCount(sketch.pages, bucketOf(value));
}

function pageOf(pages: Map<number, Float64Array>, page: number): Float64Array {
  const known = pages.get(page);
  if (known) return known;
  const made = new Float64Array(PER_OCTAVE);
  pages.set(page, made);
  return made;
}

/** The buckets that count something, in no order. */
export function* bucketsOf({ pages }: Sketch): Generator<[bucket: number, count: number]> {
  for (const [page, counts] of pages ?? []) {
    for (let place = 0; place < PER_OCTAVE; place++) {
      const count = counts[place] as number;
      if (count > 0) yield [page * PER_OCTAVE + place, count];
    }
  }
}

/** Adds what another sketch has to `into`. */
export function addSketch(into: Sketch, other: Sketch): void {
  into.count += other.count;
  into.sum += other.sum;
  into.min = Math.min(into.min, other.min);
  into.max = Math.max(into.max, other.max);
  into.missed += other.missed;
  into.missedSum += other.missedSum;
  if (!into.pages || !other.pages) return;
  for (const [page, counts] of other.pages) {
    const sums = pageOf(into.pages, page);
    for (let place = 0; place < PER_OCTAVE; place++) {
      sums[place] = (sums[place] as number) + (counts[place] as number);
    }
  }
}

/** The value that a part (0 … 1) of all are not above; NaN of none. */
export function quantileOf(sketch: Sketch, part: number): number {
  const { count, min, max, pages } = sketch;
  if (count === 0 || !pages) return Number.NaN;
  const wanted = Math.max(1, Math.ceil(part * count));
  let seen = 0;
  for (const [bucket, inBucket] of [...bucketsOf(sketch)].sort(([a], [b]) => a - b)) {
    seen += inBucket;
    if (seen < wanted) continue;
    const [from, to] = rangeOf(bucket);
    return Math.min(max, Math.max(min, wholeWithin(from, to) ?? (from + to) / 2));
  }
  return max;
}

/** The only whole number of a narrow bucket. */
function wholeWithin(from: number, to: number): number | undefined {
  const whole = Math.ceil(from - 1e-9);
  return to - from <= 1 && whole < to ? whole : undefined;
}
