/** Numbers by their size: so many buckets for each power of two, in the order of their values; 0 has the bucket 0. */
export const PER_OCTAVE = 32;
/** Keeps the buckets of values below 1 apart from those of negative ones; doubles reach from 2^-1074 to 2^1024. */
const OFFSET = 1100 * PER_OCTAVE;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Of the word that has sign, exponent and the first bits of the fraction (IEEE 754). */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
const FRACTION_BITS = 20;
const FRACTION = 2 ** FRACTION_BITS - 1;
const BIAS = 1023;
/** First bits of the fraction with which each bucket of an octave begins; one beyond. */
const STARTS = Uint32Array.from(
  { length: PER_OCTAVE + 1 },
  (_, at) => (2 ** (at / PER_OCTAVE) - 1) * 2 ** FRACTION_BITS,
);
/** The bucket that a fraction's first seven bits begin in. */
const GUESS_BITS = 7;
const GUESSES = Uint8Array.from({ length: 2 ** GUESS_BITS }, (_, at) =>
  STARTS.findLastIndex((start) => start <= at << (FRACTION_BITS - GUESS_BITS)),
);

export function bucketOf(value: number): number {
  double[0] = value;
  const high = words[HIGH] as number;
  const exponent = high >>> FRACTION_BITS;
  // Negative ones, 0 and what is less than any normal double, infinite ones.
  if (exponent === 0 || exponent >= 2 * BIAS + 1) return bucketByLogarithm(value);
  const fraction = high & FRACTION;
  let bucket = GUESSES[fraction >>> (FRACTION_BITS - GUESS_BITS)] as number;
  while (fraction > (STARTS[bucket + 1] as number)) bucket++;
  // Only the bits that were left out tell which of the two it is.
  if (fraction === STARTS[bucket + 1] || (fraction === STARTS[bucket] && bucket > 0))
    return bucketByLogarithm(value);
  return (exponent - BIAS) * PER_OCTAVE + bucket + OFFSET;
}

/** The same, four times slower, for any number. */
export function bucketByLogarithm(value: number): number {
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
