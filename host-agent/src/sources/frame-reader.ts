import { decodeHeader, FRAME_HEADER_SIZE, type FrameHeader } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';

/** A frame as it came, header included, so that it can be sent on unchanged. */
export interface RawFrame {
  header: FrameHeader;
  bytes: Uint8Array;
}

/** Frames lie one behind the other in buffers of this size, so that a message of several is one slice without a copy. */
const SLAB_SIZE = 1024 * 1024;

/**
 * Splits a byte stream into frames. Each byte is copied once, into a slab where it stays; frames are views of it.
 * @returns a function that takes the next piece of the stream and throws FrameError when it holds no frames
 */
export function createFrameReader(onFrame: (frame: RawFrame) => void): (chunk: Uint8Array) => void {
  let slab = Buffer.allocUnsafeSlow(SLAB_SIZE);
  /** End of what was received and start of what is not yet a whole frame, in the slab. */
  let filled = 0;
  let parsed = 0;

  function renew(): void {
    const next = Buffer.allocUnsafeSlow(SLAB_SIZE);
    slab.copy(next, 0, parsed, filled);
    filled -= parsed;
    parsed = 0;
    slab = next;
  }

  function parse(): void {
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
  }

  return (chunk) => {
    let taken = 0;
    while (taken < chunk.byteLength) {
      if (filled === SLAB_SIZE) renew();
      const piece = chunk.subarray(taken, taken + SLAB_SIZE - filled);
      slab.set(piece, filled);
      filled += piece.byteLength;
      taken += piece.byteLength;
      parse();
    }
  };
}
