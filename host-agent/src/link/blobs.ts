import { fail } from '@probepad/protocol/errors';
import { encodeFrame, FRAME_FLAGS, type Frame } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX, OBJECT_MAX, REQUEST_TIMEOUT } from '@probepad/protocol/limits';

/** A file as messages of one `blob` frame each; an empty file is one empty frame. */
export function* blobMessages(transfer: number, file: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset === 0 || offset < file.byteLength; offset += FRAME_PAYLOAD_MAX) {
    const payload = file.subarray(offset, offset + FRAME_PAYLOAD_MAX);
    const isLast = offset + payload.byteLength >= file.byteLength;
    yield encodeFrame(
      {
        kind: 'blob',
        flags: (offset === 0 ? FRAME_FLAGS.first : 0) | (isLast ? FRAME_FLAGS.last : 0),
        source: 0,
        stream: transfer,
        count: 0,
        aux: file.byteLength,
        seq: BigInt(offset),
        lost: 0n,
        timeNs: process.hrtime.bigint(),
      },
      payload,
    );
  }
}

interface Incoming {
  pieces: Uint8Array[];
  received: number;
  /** Takes the outcome; undefined until somebody waits. */
  settle: ((file: Uint8Array | Error) => void) | undefined;
  outcome: Uint8Array | Error | undefined;
}

/** Files that the hub sends. A transfer may begin before the request that names it is handled. */
export interface Incomings {
  /** Takes a `blob` frame. */
  accept(frame: Frame): void;
  /** The file of a transfer; rejects with ProbepadFailure `bad_message` when it does not come whole and in time. */
  file(transfer: number, bytes: number): Promise<Uint8Array>;
  clear(): void;
}

/** Transfers under way at once; the hub sends one object per run start. */
const INCOMING_MAX = 16;

export function createIncomings(timeout = REQUEST_TIMEOUT): Incomings {
  const incoming = new Map<number, Incoming>();

  function entryOf(transfer: number): Incoming {
    let entry = incoming.get(transfer);
    if (entry === undefined) {
      entry = { pieces: [], received: 0, settle: undefined, outcome: undefined };
      incoming.set(transfer, entry);
      const oldest = incoming.keys().next().value;
      if (incoming.size > INCOMING_MAX && oldest !== undefined) incoming.delete(oldest);
    }
    return entry;
  }

  function finish(entry: Incoming, outcome: Uint8Array | Error): void {
    entry.outcome ??= outcome;
    entry.pieces = [];
    entry.settle?.(entry.outcome);
  }

  return {
    accept({ header, payload }) {
      const entry = entryOf(header.stream);
      if (entry.outcome !== undefined) return;
      const inOrder = header.seq === BigInt(entry.received);
      if (!inOrder || header.aux > OBJECT_MAX || entry.received + payload.byteLength > header.aux) {
        finish(entry, new Error(`transfer ${header.stream} is out of order or too large`));
        return;
      }
      // The payload is a view of a message; a copy lets the message go.
      entry.pieces.push(payload.slice());
      entry.received += payload.byteLength;
      if ((header.flags & FRAME_FLAGS.last) !== 0) finish(entry, Buffer.concat(entry.pieces));
    },
    async file(transfer, bytes) {
      const entry = entryOf(transfer);
      const outcome = await new Promise<Uint8Array | Error>((resolve) => {
        const timer = setTimeout(() => resolve(new Error(`not here after ${timeout} ms`)), timeout);
        entry.settle = (value) => {
          clearTimeout(timer);
          resolve(value);
        };
        if (entry.outcome !== undefined) entry.settle(entry.outcome);
      });
      incoming.delete(transfer);
      if (outcome instanceof Error) return fail('bad_message', `receiving the object: ${outcome.message}`);
      if (outcome.byteLength !== bytes) {
        return fail('bad_message', `receiving the object: ${outcome.byteLength} bytes came, not ${bytes}`);
      }
      return outcome;
    },
    clear() {
      for (const entry of incoming.values()) finish(entry, new Error('the connection ended'));
      incoming.clear();
    },
  };
}
