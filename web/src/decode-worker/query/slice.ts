/** A turn of long work, after which frames and questions have theirs. */
export interface Slice {
  isOver(): boolean;
}

/** Milliseconds of one turn: frames wait no longer than this, and a keystroke's answer not much. */
export const SLICE = 12;

export function sliceOf(milliseconds = SLICE, now = () => performance.now()): Slice {
  const end = now() + milliseconds;
  return { isOver: () => now() >= end };
}

/** A turn without end, for tests and for answers that are wanted whole. */
export const WHOLE: Slice = { isOver: () => false };

/** Work that can rest at each `yield`, and what comes of it. */
export interface Work<T> {
  /** @returns whether it is done */
  advance(slice: Slice): boolean;
  /** Undefined until it is done. */
  readonly result: T | undefined;
}

export function workOf<T>(steps: Generator<void, T>): Work<T> {
  let result: T | undefined;
  let done = false;
  return {
    advance(slice) {
      while (!done && !slice.isOver()) {
        const step = steps.next();
        if (!step.done) continue;
        result = step.value;
        done = true;
      }
      return done;
    },
    get result() {
      return result;
    },
  };
}
