import { FRAME_HEADER_SIZE } from '@probepad/protocol/frames';
import type { Tally } from './source-counts.ts';

/** Whole frames of one stream, as they are kept and sent on: a view into the message they came in. */
export interface Piece {
  stream: number;
  data: Buffer;
  /** One for each source that the frames count for. */
  tallies: Tally[];
  /** Present for the frames of one map snapshot, which a newer snapshot may replace. */
  snapshot?: { source: number; seq: bigint; first: boolean; last: boolean };
  /** The verifier's log is not data to be thinned out. */
  log: boolean;
}

/**
 * The bytes in a form that may be kept: a small view into a large message would hold all of the message in memory,
 * so it is copied.
 */
export function keepable(data: Buffer): Buffer {
  return data.byteLength * 4 < data.buffer.byteLength ? Buffer.from(data) : data;
}

const FLAGS_OFFSET = 9;
const LENGTH_OFFSET = 4;

/** A copy of whole frames with a flag set in each header. */
export function withFlag(data: Buffer, flag: number): Buffer {
  const copy = Buffer.from(data);
  let offset = 0;
  while (offset < copy.byteLength) {
    copy.writeUInt8(copy.readUInt8(offset + FLAGS_OFFSET) | flag, offset + FLAGS_OFFSET);
    offset += FRAME_HEADER_SIZE + copy.readUInt32LE(offset + LENGTH_OFFSET);
  }
  return copy;
}
