/** A number's place in order as 64 bits without a sign, in two words. */
export interface Keys {
  low: Uint32Array;
  high: Uint32Array;
  /** 1 where there is a value; what has none comes last, whatever the order. */
  present: Uint8Array;
}

export function keysFor(length: number): Keys {
  return { low: new Uint32Array(length), high: new Uint32Array(length), present: new Uint8Array(length) };
}

const view = new DataView(new ArrayBuffer(8));

/** Puts a real number in its place: the order of IEEE 754 bits is that of the numbers once the negative ones are turned over. */
export function putReal(keys: Keys, at: number, value: number): void {
  if (Number.isNaN(value)) return;
  view.setFloat64(0, value === 0 ? 0 : value);
  const high = view.getUint32(0);
  const low = view.getUint32(4);
  const negative = high >>> 31 === 1;
  keys.high[at] = negative ? ~high : high | 0x80000000;
  keys.low[at] = negative ? ~low : low;
  keys.present[at] = 1;
}

export function putWhole(keys: Keys, at: number, value: bigint): void {
  const shifted = BigInt.asUintN(64, value + (1n << 63n));
  keys.high[at] = Number(shifted >> 32n);
  keys.low[at] = Number(shifted & 0xffffffffn);
  keys.present[at] = 1;
}

const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;
/** Entries between two rests. */
const STRIDE = 100_000;

/**
 * The places of `keys` in ascending order, or descending; equal ones stay as they are. By digits of 16 bits, least first (radix sort):
 * time does not depend on what the values are, and 64 bits stay exact. Rests now and then.
 */
export function* sortedPlaces(keys: Keys, descending: boolean): Generator<void, Uint32Array<ArrayBuffer>> {
  const { low, high, present } = keys;
  const count = present.length;
  let places = new Uint32Array(count);
  let filled = 0;
  for (let at = 0; at < count; at++) if (present[at]) places[filled++] = at;
  const valued = filled;
  for (let at = 0; at < count; at++) if (!present[at]) places[filled++] = at;
  let next = Uint32Array.from(places);
  const counts = new Uint32Array(DIGITS);
  for (const [words, shift] of [
    [low, 0],
    [low, DIGIT_BITS],
    [high, 0],
    [high, DIGIT_BITS],
  ] as const) {
    counts.fill(0);
    for (let at = 0; at < valued; at++) {
      const place = places[at] as number;
      const digit = ((words[place] as number) >>> shift) & (DIGITS - 1);
      counts[digit] = (counts[digit] as number) + 1;
      if (at % STRIDE === STRIDE - 1) yield;
    }
    // One digit all over: this turn would change nothing.
    if (valued === 0 || counts.includes(valued)) continue;
    let sum = 0;
    for (let step = 0; step < DIGITS; step++) {
      const digit = descending ? DIGITS - 1 - step : step;
      const before = sum;
      sum += counts[digit] as number;
      counts[digit] = before;
    }
    for (let at = 0; at < valued; at++) {
      const place = places[at] as number;
      const digit = ((words[place] as number) >>> shift) & (DIGITS - 1);
      const to = counts[digit] as number;
      counts[digit] = to + 1;
      next[to] = place;
      if (at % STRIDE === STRIDE - 1) yield;
    }
    [places, next] = [next, places];
  }
  return places;
}
