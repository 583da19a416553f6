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
  let current = length;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  function renew(): void {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(onLost, current);
  }

  return {
    renew,
    setLength(next) {
      current = next;
      renew();
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
