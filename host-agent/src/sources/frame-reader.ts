import { decodeHeader, FRAME_HEADER_SIZE, type FrameHeader } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { SLAB_SIZE, type Slabs } from './slabs.ts';

/** A frame as it came, header included, so that it can be sent on unchanged. */
export interface RawFrame {
  header: FrameHeader;
  bytes: Uint8Array;
}

/** Less room than this at the end of a slab is left over, for many small reads cost more. */
const ROOM_MIN = 64 * 1024;

export interface FrameReader {
  /** Where the stream's next bytes belong, 64 KiB or more. */
  room(): Uint8Array;
  /**
   * So many bytes were put there.
   * @throws FrameError when the stream holds no frames
   */
  took(count: number): void;
}

/** Splits a byte stream into frames, which are views of the memory that it was read into. `onFrame` keeps those it needs. */
export function createFrameReader(slabs: Slabs, onFrame: (frame: RawFrame) => void): FrameReader {
  let slab = slabs.take();
  /** End of what was received and start of what is not yet a whole frame, in the slab. */
  let filled = 0;
  let parsed = 0;

  function renew(): void {
    const next = slabs.take();
    slab.copy(next, 0, parsed, filled);
    slabs.release(slab.buffer);
    filled -= parsed;
    parsed = 0;
    slab = next;
  }

  return {
    room() {
      if (SLAB_SIZE - filled < ROOM_MIN) renew();
      return slab.subarray(filled);
    },
    took(count) {
      filled += count;
      const received = slab.subarray(0, filled);
      for (;;) {
        const header = decodeHeader(received, parsed, FRAME_PAYLOAD_MAX);
        if (header === undefined) return;
        const end = parsed + FRAME_HEADER_SIZE + header.length;
        if (end > filled) return;
        const bytes = slab.subarray(parsed, end);
        parsed = end;
        onFrame({ header, bytes });
      }
    },
  };
}
