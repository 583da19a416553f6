/**
 * Notices that nothing has been heard for a time, by the time in which this process could have heard something: a machine that stood
 * still, or was busy with something else for long, first reads what came meanwhile.
 */
export interface Silence {
  /** Something was heard, or it begins. */
  heard(): void;
  end(): void;
}

/** A time is waited for in so many parts. However late one comes, only one is over: what has come is read before the next. */
const PARTS = 4;

/** @param onSilent called once, until something is heard again */
export function createSilence(length: number, onSilent: () => void): Silence {
  let timer: NodeJS.Timeout | undefined;
  let left = 0;

  function next(): void {
    timer = setTimeout(() => {
      left--;
      if (left > 0) next();
      else onSilent();
    }, length / PARTS);
  }

  return {
    heard() {
      clearTimeout(timer);
      left = PARTS;
      next();
    },
    end: () => clearTimeout(timer),
  };
}
