import { createSilence } from './silence.ts';

/**
 * The time that this machine goes on without its hub. It is renewed by every message, and runs out once; the next
 * message makes it good again.
 */
export interface Lease {
  renew(): void;
  /** As the hub's welcome says; milliseconds. */
  setLength(length: number): void;
  /** For good: a message that comes later renews nothing. */
  end(): void;
}

export function createLease(length: number, onLost: () => void): Lease {
  let silence = createSilence(length, onLost);
  let ended = false;

  function renew(): void {
    if (!ended) silence.heard();
  }

  return {
    renew,
    setLength(next) {
      silence.end();
      silence = createSilence(next, onLost);
      renew();
    },
    end() {
      ended = true;
      silence.end();
    },
  };
}
