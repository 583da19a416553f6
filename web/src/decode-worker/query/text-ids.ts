import type { RecordAt } from '../store/record-fields.ts';
import { textRange } from '../store/record-fields.ts';

/** Small numbers for texts, the same for the same text, without making a string of each: few distinct ones stand in a million rows. */
export interface TextIds {
  idOf(at: RecordAt): number;
  readonly size: number;
}

/** Task names are of this length (TASK_COMM_LEN, linux/sched.h), and are what is asked for most. */
const QUICK_BYTES = 16;
const QUICK_SLOTS = 1024;

/** @param place of the char array @param met is called with each text that is new, in the order of their ids */
export function createTextIds(
  place: { offset: number; length: number },
  met: (at: RecordAt) => void,
): TextIds {
  let table = new Int32Array(1024).fill(-1);
  let hashes = new Uint32Array(512);
  let froms = new Uint32Array(512);
  let tos = new Uint32Array(512);
  let kept = new Uint8Array(16 * 1024);
  let used = 0;
  let size = 0;
  /** Ids of short texts by their four words, whatever is behind a NUL: a look instead of a walk. */
  const words = new Int32Array(4 * QUICK_SLOTS);
  const quick = new Int32Array(QUICK_SLOTS).fill(-1);

  function widen(): void {
    const wider = <T extends Uint32Array>(before: T): Uint32Array<ArrayBuffer> => {
      const after = new Uint32Array(2 * before.length);
      after.set(before);
      return after;
    };
    [hashes, froms, tos] = [wider(hashes), wider(froms), wider(tos)];
    table = new Int32Array(2 * table.length).fill(-1);
    for (let id = 0; id < size; id++) {
      let slot = (hashes[id] as number) & (table.length - 1);
      while (table[slot] !== -1) slot = (slot + 1) & (table.length - 1);
      table[slot] = id;
    }
  }

  function isSame(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = froms[id] as number;
    if ((tos[id] as number) - start !== to - from) return false;
    for (let at = 0; at < to - from; at++) if (kept[start + at] !== bytes[from + at]) return false;
    return true;
  }

  return {
    get size() {
      return size;
    },
    idOf(at) {
      const start = at.start + place.offset;
      if (place.length !== QUICK_BYTES || start + QUICK_BYTES > at.end) return walk(at);
      const a = at.view.getInt32(start, true);
      const b = at.view.getInt32(start + 4, true);
      const c = at.view.getInt32(start + 8, true);
      const d = at.view.getInt32(start + 12, true);
      const mixed = Math.imul(a ^ Math.imul(b, 0x01000193) ^ Math.imul(c, 0x9e3779b1) ^ d, 0x85ebca6b);
      const slot = (mixed ^ (mixed >>> 15)) & (QUICK_SLOTS - 1);
      const known = quick[slot] as number;
      const first = 4 * slot;
      if (
        known !== -1 &&
        words[first] === a &&
        words[first + 1] === b &&
        words[first + 2] === c &&
        words[first + 3] === d
      ) {
        return known;
      }
      const id = walk(at);
      words.set([a, b, c, d], first);
      quick[slot] = id;
      return id;
    },
  };

  function walk(at: RecordAt): number {
    const { bytes } = at;
    const { from, to } = textRange(at, place);
    // FNV-1a, 32 bits (RFC 9923).
    let hash = 0x811c9dc5;
    for (let index = from; index < to; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
    hash = (hash ^ (hash >>> 15)) >>> 0;
    let slot = hash & (table.length - 1);
    for (let id = table[slot] as number; id !== -1; id = table[slot] as number) {
      if (hashes[id] === hash && isSame(id, bytes, from, to)) return id;
      slot = (slot + 1) & (table.length - 1);
    }
    if (size === hashes.length) {
      widen();
      slot = hash & (table.length - 1);
      while (table[slot] !== -1) slot = (slot + 1) & (table.length - 1);
    }
    if (used + to - from > kept.length) {
      const wider = new Uint8Array(Math.max(2 * kept.length, used + to - from));
      wider.set(kept.subarray(0, used));
      kept = wider;
    }
    kept.set(bytes.subarray(from, to), used);
    const id = size++;
    table[slot] = id;
    hashes[id] = hash;
    froms[id] = used;
    used += to - from;
    tos[id] = used;
    met(at);
    return id;
  }
}
