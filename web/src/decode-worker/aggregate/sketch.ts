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

const PER_OCTAVE = 32;
const OCTAVE_BITS = 5;
/** Keeps the buckets of values below 1 apart from those of negative ones; doubles reach from 2^-1074 to 2^1024. */
const OFFSET = 1100 * PER_OCTAVE;

export function createSketch(withBuckets: boolean): Sketch {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    pages: withBuckets ? new Map() : undefined,
  };
}

/** Buckets are in the order of their values; 0 has the bucket 0. */
export function bucketOf(value: number): number {
  if (value === 0) return 0;
  const bucket = Math.floor(Math.log2(Math.abs(value)) * PER_OCTAVE) + OFFSET;
  return value > 0 ? bucket : -bucket;
}

/** The values of a bucket: from the first up to but not including the second; for a negative one the other way round. */
export function rangeOf(bucket: number): [from: number, to: number] {
  if (bucket === 0) return [0, 0];
  const lower = (at: number): number => 2 ** ((at - OFFSET) / PER_OCTAVE);
  return bucket > 0 ? [lower(bucket), lower(bucket + 1)] : [-lower(1 - bucket), -lower(-bucket)];
}

/** The power of two that a bucket lies in: n for values of 2^n up to 2^(n+1). */
export function octaveOf(bucket: number): number {
  return Math.floor((bucket - OFFSET) / PER_OCTAVE);
}

export function addValue(sketch: Sketch, value: number): void {
  sketch.count++;
  sketch.sum += value;
  if (value < sketch.min) sketch.min = value;
  if (value > sketch.max) sketch.max = value;
  if (!sketch.pages) return;
  const bucket = bucketOf(value);
  const counts = pageOf(sketch.pages, bucket >> OCTAVE_BITS);
  const place = bucket & (PER_OCTAVE - 1);
  counts[place] = (counts[place] as number) + 1;
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
