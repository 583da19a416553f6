import { createSilence } from './silence.ts';

/**
 * The time that this machine goes on without its hub. It is renewed by every message, and is lost once; the next
 * message makes it good again. It is lost so early that what is ended then is gone when its time is over.
 */
export interface Lease {
  renew(): void;
  /** As the hub's welcome says; milliseconds. */
  setLength(length: number): void;
  /** For good: a message that comes later renews nothing. */
  end(): void;
}

/** The part of a lease in which runs are ended, and the longest it takes, milliseconds. */
const ENDING_PART = 1 / 4;
const ENDING_MOST = 4_000;
/** The part of that time after which runs are ended by force: the rest is for what is removed after them. */
const BY_FORCE = 3 / 4;

/** @param onLost called with the milliseconds within which all runs are to have ended */
export function createLease(length: number, onLost: (within: number) => void): Lease {
  let silence = silenceOf(length);
  let ended = false;

  function silenceOf(whole: number) {
    const ending = Math.min(whole * ENDING_PART, ENDING_MOST);
    return createSilence(whole - ending, () => onLost(ending * BY_FORCE));
  }

  function renew(): void {
    if (!ended) silence.heard();
  }

  return {
    renew,
    setLength(next) {
      silence.end();
      silence = silenceOf(next);
      renew();
    },
    end() {
      ended = true;
      silence.end();
    },
  };
}
