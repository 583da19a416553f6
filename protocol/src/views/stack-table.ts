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
  const stacks = new Map<number, { words: Uint32Array; addresses: readonly bigint[] | undefined }>();
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
        if (known !== undefined && isSame(known.words, view, start, source.valueSize)) continue;
        if (known === undefined && stacks.size >= STACKS_MAX) continue;
        stacks.set(id, { words: wordsAt(view, start, source.valueSize), addresses: undefined });
        changed = true;
      }
      return changed;
    },
    get(id) {
      const stack = stacks.get(id);
      if (stack) stack.addresses ??= addressesOf(stack.words);
      return stack?.addresses;
    },
  };
}

/** A program that lets the kernel reuse ids (BPF_F_REUSE_STACKID) has another stack under the same id later. */
function isSame(words: Uint32Array, view: DataView, start: number, size: number): boolean {
  for (let at = 0; at < words.length; at++) {
    if (view.getUint32(start + at * 4, true) !== words[at]) return false;
  }
  return words.length * 4 + 8 > size || isZero(view, start + words.length * 4);
}

/** Halves of addresses, the lower first: most rows are only compared, and that takes no bigint. */
function wordsAt(view: DataView, start: number, size: number): Uint32Array {
  let end = start;
  while (end + 8 <= start + size && !isZero(view, end)) end += 8;
  const words = new Uint32Array((end - start) / 4);
  for (let at = 0; at < words.length; at++) words[at] = view.getUint32(start + at * 4, true);
  return words;
}

function isZero(view: DataView, at: number): boolean {
  return view.getUint32(at, true) === 0 && view.getUint32(at + 4, true) === 0;
}

function addressesOf(words: Uint32Array): bigint[] {
  return Array.from({ length: words.length / 2 }, (_, at) => {
    return (BigInt(words[at * 2 + 1] as number) << 32n) | BigInt(words[at * 2] as number);
  });
}
