/** A bucket that refills steadily: `take` says whether one more request is allowed now. */
export interface RateLimit {
  take(): boolean;
}

/** @param perSecond requests on average @param burst requests at once */
export function rateLimit(
  perSecond: number,
  burst: number,
  now: () => number = () => performance.now(),
): RateLimit {
  let tokens = burst;
  let last = now();
  return {
    take() {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - last) / 1000) * perSecond);
      last = time;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
