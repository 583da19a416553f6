import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Lines of the command's result. */
export interface Output {
  line(text: string): void;
  /** Text as it is, newlines included. */
  text(text: string): void;
  /** False while the reader is slow, so that data waits (and is counted when dropped) where it belongs. */
  hasRoom(): boolean;
  /** Called when there is room again. */
  onRoom(listener: () => void): void;
  /** Called once when the reader is gone (`| head`). */
  onGone(listener: () => void): void;
  flush(): Promise<void>;
}

const ROOM = 1024 * 1024;

/**
 * Standard output by a stream of its own: process.stdout writes to pipes synchronously, and a reader that stands still would
 * stop the whole command, Ctrl+C included.
 */
export function openOutput(): Output {
  const stream = createWriteStream('', { fd: 1, autoClose: false, highWaterMark: ROOM });
  let gone = false;
  const goneListeners: (() => void)[] = [];
  stream.on('error', () => {
    gone = true;
    for (const listener of goneListeners) listener();
  });
  let pending: string[] = [];
  const send = (): void => {
    if (pending.length === 0) return;
    const text = pending.join('');
    pending = [];
    if (!gone) stream.write(text);
  };
  /** Lines of one turn of the event loop travel in one write. */
  const add = (text: string): void => {
    if (pending.push(text) === 1) setImmediate(send);
    else if (pending.length >= 4096) send();
  };
  return {
    line: (text) => add(`${text}\n`),
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
