import { encodeFrame, FRAME_FLAGS, type FrameHeader } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import type { RawFrame } from '../sources/frame-reader.ts';

/** A verifier log as `log` frames, whole, in pieces that fit a frame. */
export function logFrames(stream: number, log: string): RawFrame[] {
  const text = new TextEncoder().encode(log);
  const pieces = Math.max(1, Math.ceil(text.byteLength / FRAME_PAYLOAD_MAX));
  return Array.from({ length: pieces }, (_, index) => {
    const payload = text.subarray(index * FRAME_PAYLOAD_MAX, (index + 1) * FRAME_PAYLOAD_MAX);
    const header: FrameHeader = {
      kind: 'log',
      flags: (index === 0 ? FRAME_FLAGS.first : 0) | (index === pieces - 1 ? FRAME_FLAGS.last : 0),
      source: 0,
      stream,
      count: 0,
      aux: 0,
      seq: BigInt(index * FRAME_PAYLOAD_MAX),
      lost: 0n,
      timeNs: process.hrtime.bigint(),
      length: payload.byteLength,
    };
    return { header, bytes: encodeFrame(header, payload) };
  });
}
