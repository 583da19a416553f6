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
    pages: withBuckets ? new Map() : undefined,
  };
}

/** Adds the first `count` of these. */
export function addValues(sketch: Sketch, values: Float64Array, count: number): void {
  let { sum, min, max } = sketch;
  const { pages } = sketch;
  /** Values next to one another are often of one size. */
  let page = Number.NaN;
  let counts: Float64Array | undefined;
  for (let at = 0; at < count; at++) {
    const value = values[at] as number;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (!pages) continue;
    const bucket = bucketOf(value);
    if (counts === undefined || bucket >> OCTAVE_BITS !== page) {
      page = bucket >> OCTAVE_BITS;
      counts = pageOf(pages, page);
    }
    const place = bucket & (PER_OCTAVE - 1);
    counts[place] = (counts[place] as number) + 1;
  }
  sketch.count += count;
  sketch.sum = sum;
  sketch.min = min;
  sketch.max = max;
}

const one = new Float64Array(1);

export function addValue(sketch: Sketch, value: number): void {
  one[0] = value;
  addValues(sketch, one, 1);
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
