import { encodeFrame, FRAME_FLAGS, FRAME_HEADER_SIZE, type FrameHeader } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX, MESSAGE_MAX, REQUEST_TIMEOUT } from '@probepad/protocol/limits';

/** Files that one agent is sending to the hub, each under a transfer id that the hub chose. */
export interface Transfers {
  /**
   * Awaits a file of at most `limit` bytes.
   * @returns the id to name in the request, the file, and how to give up
   */
  expect(limit: number): { transfer: number; file: Promise<Buffer>; cancel(reason: Error): void };
  /** Takes one piece. @returns false when nobody asked for it */
  accept(header: FrameHeader, payload: Buffer): boolean;
  cancelAll(reason: Error): void;
}

interface Incoming {
  limit: number;
  chunks: Buffer[];
  bytes: number;
  resolve(file: Buffer): void;
  reject(reason: Error): void;
  timer: NodeJS.Timeout;
}

let nextTransfer = 1;

/** A number that no transfer of this hub has had: transfers are told apart by it in both directions. */
export function newTransfer(): number {
  const transfer = nextTransfer;
  nextTransfer = nextTransfer === 0xffffffff ? 1 : nextTransfer + 1;
  return transfer;
}

/** Pieces may come in any request's company but in order; a piece out of order or over the limit ends its transfer. */
export function transfers(timeout: number = REQUEST_TIMEOUT): Transfers {
  const incoming = new Map<number, Incoming>();

  function end(transfer: number): Incoming | undefined {
    const found = incoming.get(transfer);
    incoming.delete(transfer);
    clearTimeout(found?.timer);
    return found;
  }

  return {
    expect(limit) {
      const transfer = newTransfer();
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      // Whoever awaits it may come later than the failure does.
      promise.catch(() => {});
      const timer = setTimeout(
        () => end(transfer)?.reject(new Error(`transfer ${transfer} took over ${timeout} ms`)),
        timeout,
      );
      incoming.set(transfer, { limit, chunks: [], bytes: 0, resolve, reject, timer });
      return { transfer, file: promise, cancel: (reason) => end(transfer)?.reject(reason) };
    },
    accept(header, payload) {
      const file = incoming.get(header.stream);
      if (file === undefined) return false;
      const fits = Number(header.seq) === file.bytes && file.bytes + payload.byteLength <= file.limit;
      if (!fits || header.aux > file.limit) {
        end(header.stream)?.reject(
          new Error(`transfer ${header.stream} is out of order or over ${file.limit} bytes`),
        );
        return true;
      }
      file.chunks.push(Buffer.from(payload));
      file.bytes += payload.byteLength;
      if ((header.flags & FRAME_FLAGS.last) !== 0) end(header.stream)?.resolve(Buffer.concat(file.chunks));
      return true;
    },
    cancelAll(reason) {
      for (const transfer of [...incoming.keys()]) end(transfer)?.reject(reason);
    },
  };
}

/** A file as messages of blob frames; an empty file is one empty frame. */
export function* blobMessages(transfer: number, file: Buffer): Generator<Uint8Array> {
  const piece = Math.min(FRAME_PAYLOAD_MAX, MESSAGE_MAX - FRAME_HEADER_SIZE);
  for (let offset = 0; offset === 0 || offset < file.byteLength; offset += piece) {
    const payload = file.subarray(offset, offset + piece);
    const last = offset + piece >= file.byteLength;
    yield encodeFrame(
      {
        kind: 'blob',
        flags: (offset === 0 ? FRAME_FLAGS.first : 0) | (last ? FRAME_FLAGS.last : 0),
        source: 0,
        stream: transfer,
        count: 0,
        aux: file.byteLength,
        seq: BigInt(offset),
        lost: 0n,
        timeNs: 0n,
      },
      payload,
    );
  }
}
