const WINDOW = 60_000;
const FAILURES_MAX = 10;
/** Addresses remembered at once; the oldest go first. */
const ADDRESSES_MAX = 10_000;

/**
 * Counts failed tries by address. Beyond 10 in a minute, further wrong tries are answered without being looked at closely.
 * A right token still passes: guessing 256 bits is hopeless at any rate, and a web page that makes a browser send wrong
 * tokens to loopback must not be able to lock its user out.
 */
export interface Attempts {
  failed(address: string): void;
  /** Milliseconds until the address may try again, 0 when it may now. */
  wait(address: string): number;
}

export function failedAttempts(now: () => number = Date.now): Attempts {
  const byAddress = new Map<string, { since: number; failures: number }>();
  return {
    failed(address) {
      const time = now();
      const entry = byAddress.get(address);
      if (entry === undefined || time - entry.since >= WINDOW) {
        byAddress.delete(address);
        byAddress.set(address, { since: time, failures: 1 });
        const oldest = byAddress.size > ADDRESSES_MAX ? byAddress.keys().next().value : undefined;
        if (oldest !== undefined) byAddress.delete(oldest);
      } else {
        entry.failures++;
      }
    },
    wait(address) {
      const entry = byAddress.get(address);
      if (entry === undefined || entry.failures < FAILURES_MAX) return 0;
      return Math.max(0, entry.since + WINDOW - now());
    },
  };
}
