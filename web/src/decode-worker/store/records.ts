import { FRAME_HEADER_SIZE } from '@probepad/protocol/frames';

/**
 * Records of one host in memory, as the kernel laid them out: the payload of a large frame, or of many small ones one after
 * another. Nothing is decoded but where each record begins, and that when it is asked for.
 */
export interface Records {
  kind: 'records';
  bytes: Uint8Array;
  view: DataView;
  /** Nobody else reads of this memory: no other frame came in it. */
  alone: boolean;
  /** Bytes that are in use. */
  used: number;
  rows: number;
  /** Offsets of the rows' data as far as they have been looked for, see `startsOf`. */
  starts: Uint32Array;
  walkedRows: number;
  walkedBytes: number;
  /** The frames by their first row, and the CLOCK_MONOTONIC of each. */
  frames: number;
  frameRows: Uint32Array;
  frameTimes: BigUint64Array;
}

/** Bytes before a record's data: its length with two flags in the top bits, and a word of its own (linux/kernel/bpf/ringbuf.c). */
const RECORD_HEADER = 8;
const DISCARDED = 0x40000000;
const LENGTH_MASK = 0x3fffffff;

/** A payload of fewer bytes is copied to its neighbours: a source of one record a frame would cost ten times its bytes else. */
const SMALL = 16 * 1024;
const FIRST_ROOM = 4 * 1024;
const ROOM_MAX = 64 * 1024;

/** The first records of a new block. */
export function recordsOf(payload: Uint8Array, rows: number, timeNs: bigint): Records {
  if (payload.byteLength < SMALL) {
    const records = blockOf(new Uint8Array(FIRST_ROOM), 0);
    addRecords(records, payload, rows, timeNs);
    return records;
  }
  // A view into a message that is far larger would keep all of it.
  const own = payload.byteLength * 2 > payload.buffer.byteLength ? payload : payload.slice();
  const records = blockOf(own, own.byteLength);
  records.alone = own.buffer.byteLength - own.byteLength <= FRAME_HEADER_SIZE;
  addFrame(records, rows, timeNs);
  return records;
}

function blockOf(bytes: Uint8Array, used: number): Records {
  return {
    kind: 'records',
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    alone: true,
    used,
    rows: 0,
    starts: new Uint32Array(0),
    walkedRows: 0,
    walkedBytes: 0,
    frames: 0,
    frameRows: new Uint32Array(1),
    frameTimes: new BigUint64Array(1),
  };
}

/** Adds the records of a small frame where there is room. @returns whether there was */
export function addRecords(records: Records, payload: Uint8Array, rows: number, timeNs: bigint): boolean {
  if (payload.byteLength >= SMALL) return false;
  const at = (records.used + 7) & ~7;
  const end = at + payload.byteLength;
  if (end > ROOM_MAX) return false;
  if (end > records.bytes.byteLength) {
    const wider = new Uint8Array(Math.min(ROOM_MAX, Math.max(end, 2 * records.bytes.byteLength)));
    wider.set(records.bytes.subarray(0, records.used));
    records.bytes = wider;
    records.view = new DataView(wider.buffer);
  }
  records.bytes.set(payload, at);
  records.used = end;
  addFrame(records, rows, timeNs);
  return true;
}

function addFrame(records: Records, rows: number, timeNs: bigint): void {
  if (records.frames === records.frameRows.length) {
    const frameRows = new Uint32Array(2 * records.frames);
    const frameTimes = new BigUint64Array(2 * records.frames);
    frameRows.set(records.frameRows);
    frameTimes.set(records.frameTimes);
    records.frameRows = frameRows;
    records.frameTimes = frameTimes;
  }
  records.frameRows[records.frames] = records.rows;
  records.frameTimes[records.frames] = timeNs;
  records.frames++;
  records.rows += rows;
}

/** What the block keeps from being freed, in bytes. */
export function sizeOfRecords({ bytes, frameRows }: Records): number {
  return bytes.buffer.byteLength + 12 * frameRows.length + 256;
}

/**
 * Where the data of each row begins in `bytes`; 0, which no row has, for one that its frame only promised. What the kernel discarded
 * is no row.
 */
export function startsOf(records: Records): Uint32Array {
  if (records.walkedRows === records.rows) return records.starts;
  if (records.starts.length < records.rows) {
    const wider = new Uint32Array(
      records.walkedRows === 0 ? records.rows : Math.max(records.rows, 2 * records.starts.length),
    );
    wider.set(records.starts);
    records.starts = wider;
  }
  const { view, used, starts, rows, walkedRows, walkedBytes } = records;
  walkRecords(view, walkedBytes, used, starts.subarray(walkedRows, rows));
  records.walkedRows = rows;
  records.walkedBytes = (used + 7) & ~7;
  return starts;
}

/** Puts where the records between two offsets begin into `starts`, as many as it has room for. @returns how many there are */
export function walkRecords(view: DataView, from: number, to: number, starts: Uint32Array): number {
  let found = 0;
  let offset = from;
  while (found < starts.length && offset + RECORD_HEADER <= to) {
    const word = view.getUint32(offset, true);
    const start = offset + RECORD_HEADER;
    const end = start + (word & LENGTH_MASK);
    if (end > to) break;
    if ((word & DISCARDED) === 0) starts[found++] = start;
    offset = (end + 7) & ~7;
  }
  return found;
}

/** Where the data of the record that begins at `start` ends. */
export function endOf(view: DataView, start: number): number {
  return start + (view.getUint32(start - RECORD_HEADER, true) & LENGTH_MASK);
}

/** The record's second word: the CPU, for trace lines and perf events. */
export function wordOf(view: DataView, start: number): number {
  return view.getUint32(start - 4, true);
}

/** CLOCK_MONOTONIC of the frame that a row came in. */
export function timeOf(records: Records, row: number): bigint {
  return records.frameTimes[frameAt(records, row)] ?? 0n;
}

/** Visits the rows from `first` up to `end` frame by frame, with the CLOCK_MONOTONIC of each. */
export function eachFrameOf(
  records: Records,
  first: number,
  end: number,
  visit: (from: number, to: number, timeNs: bigint) => void,
): void {
  const { frames, frameRows, frameTimes } = records;
  let frame = frameAt(records, first);
  for (let from = first; from < end; frame++) {
    const to = frame + 1 < frames ? Math.min(end, frameRows[frame + 1] as number) : end;
    visit(from, to, frameTimes[frame] ?? 0n);
    from = to;
  }
}

function frameAt({ frames, frameRows }: Records, row: number): number {
  let low = 0;
  let high = frames - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((frameRows[middle] as number) <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

const utf8 = new TextEncoder();

/** Lines of text as a payload of records. A NUL would end its line, so it is what it is shown as. */
export function lineRecords(lines: readonly string[]): Uint8Array {
  const texts = lines.map((line) => utf8.encode(line.replaceAll('\0', '\u2400')));
  const payload = new Uint8Array(
    texts.reduce((sum, text) => sum + ((RECORD_HEADER + text.byteLength + 7) & ~7), 0),
  );
  const view = new DataView(payload.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.byteLength, true);
    payload.set(text, at + RECORD_HEADER);
    at += (RECORD_HEADER + text.byteLength + 7) & ~7;
  }
  return payload;
}
