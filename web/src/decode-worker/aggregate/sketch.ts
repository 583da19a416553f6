/**
 * How often values of each size were seen, in buckets that grow with the value: 32 for each power of two, so that a quantile is
 * right to 1.1 %. Sketches add up, over time and over hosts; small whole numbers (below 32) have a bucket each.
 */
export interface Sketch {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Counts by bucket, see `bucketOf`; undefined where only the sums are kept. */
  buckets: Map<number, number> | undefined;
}

const PER_OCTAVE = 32;
/** Keeps the buckets of values below 1 apart from those of negative ones; doubles reach from 2^-1074 to 2^1024. */
const OFFSET = 1100 * PER_OCTAVE;

export function createSketch(withBuckets: boolean): Sketch {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    buckets: withBuckets ? new Map() : undefined,
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
  if (sketch.buckets) {
    const bucket = bucketOf(value);
    sketch.buckets.set(bucket, (sketch.buckets.get(bucket) ?? 0) + 1);
  }
}

/** Adds what another sketch has to `into`. */
export function addSketch(into: Sketch, other: Sketch): void {
  into.count += other.count;
  into.sum += other.sum;
  into.min = Math.min(into.min, other.min);
  into.max = Math.max(into.max, other.max);
  if (!into.buckets || !other.buckets) return;
  for (const [bucket, count] of other.buckets) {
    into.buckets.set(bucket, (into.buckets.get(bucket) ?? 0) + count);
  }
}

/** The value that a part (0 … 1) of all are not above; NaN of none. */
export function quantileOf({ count, min, max, buckets }: Sketch, part: number): number {
  if (count === 0 || !buckets) return Number.NaN;
  const wanted = Math.max(1, Math.ceil(part * count));
  let seen = 0;
  for (const bucket of [...buckets.keys()].sort((a, b) => a - b)) {
    seen += buckets.get(bucket) ?? 0;
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
