import { VERIFIER_LOG_MAX, VIEWER_QUEUE_MAX } from '@probepad/protocol/limits';
import { keepable, type Piece } from './piece.ts';

/** Bytes that may wait in the socket itself before data waits here, where control messages can pass it. */
export const SOCKET_WATERMARK = 1024 * 1024;

/** A full verifier log may be longer than the data queue; this bounds even that. */
const LOG_QUEUE_MAX = VERIFIER_LOG_MAX + VIEWER_QUEUE_MAX;

/** The part of a WebSocket that the queue needs. */
export interface DataSocket {
  readonly bufferedAmount: number;
  /** Calls back when the bytes have left the process. */
  send(data: Buffer, done: () => void): void;
}

/** What the queue tells: each piece ends in exactly one of the two. */
export interface QueueEvents {
  delivered(piece: Piece): void;
  dropped(piece: Piece): void;
}

/**
 * The data of one viewer, at most VIEWER_QUEUE_MAX bytes including what waits in its socket. When it is full, the oldest waiting frames are dropped,
 * for a viewer that catches up wants to see now. Snapshots of a map wait aside, where a newer one replaces an older one.
 * Harm stays with this viewer: nothing here makes the agent or another viewer wait.
 */
export interface ViewerQueue {
  /**
   * @param whole the complete message when it holds these pieces and nothing else, so that it can go on as it came
   */
  offer(pieces: readonly Piece[], whole?: Buffer): void;
  /** Calls back once all of the stream's data that was offered so far is delivered or dropped. */
  after(stream: number, then: () => void): void;
  /** Forgets what waits of a stream, uncounted: its viewer has turned away. */
  forget(stream: number): void;
  /** Bytes that wait here, those in the socket left out. */
  readonly bytes: number;
}

interface Marker {
  stream: number;
  then: () => void;
}
type Waiting = Piece | Marker;
const isMarker = (waiting: Waiting): waiting is Marker => 'then' in waiting;

interface PendingSnapshot {
  seq: bigint;
  pieces: Piece[];
  /** Too large for what room there was: its rest is dropped as it comes. */
  refused: boolean;
}

export function viewerQueue(socket: DataSocket, events: QueueEvents, limit = VIEWER_QUEUE_MAX): ViewerQueue {
  /** Taken from the front; a place that was taken is emptied at once, or its message would stay in memory. */
  let waiting: (Waiting | undefined)[] = [];
  let head = 0;
  let bytes = 0;
  const snapshots = new Map<string, PendingSnapshot>();

  const hasRoom = () => socket.bufferedAmount < SOCKET_WATERMARK;
  const isIdle = () => head === waiting.length && snapshots.size === 0 && hasRoom();

  function transmit(piece: Piece): void {
    if (piece.data.byteLength > 0) socket.send(piece.data, pump);
    events.delivered(piece);
  }

  function takeHead(): Waiting | undefined {
    const first = waiting[head];
    if (first === undefined) return undefined;
    waiting[head++] = undefined;
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    } else if (head > 256 && head * 2 > waiting.length) {
      waiting = waiting.slice(head);
      head = 0;
    }
    if (!isMarker(first)) bytes -= first.data.byteLength;
    return first;
  }

  function sendSnapshot(key: string, pending: PendingSnapshot): void {
    snapshots.delete(key);
    for (const piece of pending.pieces) {
      bytes -= piece.data.byteLength;
      transmit(piece);
    }
  }

  function reach(marker: Marker): void {
    for (const [key, pending] of snapshots) {
      if (pending.pieces[0]?.stream === marker.stream) sendSnapshot(key, pending);
    }
    marker.then();
  }

  function pump(): void {
    for (const [key, pending] of snapshots) {
      if (!hasRoom()) return;
      if (pending.refused) continue;
      sendSnapshot(key, pending);
    }
    while (hasRoom()) {
      const next = takeHead();
      if (next === undefined) return;
      if (isMarker(next)) reach(next);
      else transmit(next);
    }
  }

  /** Drops the oldest until `size` more bytes fit. @returns whether they do */
  function makeRoom(size: number, most: number): boolean {
    while (socket.bufferedAmount + bytes + size > most) {
      const oldest = takeHead();
      if (oldest === undefined) return false;
      if (isMarker(oldest)) reach(oldest);
      else if (oldest.log) {
        // Rare enough that order matters less than the log being whole.
        transmit(oldest);
        most = Math.max(most, LOG_QUEUE_MAX);
      } else events.dropped(oldest);
    }
    return true;
  }

  function enqueue(piece: Piece): void {
    if (!makeRoom(piece.data.byteLength, piece.log ? LOG_QUEUE_MAX : limit)) {
      events.dropped(piece);
      return;
    }
    bytes += piece.data.byteLength;
    waiting.push({ ...piece, data: keepable(piece.data) });
  }

  function dropSnapshot(pending: PendingSnapshot): void {
    for (const piece of pending.pieces) {
      bytes -= piece.data.byteLength;
      events.dropped(piece);
    }
    pending.pieces = [];
  }

  function enqueueSnapshot(piece: Piece, source: number, seq: bigint, last: boolean): void {
    const key = `${piece.stream}:${source}`;
    let pending = snapshots.get(key);
    if (pending === undefined || pending.seq !== seq) {
      if (pending !== undefined) dropSnapshot(pending);
      pending = { seq, pieces: [], refused: false };
      snapshots.set(key, pending);
    }
    if (!pending.refused && makeRoom(piece.data.byteLength, limit)) {
      bytes += piece.data.byteLength;
      pending.pieces.push({ ...piece, data: keepable(piece.data) });
      return;
    }
    pending.refused = true;
    dropSnapshot(pending);
    events.dropped(piece);
    if (last) snapshots.delete(key);
  }

  return {
    offer(pieces, whole) {
      if (whole !== undefined && isIdle()) {
        socket.send(whole, pump);
        for (const piece of pieces) events.delivered(piece);
        return;
      }
      for (const piece of pieces) {
        if (isIdle()) transmit(piece);
        else if (piece.snapshot === undefined) enqueue(piece);
        else enqueueSnapshot(piece, piece.snapshot.source, piece.snapshot.seq, piece.snapshot.last);
      }
      if (hasRoom()) pump();
    },
    after(stream, then) {
      waiting.push({ stream, then });
      if (hasRoom()) pump();
    },
    forget(stream) {
      waiting = waiting.slice(head).filter((one) => {
        if (one?.stream !== stream) return true;
        if (!isMarker(one)) bytes -= one.data.byteLength;
        return false;
      });
      head = 0;
      for (const [key, pending] of snapshots) {
        if (!key.startsWith(`${stream}:`)) continue;
        for (const piece of pending.pieces) bytes -= piece.data.byteLength;
        snapshots.delete(key);
      }
    },
    get bytes() {
      return bytes;
    },
  };
}
