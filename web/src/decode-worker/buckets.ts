/** Counts by time, for a rate chart: a ring of equal buckets. */
export interface Buckets {
  add(seconds: number, count: number): void;
  /**
   * Rates a second of the buckets that were full at `now`, oldest first. The times that `add` was given lie `offset` seconds before
   * those that are wanted; whatever it is, the result lies on the grid that all Buckets share.
   */
  rates(now: number, offset: number): { times: number[]; values: number[] };
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
    rates(now, offset) {
      // Rounded up, so that a bucket is only shown when it is full on both clocks.
      const shift = Math.ceil(offset / BUCKET_SECONDS);
      const end = Math.floor(now / BUCKET_SECONDS) - shift;
      const times: number[] = [];
      const values: number[] = [];
      for (let number = Math.max(first, end - BUCKETS + 1); number < end; number++) {
        const slot = number % BUCKETS;
        times.push((number + shift) * BUCKET_SECONDS);
        values.push(numbers[slot] === number ? (counts[slot] ?? 0) / BUCKET_SECONDS : 0);
      }
      return { times, values };
    },
  };
}
