import { createWriteStream, openSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Lines of the command's result. */
export interface Output extends Sink {
  line(text: string): void;
}

/** Where a result goes, piece by piece. */
export interface Sink {
  /** Text (newlines included) or bytes as they are. */
  text(piece: string | Uint8Array): void;
  /** False while the reader is slow, so that data waits (and is counted when dropped) where it belongs. */
  hasRoom(): boolean;
  /** Called when there is room again. */
  onRoom(listener: () => void): void;
  /** Called once when nothing can be written any more: the reader is gone (`| head`), the disk is full. */
  onGone(listener: (error: Error) => void): void;
  flush(): Promise<void>;
}

/** What a report prints on where only its remarks are wanted. */
export const NOWHERE: Output = {
  line: () => {},
  text: () => {},
  hasRoom: () => true,
  onRoom: () => {},
  onGone: () => {},
  flush: async () => {},
};

const ROOM = 1024 * 1024;

/**
 * Standard output by a stream of its own: process.stdout writes to pipes synchronously, and a reader that stands still would
 * stop the whole command, Ctrl+C included.
 */
export function openOutput(): Output {
  const sink = sinkOf(createWriteStream('', { fd: 1, autoClose: false, highWaterMark: ROOM }));
  return { ...sink, line: (text) => sink.text(`${text}\n`) };
}

/** A new file, or an old one written over. @throws the error of opening it */
export function openFile(path: string): Sink {
  return sinkOf(createWriteStream(path, { fd: openSync(path, 'w'), highWaterMark: ROOM }));
}

function sinkOf(stream: WriteStream): Sink {
  let gone = false;
  const goneListeners: ((error: Error) => void)[] = [];
  stream.on('error', (error) => {
    gone = true;
    for (const listener of goneListeners) listener(error);
  });
  let pending: string[] = [];
  const send = (): void => {
    if (pending.length === 0) return;
    const text = pending.join('');
    pending = [];
    if (!gone) stream.write(text);
  };
  /** Lines of one turn of the event loop travel in one write. */
  const add = (piece: string | Uint8Array): void => {
    if (typeof piece !== 'string') {
      send();
      if (!gone) stream.write(piece);
    } else if (pending.push(piece) === 1) setImmediate(send);
    else if (pending.length >= 4096) send();
  };
  return {
    text: add,
    hasRoom: () => gone || stream.writableLength < ROOM,
    onRoom: (listener) => stream.on('drain', listener),
    onGone: (listener) => goneListeners.push(listener),
    async flush() {
      send();
      if (gone) return;
      stream.end();
      await finished(stream).catch(() => {});
    },
  };
}
