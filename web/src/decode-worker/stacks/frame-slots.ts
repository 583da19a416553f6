import type { NameLookup } from '@probepad/protocol/values/name';
import { type FramePlace, frameOf } from '@probepad/protocol/views/flame-frames';
import type { FrameNumbers } from '@probepad/protocol/views/flame-tree';

/**
 * The addresses in one host's stacks, each once, with the function that it is in as far as that is known. The same address stands in
 * thousands of stacks, so it is addresses that are looked up again when the host has told names, not stacks.
 */
export interface FrameSlots {
  /** @param pid whose addresses those of user space are */
  slotsOf(places: readonly FramePlace[], pid: number | undefined): Int32Array;
  /** The functions at some slots, by their numbers. */
  numbersAt(slots: Int32Array): Int32Array;
  /** The host has told names: looks up what had none. */
  lookAgain(): void;
}

/** Beyond it addresses are not told apart any more. */
const SLOTS_MAX = 1_000_000;
const TOO_MANY: FramePlace = { note: '[too many different addresses]' };

export function createFrameSlots(frames: FrameNumbers, names: () => NameLookup | undefined): FrameSlots {
  const slots = new Map<string, number>();
  const numbers: number[] = [];
  /** Slots without the name of a function. */
  let open: { slot: number; place: FramePlace; pid: number | undefined }[] = [];

  function look(slot: number, place: FramePlace, pid: number | undefined): boolean {
    const frame = frameOf(place, pid, names());
    numbers[slot] = frames.numberOf(frame);
    return frame.known;
  }

  function slotOf(place: FramePlace, pid: number | undefined): number {
    const key = keyOf(place, pid);
    const known = slots.get(key);
    if (known !== undefined) return known;
    if (slots.size >= SLOTS_MAX && place !== TOO_MANY) return slotOf(TOO_MANY, undefined);
    const slot = slots.size;
    slots.set(key, slot);
    if (!look(slot, place, pid)) open.push({ slot, place, pid });
    return slot;
  }

  return {
    slotsOf: (places, pid) => Int32Array.from(places, (place) => slotOf(place, pid)),
    numbersAt(wanted) {
      const found = new Int32Array(wanted.length);
      for (let at = 0; at < wanted.length; at++) found[at] = numbers[wanted[at] as number] as number;
      return found;
    },
    lookAgain() {
      open = open.filter(({ slot, place, pid }) => !look(slot, place, pid));
    },
  };
}

function keyOf(place: FramePlace, pid: number | undefined): string {
  if ('note' in place) return place.note;
  if ('buildId' in place) return `${place.buildId} ${place.offset}`;
  return `${place.space === 'kernel' ? '' : pid} ${place.called.toString(36)}`;
}
