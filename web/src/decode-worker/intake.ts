import { FRAME_FLAGS, FRAME_HEADER_SIZE, type Frame, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX, PAGE_QUEUE_MAX } from '@probepad/protocol/limits';

/**
 * Where frames may have to wait in the worker: at most so many bytes do. What comes beyond is dropped and counted here, where the
 * hub has counted it as delivered. Marks of gaps and verifier logs always pass; of a map's snapshot all pieces do or none.
 */
export interface Intake {
  offer(message: ArrayBuffer): void;
  /** So many bytes wait no longer. */
  taken(bytes: number): void;
  /** The stream begins again: it is watched from now on, or anew. */
  recount(stream: number): void;
}

/**
 * @param pass takes a message that has room
 * @param told gets a stream's counts of what was dropped, by source, whenever they change
 */
export function createIntake(
  pass: (message: ArrayBuffer) => void,
  limit = PAGE_QUEUE_MAX,
  told: (stream: number, dropped: ReadonlyMap<number, number>) => void = () => undefined,
): Intake {
  let waiting = 0;
  /** Records by stream and source. */
  const counts = new Map<number, Map<number, number>>();
  /** The snapshot whose rest is dropped too, by stream and source. */
  const refused = new Map<string, bigint>();

  function count(stream: number, source: number, records: number): void {
    const sources = counts.get(stream) ?? new Map<number, number>();
    sources.set(source, (sources.get(source) ?? 0) + records);
    counts.set(stream, sources);
    told(stream, sources);
  }

  function isTaken({ header }: Frame, full: boolean): boolean {
    const { kind, stream, source, flags, seq } = header;
    if (kind === 'log' || kind === 'gap') return true;
    if (kind !== 'map') {
      if (full) count(stream, source, header.count);
      return !full;
    }
    const key = `${stream} ${source}`;
    if (!full && refused.get(key) !== seq) {
      refused.delete(key);
      return true;
    }
    refused.set(key, seq);
    if (flags & FRAME_FLAGS.last) {
      refused.delete(key);
      count(stream, source, 1);
    }
    return false;
  }

  function send(message: ArrayBuffer): void {
    waiting += message.byteLength;
    pass(message);
  }

  return {
    offer(message) {
      const full = waiting + message.byteLength > limit;
      if (!full && refused.size === 0) {
        send(message);
        return;
      }
      const bytes = new Uint8Array(message);
      const kept: Uint8Array[] = [];
      for (const frame of framesOf(bytes, FRAME_PAYLOAD_MAX)) {
        if (!isTaken(frame, full)) continue;
        const start = frame.payload.byteOffset - FRAME_HEADER_SIZE;
        kept.push(bytes.subarray(start, start + FRAME_HEADER_SIZE + frame.header.length));
      }
      if (kept.length > 0) send(joined(kept));
    },
    taken(bytes) {
      waiting -= bytes;
    },
    recount(stream) {
      if (counts.delete(stream)) told(stream, new Map());
      // What is sent again begins with whole snapshots, of the same number too.
      for (const key of refused.keys()) if (key.startsWith(`${stream} `)) refused.delete(key);
    },
  };
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole.buffer;
}
