import { FRAME_FLAGS, type Frame, forEachRecord } from '../frames.ts';
import type { Source } from '../schema.ts';
import type { FileOffset } from '../values/stack-frames.ts';
import { hexOf } from '../values/value.ts';

type Stack = readonly (bigint | FileOffset)[];

/** What the ids of one stack trace map stand for, as far as they were told. */
export interface StackTable {
  /** Takes a `stacks` frame. @returns whether something is there that was not */
  take(frame: Frame): boolean;
  /** The stack's frames, innermost first; undefined for what has not been read. */
  get(id: number): Stack | undefined;
  /** All stacks as one frame of a map's snapshot. @param like whose stream, source and time it has */
  entries(like: Frame): Frame;
}

/** Stacks that are kept; a map holds fewer, but ids that a program deletes are remembered for what was counted under them. */
const STACKS_MAX = 65_536;

/** sizeof(struct bpf_stack_build_id): i32 status, 20 bytes of build id, u64 offset, or address where there is none. Source: linux/bpf.h. */
const BUILD_ID_ENTRY = 32;
const BUILD_ID_AT = 4;
const BUILD_ID_SIZE = 20;
const OFFSET_AT = 24;
const STATUS_VALID = 1;

export function createStackTable(source: Source): StackTable {
  const stacks = new Map<number, { bytes: Uint8Array; frames: Stack | undefined }>();
  return {
    take({ payload }) {
      let changed = false;
      // Most are told again, and are only compared.
      forEachRecord(payload, (start, end, id) => {
        const known = stacks.get(id);
        if (known === undefined ? stacks.size >= STACKS_MAX : isSame(known.bytes, payload, start, end))
          return;
        stacks.set(id, { bytes: payload.slice(start, end), frames: undefined });
        changed = true;
      });
      return changed;
    },
    get(id) {
      const stack = stacks.get(id);
      if (stack) stack.frames ??= source.buildIds ? filesIn(stack.bytes) : addressesIn(stack.bytes);
      return stack?.frames;
    },
    entries: (like) =>
      entriesFrame(
        like,
        source,
        [...stacks].map(([id, { bytes }]) => [id, bytes]),
      ),
  };
}

/** The stacks of a `stacks` frame as entries of a map: keys, then values of the map's own size. */
export function stacksAsEntries(frame: Frame, source: Source): Frame {
  const stacks: [number, Uint8Array][] = [];
  forEachRecord(frame.payload, (start, end, id) => {
    stacks.push([id, frame.payload.subarray(start, end)]);
  });
  return entriesFrame(frame, source, stacks);
}

function entriesFrame(
  { header }: Frame,
  { valueSize }: Source,
  stacks: readonly [number, Uint8Array][],
): Frame {
  const valuesAt = (stacks.length * 4 + 7) & ~7;
  const payload = new Uint8Array(valuesAt + stacks.length * valueSize);
  const view = new DataView(payload.buffer);
  stacks.forEach(([id, bytes], row) => {
    view.setUint32(row * 4, id, true);
    payload.set(bytes.subarray(0, valueSize), valuesAt + row * valueSize);
  });
  const flags = FRAME_FLAGS.first | FRAME_FLAGS.last;
  return {
    header: { ...header, kind: 'map', flags, count: stacks.length, aux: 0, length: payload.byteLength },
    payload,
  };
}

/** A program that lets the kernel reuse ids (BPF_F_REUSE_STACKID) has another stack under the same id later. */
function isSame(known: Uint8Array, payload: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== payload[start + at]) return false;
  return true;
}

function addressesIn(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, at) => view.getBigUint64(at * 8, true));
}

function filesIn(bytes: Uint8Array): Stack {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / BUILD_ID_ENTRY);
  return Array.from({ length: count }, (_, at) => at * BUILD_ID_ENTRY).flatMap((start) => {
    const offset = view.getBigUint64(start + OFFSET_AT, true);
    if (view.getInt32(start, true) === STATUS_VALID) {
      return { buildId: hexOf(bytes, start + BUILD_ID_AT, start + BUILD_ID_AT + BUILD_ID_SIZE), offset };
    }
    // Where unwinding went wrong the kernel writes address 0, at which no code lies.
    return offset === 0n ? [] : offset;
  });
}
