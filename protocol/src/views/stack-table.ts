import { type Frame, FrameError } from '../frames.ts';
import type { Source } from '../schema.ts';

/** What the ids of one stack trace map stand for, as its newest snapshots had it. */
export interface StackTable {
  /** @returns whether something is there that was not */
  take(frame: Frame): boolean;
  /** Addresses, innermost first; undefined for what has not been read. */
  get(id: number): readonly bigint[] | undefined;
}

/** Stacks that are kept; a map holds fewer, but ids that a program deletes are remembered for what was counted under them. */
const STACKS_MAX = 65_536;

/**
 * Values are lists of u64, cut at the first zero (kernel/bpf/stackmap.c). They are read from the frame itself: the map may be read
 * whole each second, and most of it is known by then.
 * @throws FrameError from `take` where the frame is shorter than it says
 */
export function createStackTable(source: Source): StackTable {
  const stacks = new Map<number, bigint[]>();
  return {
    take({ header, payload }) {
      const valuesAt = (header.count * source.keySize + 7) & ~7;
      if (source.keySize !== 4 || valuesAt + header.count * source.valueSize > payload.byteLength) {
        throw new FrameError(`map frame of ${source.name} is cut short`);
      }
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      let changed = false;
      for (let row = 0; row < header.count; row++) {
        const id = view.getUint32(row * 4, true);
        const start = valuesAt + row * source.valueSize;
        const known = stacks.get(id);
        if (known !== undefined && isSame(known, view, start, source.valueSize)) continue;
        if (known === undefined && stacks.size >= STACKS_MAX) continue;
        stacks.set(id, stackAt(view, start, source.valueSize));
        changed = true;
      }
      return changed;
    },
    get: (id) => stacks.get(id),
  };
}

/** A program that lets the kernel reuse ids (BPF_F_REUSE_STACKID) has another stack under the same id later. */
function isSame(known: readonly bigint[], view: DataView, start: number, size: number): boolean {
  for (let at = 0; at < known.length; at++) {
    if (view.getBigUint64(start + at * 8, true) !== known[at]) return false;
  }
  return known.length * 8 + 8 > size || view.getBigUint64(start + known.length * 8, true) === 0n;
}

function stackAt(view: DataView, start: number, size: number): bigint[] {
  const stack: bigint[] = [];
  for (let at = 0; at + 8 <= size; at += 8) {
    const address = view.getBigUint64(start + at, true);
    if (address === 0n) break;
    stack.push(address);
  }
  return stack;
}
