import { FRAME_FLAGS } from '@probepad/protocol/frames';
import { LATE_JOIN_BUFFER } from '@probepad/protocol/limits';
import { keepable, type Piece, withFlag } from './piece.ts';
import type { Tally } from './source-counts.ts';

/**
 * The last frames of one stream, for viewers that join late: at most LATE_JOIN_BUFFER bytes of events, trace, text and stacks, the newest complete
 * snapshot of each map (and the one that is arriving), and the verifier's log.
 *
 * A flood of one source doesn't push out another's few frames: room is made by the source that takes the most.
 *
 * A late viewer's counts begin at the oldest frame that it is sent from here: replayed frames are delivered (or dropped) to it
 * and counted like live ones, once; what came before is part of none of its counters. So a viewer that joins before
 * anything had to be forgotten has the counts of the whole run, and every viewer's counts balance.
 */
export interface LateJoinRing {
  /** Keeps one frame, or a tally that belongs to no frame (`data` empty). */
  add(piece: Piece): void;
  /** What to send to a viewer that joins now, in the order of arrival, frames flagged as replay. */
  replay(): Piece[];
  /** The newest complete snapshot of a map, piece by piece; empty while there is none. */
  snapshot(source: number): readonly Piece[];
  readonly bytes: number;
}

interface Kept {
  order: number;
  piece: Piece;
}

interface Shelf {
  frames: Kept[];
  /** Index of the oldest in `frames`. */
  head: number;
  bytes: number;
}

const MAPS_MAX = 2 * LATE_JOIN_BUFFER;
const LOG_MAX = 8 * LATE_JOIN_BUFFER;
/** What one kept frame costs beside its bytes, so that empty ones are bounded too. */
const OVERHEAD = 256;

const weight = (piece: Piece) => piece.data.byteLength + OVERHEAD;

export function lateJoinRing(limit: number = LATE_JOIN_BUFFER): LateJoinRing {
  const shelves = new Map<number, Shelf>();
  const snapshots = new Map<number, { complete: Kept[]; arriving: Kept[] }>();
  const log: Shelf = { frames: [], head: 0, bytes: 0 };
  let flowBytes = 0;
  let mapBytes = 0;
  let order = 0;

  function addFlow(kept: Kept): void {
    const source = kept.piece.tallies[0]?.source ?? -1;
    let shelf = shelves.get(source);
    if (shelf === undefined) {
      shelf = { frames: [], head: 0, bytes: 0 };
      shelves.set(source, shelf);
    }
    push(shelf, kept);
    flowBytes += weight(kept.piece);
    while (flowBytes > limit) {
      const largest = [...shelves.values()].reduce((most, one) => (one.bytes > most.bytes ? one : most));
      flowBytes -= shift(largest);
    }
  }

  function addSnapshot(kept: Kept, source: number): void {
    const kind = kept.piece.snapshot;
    let shots = snapshots.get(source);
    if (shots === undefined) {
      shots = { complete: [], arriving: [] };
      snapshots.set(source, shots);
    }
    if (kind?.first || shots.arriving[0]?.piece.snapshot?.seq !== kind?.seq) {
      mapBytes -= sum(shots.arriving);
      shots.arriving = [];
      // The rest of a snapshot whose beginning was not kept is of no use.
      if (!kind?.first) return;
    }
    shots.arriving.push(kept);
    mapBytes += weight(kept.piece);
    if (mapBytes > MAPS_MAX) {
      mapBytes -= sum(shots.arriving) + sum(shots.complete);
      shots.arriving = [];
      shots.complete = [];
    } else if (kind?.last) {
      mapBytes -= sum(shots.complete);
      shots.complete = shots.arriving;
      shots.arriving = [];
    }
  }

  return {
    add(piece) {
      const kept = { order: order++, piece: { ...piece, data: keepable(piece.data) } };
      if (piece.log) {
        push(log, kept);
        while (log.bytes > LOG_MAX) shift(log);
      } else if (piece.snapshot !== undefined) {
        addSnapshot(kept, piece.snapshot.source);
      } else {
        addFlow(kept);
      }
    },
    replay() {
      const all = log.frames.slice(log.head);
      for (const shelf of shelves.values()) all.push(...shelf.frames.slice(shelf.head));
      for (const shots of snapshots.values()) all.push(...shots.complete, ...shots.arriving);
      all.sort((left, right) => left.order - right.order);
      return all.map(({ piece }) => ({ ...piece, data: withFlag(piece.data, FRAME_FLAGS.replay) }));
    },
    snapshot: (source) => (snapshots.get(source)?.complete ?? []).map(({ piece }) => piece),
    get bytes() {
      return flowBytes + mapBytes + log.bytes;
    },
  };
}

/** A piece that only counts, for losses that no frame tells of. */
export function tallyPiece(stream: number, tally: Tally): Piece {
  return { stream, data: Buffer.alloc(0), tallies: [tally], log: false };
}

function push(shelf: Shelf, kept: Kept): void {
  shelf.frames.push(kept);
  shelf.bytes += weight(kept.piece);
}

/** Forgets the oldest. @returns the bytes that became free */
function shift(shelf: Shelf): number {
  const oldest = shelf.frames[shelf.head];
  if (oldest === undefined) return 0;
  shelf.head++;
  if (shelf.head > 64 && shelf.head * 2 > shelf.frames.length) {
    shelf.frames = shelf.frames.slice(shelf.head);
    shelf.head = 0;
  } else {
    shelf.frames[shelf.head - 1] = EMPTY;
  }
  const freed = weight(oldest.piece);
  shelf.bytes -= freed;
  return freed;
}

const EMPTY: Kept = { order: 0, piece: { stream: 0, data: Buffer.alloc(0), tallies: [], log: false } };

const sum = (kept: Kept[]) => kept.reduce((total, { piece }) => total + weight(piece), 0);
