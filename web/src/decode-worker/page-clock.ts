import { FRAME_FLAGS, type FrameHeader } from '@probepad/protocol/frames';

/**
 * Where a host's CLOCK_MONOTONIC lies on this page's clock. The wall clocks of hosts are wrong by seconds or hours, but charts of
 * several hosts share one axis that ends now. A live frame comes after it was made, never before, so the least difference
 * that was seen lately is the nearest to the truth.
 */
export interface PageClock {
  /** A frame has come at `now`, seconds since 1970. */
  see(header: FrameHeader, now: number): void;
  /** The host's own word, in ns, which counts until a live frame has come: frames that are sent again tell nothing of the time. */
  wall: bigint | undefined;
  /** Seconds to add to CLOCK_MONOTONIC; 0 before the first frame. */
  readonly offset: number;
}

/** "Lately" is this long in seconds, up to twice: a host that slept has another offset afterwards. */
const WINDOW = 30;

export function createPageClock(): PageClock {
  let since = Number.NEGATIVE_INFINITY;
  let least: number | undefined;
  let leastBefore: number | undefined;
  let replayed = 0;
  return {
    wall: undefined,
    see({ timeNs, flags }, now) {
      const difference = now - secondsOf(timeNs);
      if (flags & FRAME_FLAGS.replay) {
        replayed = difference;
        return;
      }
      if (now - since > WINDOW) {
        leastBefore = least;
        least = difference;
        since = now;
      }
      least = Math.min(least ?? difference, difference);
    },
    get offset() {
      if (least !== undefined) return Math.min(least, leastBefore ?? least);
      return this.wall === undefined ? replayed : secondsOf(this.wall);
    },
  };
}

/** Nanoseconds as seconds, to the microsecond. */
export function secondsOf(ns: bigint): number {
  return Number(ns / 1_000n) / 1e6;
}
