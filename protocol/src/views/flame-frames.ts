/** From a sample to the frames of a flame graph. */
import type { NameLookup } from '../values/name.ts';
import { addressAt, type FileOffset, fileFrame, frameAt, type StackAddress } from '../values/stack-frames.ts';
import { ERRNO } from '../values/tables/errno.ts';
import type { StackPart, StackSample } from './stacks.ts';

export interface FlameFrame {
  /** `note`: no function, but what stands in for one that is not there, or what a graph is split by. */
  space: 'kernel' | 'user' | 'note';
  /** No control characters. */
  text: string;
  object: string | undefined;
  address: bigint | undefined;
  /** Whether the text names the function; of notes always. */
  known: boolean;
}

/** A stack with what was seen in it and not in what it called: what exporters write. */
export interface FoldedStack {
  /** Outermost first. */
  frames: readonly Omit<FlameFrame, 'address'>[];
  weight: number;
}

/** What an id of a stack trace map stands for. */
export type StackLookup = (map: string, id: number) => readonly (bigint | FileOffset)[] | undefined;

export const UNREAD = '[stack not read yet]';
const EFAULT = 14;
const EEXIST = 17;

/** What a frame of a sample is made of: an address that a host can name, a place in a file, or a note instead of one. */
export type FramePlace = StackAddress | FileOffset | { note: string };

/** The places of a sample, outermost first: the user's, on them the kernel's. */
export function placesOf(sample: Pick<StackSample, 'parts'>, stacks: StackLookup): FramePlace[] {
  const found = sample.parts.map((part) => ({ part, addresses: addressesOf(part, stacks) }));
  const hasSome = found.some(
    ({ part, addresses }) => ('id' in part && part.id >= 0) || (addresses?.length ?? 0) > 0,
  );
  let inner = false;
  const places: FramePlace[] = [];
  for (const { part, addresses } of found) {
    if (addresses === undefined) {
      const note = noteOn(part, hasSome);
      if (note !== undefined) places.push({ note });
      continue;
    }
    places.push(...addresses.map((each, at) => placeOf(each, at === 0 && !inner)));
    inner ||= addresses.length > 0;
  }
  if (places.length === 0) places.push({ note: '[no stack]' });
  return places.reverse();
}

/** @param pid whose addresses those of user space are */
export function frameOf(
  place: FramePlace,
  pid: number | undefined,
  names: NameLookup | undefined,
): FlameFrame {
  if ('note' in place) return noteFrame(place.note);
  if ('address' in place) return frameAt(place, pid, names);
  return { ...fileFrame(place, names), address: undefined };
}

/** The frames of a sample, outermost first. */
export function framesOf(
  sample: Pick<StackSample, 'parts' | 'pid'>,
  stacks: StackLookup,
  names: NameLookup | undefined,
): FlameFrame[] {
  return placesOf(sample, stacks).map((place) => frameOf(place, sample.pid, names));
}

export function noteFrame(text: string): FlameFrame {
  return { space: 'note', text, object: undefined, address: undefined, known: true };
}

function placeOf(entry: bigint | FileOffset, isInnermost: boolean): FramePlace {
  if (typeof entry === 'bigint') return addressAt(entry, isInnermost);
  return isInnermost || entry.offset === 0n ? entry : { ...entry, offset: entry.offset - 1n };
}

function addressesOf(part: StackPart, stacks: StackLookup): ReturnType<StackLookup> {
  if ('addresses' in part) return untilZero(part.addresses);
  return part.id < 0 ? undefined : stacks(part.map, part.id);
}

function untilZero(addresses: readonly bigint[]): readonly bigint[] {
  const end = addresses.indexOf(0n);
  return end < 0 ? addresses : addresses.slice(0, end);
}

/** A kernel thread has no stack in user space, and a thread that runs there none in the kernel: nothing is missing then. */
function noteOn(part: StackPart, hasOther: boolean): string | undefined {
  if ('addresses' in part) return undefined;
  if (part.id >= 0) return UNREAD;
  if (part.id === -EFAULT) return hasOther ? undefined : '[no stack]';
  if (part.id === -EEXIST) return `[${part.space} stack lost: EEXIST, another has its place in the map]`;
  return `[${part.space} stack lost: ${ERRNO.get(-part.id) ?? part.id}]`;
}
