import { decodeHeader, FRAME_HEADER_SIZE, FrameError, type FrameHeader } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import type { Piece } from './piece.ts';
import type { RunStream, StreamViewer } from './stream.ts';

/** Where the frames of one agent may go. */
export interface FrameRoutes {
  /**
   * The stream of that number if it is this agent's, `ignored` for one that ended before the hub knew it again.
   * Undefined makes the message an offence.
   */
  stream(id: number): RunStream | 'ignored' | undefined;
  /** A piece of a file that the hub asked for. @returns false when it did not */
  blob(header: FrameHeader, payload: Buffer): boolean;
}

/**
 * Largest message that frames are put together to; a single frame may be a header larger. A viewer hears of a message only once
 * all of it is there, and gives a hub up that it hears nothing of for HEARTBEAT_TIMEOUT: over a slow line it must not take that long.
 */
const JOINED_MAX = FRAME_PAYLOAD_MAX;

/**
 * Passes one binary message of an agent on to everybody who watches its streams. Only headers are read. Bytes are not copied,
 * and a message of up to JOINED_MAX whose frames all go to the same viewers goes on as it is.
 * @throws FrameError when the message is not a whole number of well-formed frames or holds one that is not this agent's to send;
 *   nothing of it has been passed on then
 */
export function fanOut(message: Buffer, routes: FrameRoutes): void {
  const frames = scan(message, routes);
  const pieces: Piece[] = [];
  const viewers = new Set<StreamViewer>();
  const watched = new Map<number, RunStream>();
  let complete = message.byteLength <= JOINED_MAX;
  for (const { header, stream, start, end } of frames) {
    if (header.kind === 'blob') {
      routes.blob(header, message.subarray(start + FRAME_HEADER_SIZE, end));
      complete = false;
      continue;
    }
    const piece = stream?.accept(header, message.subarray(start, end));
    if (stream === undefined || piece === undefined) {
      complete = false;
      continue;
    }
    stream.ring.add(piece);
    if (!watched.has(stream.id)) {
      watched.set(stream.id, stream);
      for (const viewer of stream.viewers) viewers.add(viewer);
    }
    if (stream.viewers.size > 0) join(pieces, piece, message);
  }
  for (const viewer of viewers) {
    const theirs = pieces.filter((piece) => watched.get(piece.stream)?.viewers.has(viewer));
    const all = complete && theirs.length === pieces.length && everyStreamWatched(watched);
    viewer.offer(theirs, all ? message : undefined);
  }
}

interface ScannedFrame {
  header: FrameHeader;
  /** Undefined for a blob and for a stream that is ignored. */
  stream: RunStream | undefined;
  start: number;
  end: number;
}

/** Everything is checked before anything is passed on. */
function scan(message: Buffer, routes: FrameRoutes): ScannedFrame[] {
  const frames: ScannedFrame[] = [];
  let start = 0;
  while (start < message.byteLength) {
    const header = decodeHeader(message, start, FRAME_PAYLOAD_MAX);
    const end = start + FRAME_HEADER_SIZE + (header?.length ?? 0);
    if (header === undefined || end > message.byteLength)
      throw new FrameError(`frame at byte ${start} is cut short`);
    if (header.kind === 'gap' && header.length > 0)
      throw new FrameError(`gap at byte ${start} has a payload`);
    let stream: RunStream | undefined;
    if (header.kind !== 'blob') {
      const found = routes.stream(header.stream);
      if (found === undefined) throw new FrameError(`stream ${header.stream} is not this host's`);
      if (found !== 'ignored') stream = found;
    }
    frames.push({ header, stream, start, end });
    start = end;
  }
  return frames;
}

/** Appends a piece; neighbours of one stream become one up to JOINED_MAX, except snapshots, which may be replaced one by one. */
function join(pieces: Piece[], piece: Piece, message: Buffer): void {
  const before = pieces.at(-1);
  const begin = before === undefined ? 0 : before.data.byteOffset - message.byteOffset;
  const touches =
    before !== undefined &&
    before.data.byteOffset + before.data.byteLength === piece.data.byteOffset &&
    before.stream === piece.stream &&
    before.log === piece.log &&
    before.data.byteLength + piece.data.byteLength <= JOINED_MAX &&
    before.snapshot === undefined &&
    piece.snapshot === undefined;
  if (!touches) {
    pieces.push(piece);
    return;
  }
  const merged = { ...before };
  merged.data = message.subarray(begin, begin + before.data.byteLength + piece.data.byteLength);
  merged.tallies = [...before.tallies];
  for (const tally of piece.tallies) {
    const index = merged.tallies.findIndex((known) => known.source === tally.source);
    const known = merged.tallies[index];
    if (known === undefined) merged.tallies.push(tally);
    else {
      merged.tallies[index] = {
        source: tally.source,
        records: known.records + tally.records,
        agent: known.agent + tally.agent,
        hub: known.hub + tally.hub,
        kernel: known.kernel + tally.kernel,
      };
    }
  }
  pieces[pieces.length - 1] = merged;
}

const everyStreamWatched = (streams: Map<number, RunStream>) =>
  [...streams.values()].every((stream) => stream.viewers.size > 0);
