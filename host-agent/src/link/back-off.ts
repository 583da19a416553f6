/** Milliseconds: the first wait, and the longest. */
const FIRST = 250;
const LONGEST = 4_000;

/**
 * How long to wait before the next try to connect. Grows by doubling and is drawn from its whole range, so that many hosts do
 * not come back to a hub in step.
 */
export interface BackOff {
  next(): number;
  /** After a connection that worked. */
  reset(): void;
}

export function createBackOff(random: () => number = Math.random): BackOff {
  let tries = 0;
  return {
    next() {
      const range = Math.min(LONGEST, FIRST * 2 ** tries);
      tries = Math.min(tries + 1, 16);
      return Math.round(range / 4 + (random() * range * 3) / 4);
    },
    reset() {
      tries = 0;
    },
  };
}
