import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Memory that a stream's bytes are read into, so that they are copied once and nothing is allocated for them. */
export interface Receiver {
  /** Where the next bytes belong; never empty. Asked for once after each `took`. */
  room(): Uint8Array;
  /** So many bytes are there now. */
  took(count: number): void;
}

export interface SocketPair {
  /** Our end: what comes is given to the receiver. Emits `close` after the last byte. */
  ours: Socket;
  /** The end for a child. The caller destroys it once the child has it. */
  theirs: Socket;
}

/**
 * Two connected sockets, as socketpair(2) makes them, which Node offers only for pipes whose reads it allocates memory for.
 * They meet in a folder that nobody else can enter.
 */
export async function socketPair(receiver: Receiver): Promise<SocketPair> {
  const folder = await mkdtemp(join(tmpdir(), 'probepad-'));
  const server = createServer({ pauseOnConnect: true });
  try {
    const path = join(folder, 'socket');
    server.listen(path);
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const ours = connect({
      path,
      onread: {
        buffer: () => receiver.room(),
        callback: (count) => {
          receiver.took(count);
          return true;
        },
      },
    });
    const [[theirs]] = await Promise.all([accepted, once(ours, 'connect')]);
    return { ours, theirs };
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
