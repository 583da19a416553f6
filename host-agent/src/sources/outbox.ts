import {
  encodeFrame,
  FRAME_FLAGS,
  FRAME_HEADER_SIZE,
  type FrameHeader,
  GAP_PLACES,
} from '@probepad/protocol/frames';
import { createFrameQueue } from './frame-queue.ts';
import type { RawFrame } from './frame-reader.ts';
import { appendRange, rangesFrom, type SentRange } from './sent-ranges.ts';
import type { Slabs } from './slabs.ts';

/** Where the records of one source are: records for events, trace and text, whole snapshots for maps and globals. */
export interface OutboxCounts {
  /** In messages that were taken for sending. */
  delivered: number;
  /** Stood for by a gap, because the queue was full. */
  dropped: number;
  /** Lost by the kernel, as the frames' headers tell. */
  lost: number;
}

/**
 * The frames of one run on their way to the hub: a bounded queue of frames that wait, and behind it a bounded memory of
 * frames that were sent, to be sent again when the connection was cut. What passes a bound becomes a declared gap.
 */
export interface Outbox {
  push(frame: RawFrame): void;
  /**
   * The next message of whole frames, at most `limit` bytes; undefined when nothing waits. Its memory is used again when as much
   * as is kept for resending has been taken after it: whoever sends it lets less than that wait (AGENT_IN_FLIGHT).
   */
  take(limit: number): Uint8Array | undefined;
  /** True when `take` has something to give. */
  waits(): boolean;
  /** Bounds the bytes that wait, from now on. */
  setBound(bytes: number): void;
  /** Bytes of the verifier's text that wait. It is outside that bound, as it is of no use in pieces. */
  logBytes(): number;
  /**
   * Drops so many bytes of it, from its beginning; its last frame stays, from whose ordinal the reader sees what is missing.
   * Returns how many bytes it dropped.
   */
  dropLog(bytes: number): number;
  /**
   * Goes back to what the peer has. `received` has by source the ordinal of the first record (or snapshot) that it still
   * lacks. A source that it does not name is sent from where this side still has it: either nothing arrived yet, or the
   * peer is new and what came before went to another.
   */
  rewind(received: ReadonlyMap<number, bigint>): void;
  /** By source id. */
  counts(): ReadonlyMap<number, Readonly<OutboxCounts>>;
}

interface Gap {
  from: bigint;
  to: bigint;
  stream: number;
  timeNs: bigint;
}

interface SourceState {
  counts: OutboxCounts;
  /** Dropped and not declared yet. */
  gap: Gap | undefined;
  /** Sent and no longer kept. */
  forgotten: SentRange[];
  /** The snapshot of which a piece was dropped, so that its other pieces are of no use. */
  cutSnapshot: bigint | undefined;
}

/** A log or file piece belongs to no source and is no part of a stream of records. */
function belongsToSource(header: FrameHeader): boolean {
  return header.kind !== 'log' && header.kind !== 'blob';
}

/** What a frame adds to the counts: its records, or a snapshot when it ends one. */
function weightOf(header: FrameHeader): number {
  if (!belongsToSource(header) || header.kind === 'gap') return 0;
  if (header.kind === 'map') return (header.flags & FRAME_FLAGS.last) === 0 ? 0 : 1;
  return header.count;
}

/** The ordinal after the frame's last record; all pieces of a snapshot share one. */
function ordinalAfter(header: FrameHeader): bigint {
  return header.seq + (header.kind === 'map' ? 1n : BigInt(header.count));
}

/** A message of this size ends where memory does, rather than be copied together. */
const WORTH_SENDING = 64 * 1024;

/** Whether a frame lies right behind another. */
function follows(before: RawFrame, { bytes }: RawFrame): boolean {
  const end = before.bytes.byteOffset + before.bytes.byteLength;
  return bytes.buffer === before.bytes.buffer && bytes.byteOffset === end;
}

