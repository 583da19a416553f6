import type { Frame } from '@probepad/protocol/frames';
import type { Budget, Holder } from './budget.ts';

/** Snapshots of one host as they came: all of the last minutes, then every tenth, as far as the budget that all share goes. */
export interface Moments {
  /** @param time seconds on the host's own clock; what is no newer than the newest is not kept */
  add(time: number, frames: readonly Frame[]): void;
  /** The last `count` by a time, the newest first. */
  by(time: number, count: number): readonly Moment[];
  /** Times of the oldest and the newest that are kept. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  /** Lets go of its memory. */
  close(): void;
}

export interface Moment {
  time: number;
  frames: readonly Frame[];
}

/** Bytes of snapshots that a page keeps for tables of earlier moments; charts keep their own numbers. */
export const MOMENT_BYTES_MAX = 48 * 1024 * 1024;
/** As many as charts keep. */
const FINE = 900;
const COARSE = 720;
const THINNED = 10;
/** What a snapshot takes beside its payload, about. */
const OVERHEAD = 512;

export function createMoments(budget: Budget): Moments {
  const fine: Moment[] = [];
  const coarse: Moment[] = [];
  /** How many moments have a payload: it is held until the last of them goes. */
  const uses = new Map<Uint8Array, number>();
  let count = 0;
  let held = 0;

  function changed(bytes: number): void {
    held += bytes;
    budget.changed(bytes);
  }

  function put(into: Moment[], moment: Moment): void {
    into.push(moment);
    let bytes = OVERHEAD;
    for (const { payload } of moment.frames) {
      const used = uses.get(payload) ?? 0;
      if (used === 0) bytes += payload.byteLength;
      uses.set(payload, used + 1);
    }
    changed(bytes);
  }

  function drop(from: Moment[]): Moment | undefined {
    const oldest = from.shift();
    if (oldest === undefined) return undefined;
    let bytes = OVERHEAD;
    for (const { payload } of oldest.frames) {
      const used = (uses.get(payload) ?? 1) - 1;
      if (used > 0) uses.set(payload, used);
      else if (uses.delete(payload)) bytes += payload.byteLength;
    }
    changed(-bytes);
    return oldest;
  }

  const holder: Holder = {
    get bytes() {
      return held;
    },
    giveUp() {
      // The newest is always there.
      if (coarse.length === 0 && fine.length < 2) return false;
      drop(coarse.length > 0 ? coarse : fine);
      return true;
    },
  };
  budget.join(holder);

  return {
    add(time, frames) {
      const before = fine.at(-1);
      if (before && time <= before.time) return;
      put(fine, { time, frames: copied(frames, before?.frames) });
      count++;
      if (fine.length <= FINE) return;
      const oldest = drop(fine);
      if (oldest && (count - FINE) % THINNED === 0) put(coarse, oldest);
      if (coarse.length > COARSE) drop(coarse);
    },
    by(time, most) {
      const all = [...coarse, ...fine];
      const last = all.findLastIndex((each) => each.time <= time);
      return all.slice(Math.max(0, last + 1 - most), last + 1).reverse();
    },
    get oldest() {
      return (coarse[0] ?? fine[0])?.time;
    },
    get newest() {
      return fine.at(-1)?.time;
    },
    close: () => budget.leave(holder),
  };
}

/** Frames without the messages that they came in. What is the same as in the snapshot before is kept once. */
function copied(frames: readonly Frame[], before: readonly Frame[] = []): Frame[] {
  return frames.map(({ header, payload }, at) => {
    const known = before[at]?.payload;
    return { header, payload: known && isSame(known, payload) ? known : payload.slice() };
  });
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let at = 0; at < a.byteLength; at++) if (a[at] !== b[at]) return false;
  return true;
}
