/** Counts by time, for a rate chart: a ring of equal buckets. */
export interface Buckets {
  add(seconds: number, count: number): void;
  /** Rates a second of the complete buckets up to `now`, oldest first, on the grid that all Buckets share. */
  rates(now: number): { times: number[]; values: number[] };
}

/** Width of a bucket in seconds. */
export const BUCKET_SECONDS = 1;
const BUCKETS = 900;

export function createBuckets(): Buckets {
  const counts = new Float64Array(BUCKETS);
  const numbers = new Float64Array(BUCKETS).fill(-1);
  let first = Number.POSITIVE_INFINITY;
  return {
    add(seconds, count) {
      const number = Math.floor(seconds / BUCKET_SECONDS);
      const slot = number % BUCKETS;
      if (numbers[slot] !== number) {
        numbers[slot] = number;
        counts[slot] = 0;
      }
      counts[slot] = (counts[slot] ?? 0) + count;
      first = Math.min(first, number);
    },
    rates(now) {
      const end = Math.floor(now / BUCKET_SECONDS);
      const times: number[] = [];
      const values: number[] = [];
      for (let number = Math.max(first, end - BUCKETS + 1); number < end; number++) {
        const slot = number % BUCKETS;
        times.push(number * BUCKET_SECONDS);
        values.push(numbers[slot] === number ? (counts[slot] ?? 0) / BUCKET_SECONDS : 0);
      }
      return { times, values };
    },
  };
}
