import type { FrameHeader } from '@probepad/protocol/frames';
import { secondsOf } from '../page-clock.ts';

/** How many records of each second are looked at. */
export interface SecondShare {
  /** Whether the records of a frame are: those of the frame that passes the bound are the last of their second. */
  takes(header: Pick<FrameHeader, 'timeNs' | 'count'>): boolean;
}

/** @param max records a second, of the clock that frames tell */
export function createSecondShare(max: number): SecondShare {
  let second = Number.NaN;
  let seen = 0;
  return {
    takes({ timeNs, count }) {
      const now = Math.floor(secondsOf(timeNs));
      if (now !== second) {
        second = now;
        seen = 0;
      }
      if (seen > max) return false;
      seen += count;
      return true;
    },
  };
}