/** Frames as one message: a slice where they lie one behind the other, as they do when nothing was dropped. */
function joined(frames: readonly RawFrame[], size: number): Uint8Array {
  const first = frames[0] as RawFrame;
  if (frames.every((frame, index) => index === 0 || follows(frames[index - 1] as RawFrame, frame))) {
    return new Uint8Array(first.bytes.buffer, first.bytes.byteOffset, size);
  }
  return Buffer.concat(
    frames.map((frame) => frame.bytes),
    size,
  );
}

/**
 * @param resumeBytes how much of what was sent is kept
 * @param waitBytes how much may wait, see `setBound`
 * @param slabs where the frames' memory comes from
 */
export function createOutbox(resumeBytes: number, waitBytes: number, slabs?: Slabs): Outbox {
  const sources = new Map<number, SourceState>();
  let sent = createFrameQueue();
  let queue = createFrameQueue();
  let bound = waitBytes;
  let logBytes = 0;

  function stateOf(source: number): SourceState {
    let state = sources.get(source);
    if (state === undefined) {
      const counts = { delivered: 0, dropped: 0, lost: 0 };
      state = { counts, gap: undefined, forgotten: [], cutSnapshot: undefined };
      sources.set(source, state);
    }
    return state;
  }

  /** Lets a frame go that was not sent; its records join the source's gap. */
  function drop({ header, bytes }: RawFrame): void {
    slabs?.release(bytes.buffer);
    const state = stateOf(header.source);
    const { seq, stream, timeNs } = header;
    const to = ordinalAfter(header);
    if (header.kind === 'map') state.cutSnapshot = seq;
    const before = state.gap?.to ?? seq;
    state.gap = { from: state.gap?.from ?? seq, to, stream, timeNs };
    if (header.kind !== 'gap') state.counts.dropped += Number(to - before);
  }

  /** Makes room by dropping the oldest that wait: for a live view the newest matter most. */
  function dropOldest(): void {
    const logs: RawFrame[] = [];
    while (queue.bytes > bound) {
      const frame = queue.shift();
      if (frame === undefined) break;
      if (belongsToSource(frame.header)) drop(frame);
      else logs.push(frame);
    }
    if (logs.length > 0) queue = createFrameQueue([...logs, ...queue]);
  }

  function dropLog(limit: number): number {
    const before = logBytes;
    const left = [...queue].filter(({ header, bytes }) => {
      const isLast = (header.flags & FRAME_FLAGS.last) !== 0;
      if (belongsToSource(header) || isLast || before - logBytes >= limit) return true;
      logBytes -= bytes.byteLength;
      slabs?.release(bytes.buffer);
      return false;
    });
    queue = createFrameQueue(left);
    return before - logBytes;
  }

  function forgetOldest(): void {
    while (sent.bytes > resumeBytes) {
      const frame = sent.shift();
      if (frame === undefined) break;
      const { header, bytes } = frame;
      slabs?.release(bytes.buffer);
      const isGap = header.kind === 'gap';
      if (!isGap && weightOf(header) === 0) continue;
      appendRange(stateOf(header.source).forgotten, {
        from: header.seq,
        to: ordinalAfter(header),
        gap: isGap,
      });
    }
  }

  function gapFrame(source: number, gap: Gap): RawFrame {
    const header: FrameHeader = {
      kind: 'gap',
      flags: 0,
      source,
      stream: gap.stream,
      count: Number(gap.to - gap.from),
      aux: GAP_PLACES.agent,
      seq: gap.from,
      lost: BigInt(stateOf(source).counts.lost),
      timeNs: gap.timeNs,
      length: 0,
    };
    return { header, bytes: encodeFrame(header, new Uint8Array(0)) };
  }

  /** The pending gap of a source as a frame, which has to go out before the source's next frame. */
  function declareGap(source: number): RawFrame[] {
    const state = sources.get(source);
    if (state?.gap === undefined) return [];
    const frame = gapFrame(source, state.gap);
    state.gap = undefined;
    return [frame];
  }

  function declareGaps(): RawFrame[] {
    return [...sources.keys()].flatMap(declareGap);
  }

  function take(limit: number): Uint8Array | undefined {
    const frames: RawFrame[] = [];
    let size = 0;
    const add = (frame: RawFrame): void => {
      frames.push(frame);
      size += frame.bytes.byteLength;
      const weight = weightOf(frame.header);
      if (weight > 0) stateOf(frame.header.source).counts.delivered += weight;
    };
    for (;;) {
      const next = queue.peek();
      if (next === undefined || size + next.bytes.byteLength + FRAME_HEADER_SIZE > limit) break;
      const before = frames.at(-1);
      if (before !== undefined && size >= WORTH_SENDING && !follows(before, next)) break;
      queue.shift();
      const { header } = next;
      if (header.kind === 'map' && stateOf(header.source).cutSnapshot === header.seq) {
        drop(next);
        continue;
      }
      if (belongsToSource(header)) declareGap(header.source).forEach(add);
      else logBytes -= next.bytes.byteLength;
      add(next);
    }
    if (queue.peek() === undefined && size + sources.size * FRAME_HEADER_SIZE <= limit)
      declareGaps().forEach(add);
    if (frames.length === 0) return undefined;
    for (const frame of frames) sent.push(frame);
    forgetOldest();
    return joined(frames, size);
  }

  /** What was sent, did not arrive and is no longer kept goes from delivered to dropped and becomes the source's gap. */
  function giveUpForgotten(state: SourceState, from: bigint): void {
    const ranges = rangesFrom(state.forgotten, from);
    const first = ranges[0];
    const last = ranges.at(-1);
    const sample = (sent.peek() ?? queue.peek())?.header;
    if (first === undefined || last === undefined || sample === undefined) return;
    for (const range of ranges) {
      if (range.gap) continue;
      state.counts.delivered -= Number(range.to - range.from);
      state.counts.dropped += Number(range.to - range.from);
    }
    state.forgotten = state.forgotten.filter((range) => range.to <= from);
    state.gap = { from: first.from, to: last.to, stream: sample.stream, timeNs: sample.timeNs };
  }

  function rewind(received: ReadonlyMap<number, bigint>): void {
    const declared = declareGaps();
    for (const [source, state] of sources) {
      const from = received.get(source);
      if (from !== undefined) giveUpForgotten(state, from);
    }
    const again: RawFrame[] = [];
    const kept: RawFrame[] = [];
    /** The snapshots whose first piece is still here, by source. */
    const whole = new Map<number, bigint>();
    for (const frame of sent) {
      const { header } = frame;
      const { source, seq } = header;
      if (!belongsToSource(header)) {
        // The peer does not say what it has of a log: all of it again, and the reader leaves out what it has.
        logBytes += frame.bytes.byteLength;
        again.push(frame);
        continue;
      }
      if (ordinalAfter(header) <= (received.get(source) ?? 0n)) {
        kept.push(frame);
        continue;
      }
      const weight = weightOf(header);
      if (weight > 0) stateOf(source).counts.delivered -= weight;
      if (header.kind === 'map' && (header.flags & FRAME_FLAGS.first) !== 0) whole.set(source, seq);
      if (header.kind === 'map' && whole.get(source) !== seq) drop(frame);
      else again.push(frame);
    }
    sent = createFrameQueue(kept);
    queue = createFrameQueue([...again, ...declared, ...queue]);
    if (queue.bytes > bound) dropOldest();
  }

  return {
    push(frame) {
      const { header } = frame;
      if (belongsToSource(header)) {
        const { counts } = stateOf(header.source);
        counts.lost = Math.max(counts.lost, Number(header.lost));
      } else {
        logBytes += frame.bytes.byteLength;
      }
      slabs?.keep(frame.bytes.buffer);
      queue.push(frame);
      if (queue.bytes > bound) dropOldest();
    },
    take,
    rewind,
    waits: () => queue.peek() !== undefined || [...sources.values()].some((state) => state.gap !== undefined),
    setBound(bytes) {
      bound = bytes;
      if (queue.bytes > bound) dropOldest();
    },
    logBytes: () => logBytes,
    dropLog,
    counts: () => new Map([...sources].map(([source, { counts }]) => [source, counts])),
  };
}
