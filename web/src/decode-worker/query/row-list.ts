/** Ordinals of rows in ascending order that grows at both ends, and shrinks where the oldest are given up. */
export interface RowList {
  readonly length: number;
  /** The row so many places from the newest; undefined beyond the oldest. */
  fromNewest(at: number): number | undefined;
  /** How many are newer than `row`. */
  newerThan(row: number): number;
  addNewer(row: number): void;
  addOlder(row: number): void;
  /** Leaves out what is older than `row`. */
  dropBefore(row: number): void;
  clear(): void;
}

export function createRowList(): RowList {
  /** Those found going back from where the list began, newest first, and those that came since, oldest first. */
  let older = createStack();
  let newer = createStack();
  /** Places of `newer` that were left out at its beginning. */
  let gone = 0;

  const at = (place: number): number | undefined =>
    place < newer.length - gone
      ? newer.at(newer.length - 1 - place)
      : older.at(place - (newer.length - gone));

  return {
    get length() {
      return older.length + newer.length - gone;
    },
    fromNewest: at,
    newerThan(row) {
      let low = 0;
      let high = this.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((at(middle) as number) > row) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    addNewer: (row) => newer.push(row),
    addOlder: (row) => older.push(row),
    dropBefore(row) {
      while (older.length > 0 && (older.at(older.length - 1) as number) < row) older.pop();
      if (older.length > 0) return;
      while (gone < newer.length && (newer.at(gone) as number) < row) gone++;
      if (gone > 4096 && gone * 2 > newer.length) {
        newer.shift(gone);
        gone = 0;
      }
    },
    clear() {
      older = createStack();
      newer = createStack();
      gone = 0;
    },
  };
}

interface Stack {
  readonly length: number;
  at(place: number): number | undefined;
  push(value: number): void;
  pop(): void;
  shift(count: number): void;
}

/** Ordinals pass 2^32 on a busy host within a day, so they are doubles. */
function createStack(): Stack {
  let values = new Float64Array(64);
  let length = 0;
  return {
    get length() {
      return length;
    },
    at: (place) => (place >= 0 && place < length ? values[place] : undefined),
    push(value) {
      if (length === values.length) {
        const wider = new Float64Array(2 * length);
        wider.set(values);
        values = wider;
      }
      values[length++] = value;
    },
    pop() {
      length--;
    },
    shift(count) {
      values.copyWithin(0, count, length);
      length -= count;
    },
  };
}
