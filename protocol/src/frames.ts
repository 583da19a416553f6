/**
 * The binary envelope that carries data from the loader to every viewer unchanged. Little-endian, 48 bytes:
 *
 * | offset | type | field   | meaning |
 * |-------:|------|---------|---------|
 * |      0 | u32  | magic   | `PBF1` |
 * |      4 | u32  | length  | payload bytes that follow the header |
 * |      8 | u8   | kind    | see `FRAME_KINDS` |
 * |      9 | u8   | flags   | see `FRAME_FLAGS` |
 * |     10 | u16  | source  | `ProbeSchema.sources[].id` |
 * |     12 | u32  | stream  | one run on one host; the hub numbers them |
 * |     16 | u32  | count   | records in the payload |
 * |     20 | u32  | aux     | by kind |
 * |     24 | u64  | seq     | ordinal of the first record within its source; snapshot number for maps, byte for logs and files |
 * |     32 | u64  | lost    | records the kernel has lost for this source so far, cumulative |
 * |     40 | u64  | time_ns | CLOCK_MONOTONIC of the host when the frame was made |
 *
 * The C twin is `host-agent/loader/src/frame.h`; `test/contract` holds both to the same golden bytes.
 */

export const FRAME_MAGIC = 0x31464250;
export const FRAME_HEADER_SIZE = 48;

export const FRAME_KINDS = {
  /** Records as the kernel's ring buffer lays them out: u32 length (top bits busy, discard), u32 CPU or page offset, data, padded to 8. */
  events: 1,
  /** Keys (count × key size), padded to 8, then values (count × value stride). aux: CPUs per value, 0 for maps that are not per-CPU. */
  map: 2,
  /** Records like `events`; each one's data: u64 time_ns, u32 pid, char comm[16], text. The record's second word is the CPU. */
  trace: 3,
  /** UTF-8 text of an iterator program, cut anywhere. */
  text: 4,
  /** `count` records from `seq` on are missing. aux: where they were dropped, see `GAP_PLACES`. No payload. */
  gap: 5,
  /** A piece of a file: stream is the transfer's id, seq the offset, aux the total size. Flags say first and last. */
  blob: 6,
  /** A piece of the verifier's log of this stream, UTF-8, `seq` its first byte within the log. Flags say first and last. */
  log: 7,
  /**
   * Stacks of a stack trace map: records like `events`, whose second word is the stack's id. Each one's data: its frames, innermost first,
   * as the map has them, u64 addresses or `struct bpf_stack_build_id` (linux/bpf.h). A stack is sent when it is new or another, and
   * again now and then.
   */
  stacks: 8,
} as const;
export type FrameKind = keyof typeof FRAME_KINDS;

export const FRAME_FLAGS = {
  /** The first piece of a snapshot, file or log. */
  first: 1,
  /** The last piece of a snapshot, file or log. */
  last: 2,
  /** Sent before and sent again for a viewer that joined late. */
  replay: 4,
  /** The snapshot could not be read completely: the map changed, was refused, or shows one entry only (`showsHeadOnly`). */
  partial: 8,
} as const;

export const GAP_PLACES = { agent: 1, hub: 2, viewer: 3 } as const;

export interface FrameHeader {
  kind: FrameKind;
  flags: number;
  source: number;
  stream: number;
  count: number;
  aux: number;
  seq: bigint;
  lost: bigint;
  timeNs: bigint;
  /** Payload bytes. */
  length: number;
}

export interface Frame {
  header: FrameHeader;
  /** A view into the message, not a copy. */
  payload: Uint8Array;
}

const kindNames = new Map<number, FrameKind>(
  (Object.keys(FRAME_KINDS) as FrameKind[]).map((name) => [FRAME_KINDS[name], name]),
);

/** Why bytes are not frames. */
export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FrameError';
  }
}

/** Writes one frame; `length` is taken from the payload. */
export function encodeFrame(header: Omit<FrameHeader, 'length'>, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_SIZE + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, FRAME_MAGIC, true);
  view.setUint32(4, payload.byteLength, true);
  view.setUint8(8, FRAME_KINDS[header.kind]);
  view.setUint8(9, header.flags);
  view.setUint16(10, header.source, true);
  view.setUint32(12, header.stream, true);
  view.setUint32(16, header.count, true);
  view.setUint32(20, header.aux, true);
  view.setBigUint64(24, header.seq, true);
  view.setBigUint64(32, header.lost, true);
  view.setBigUint64(40, header.timeNs, true);
  bytes.set(payload, FRAME_HEADER_SIZE);
  return bytes;
}

/**
 * Reads the header at `offset`, or undefined when fewer than 48 bytes are there.
 * @throws FrameError on a wrong magic, an unknown kind or a length over `payloadMax`.
 */
export function decodeHeader(bytes: Uint8Array, offset: number, payloadMax: number): FrameHeader | undefined {
  if (bytes.byteLength - offset < FRAME_HEADER_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FRAME_HEADER_SIZE);
  const magic = view.getUint32(0, true);
  if (magic !== FRAME_MAGIC) throw new FrameError(`frame magic is 0x${magic.toString(16)}`);
  const length = view.getUint32(4, true);
  if (length > payloadMax) throw new FrameError(`frame payload of ${length} bytes is over ${payloadMax}`);
  const kind = kindNames.get(view.getUint8(8));
  if (kind === undefined) throw new FrameError(`frame kind ${view.getUint8(8)} is unknown`);
  return {
    kind,
    flags: view.getUint8(9),
    source: view.getUint16(10, true),
    stream: view.getUint32(12, true),
    count: view.getUint32(16, true),
    aux: view.getUint32(20, true),
    seq: view.getBigUint64(24, true),
    lost: view.getBigUint64(32, true),
    timeNs: view.getBigUint64(40, true),
    length,
  };
}

/**
 * Every frame of a complete message.
 * @throws FrameError when the message is not a whole number of well-formed frames.
 */
export function* framesOf(message: Uint8Array, payloadMax: number): Generator<Frame> {
  let offset = 0;
  while (offset < message.byteLength) {
    const header = decodeHeader(message, offset, payloadMax);
    const start = offset + FRAME_HEADER_SIZE;
    if (header === undefined || start + header.length > message.byteLength) {
      throw new FrameError(`frame at byte ${offset} is cut short`);
    }
    yield { header, payload: message.subarray(start, start + header.length) };
    offset = start + header.length;
  }
}

const RECORD_DISCARDED = 0x40000000;
const RECORD_BUSY = 0x80000000;

/**
 * Calls `each` for every record of an `events`, `trace` or `stacks` payload, discarded ones left out. `start` and `end` are byte
 * offsets of the record's data in the payload; `aux` is the record's second word.
 * Layout: linux/kernel/bpf/ringbuf.c, `struct bpf_ringbuf_hdr`.
 * @returns the number of records seen
 * @throws FrameError when a record passes the payload's end
 */
export function forEachRecord(
  payload: Uint8Array,
  each: (start: number, end: number, aux: number) => void,
): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let offset = 0;
  let records = 0;
  while (offset + 8 <= payload.byteLength) {
    const word = view.getUint32(offset, true);
    const length = word & ~(RECORD_BUSY | RECORD_DISCARDED);
    const start = offset + 8;
    if (start + length > payload.byteLength) throw new FrameError(`record at byte ${offset} is cut short`);
    if ((word & RECORD_DISCARDED) === 0) {
      each(start, start + length, view.getUint32(offset + 4, true));
      records++;
    }
    offset = (start + length + 7) & ~7;
  }
  return records;
}
