import { createIntake } from './intake.ts';
import type { FromWorker, SocketCommand } from './messages.ts';

/**
 * The page's sockets to the hub, held by the worker: frames are read here without a turn of the page's thread, which may be drawing.
 * After a text with a schema frames wait until the page has heard it, for what it opens then they are read by.
 */
export interface HubSockets {
  take(command: SocketCommand): void;
}

/** The part of a WebSocket that is needed. */
export type WorkerSocket = Pick<
  WebSocket,
  'binaryType' | 'onopen' | 'onmessage' | 'onclose' | 'send' | 'close'
>;

/** That frames come is told the page no more often, in milliseconds. */
const FRAMES_TOLD = 500;

/**
 * @param read gets messages of whole frames
 * @param limit bytes that may wait for the page, see `createIntake`
 */
export function createHubSockets(
  post: (message: FromWorker) => void,
  read: (message: ArrayBuffer) => void,
  open: (url: string) => WorkerSocket = (url) => new WebSocket(url),
  limit?: number,
): HubSockets {
  const sockets = new Map<number, WorkerSocket>();
  /** Texts with schemas that the page has not heard yet, and messages that came after the first of them. */
  let unheard = 0;
  let waiting: ArrayBuffer[] = [];
  let framesTold = Number.NEGATIVE_INFINITY;

  const intake = createIntake(
    (message) => {
      if (unheard > 0) {
        waiting.push(message);
        return;
      }
      intake.taken(message.byteLength);
      read(message);
    },
    limit,
    (stream, counts) => post({ type: 'dropped', stream, counts: [...counts] }),
  );

  function takeText(id: number, text: string): void {
    const stream = streamOfSchema(text);
    if (stream !== undefined) {
      unheard++;
      // Whenever a page begins to watch, the schema comes first, and the hub's counters begin there.
      intake.recount(stream);
    }
    post({ type: 'text', id, text, answer: stream !== undefined });
  }

  function takeFrames(id: number, message: ArrayBuffer): void {
    const now = performance.now();
    if (now - framesTold > FRAMES_TOLD) {
      framesTold = now;
      post({ type: 'socket', id, event: 'frames' });
    }
    intake.offer(message);
  }

  return {
    take(command) {
      const { id } = command;
      switch (command.socket) {
        case 'open': {
          const socket = open(command.url);
          socket.binaryType = 'arraybuffer';
          socket.onopen = () => post({ type: 'socket', id, event: 'open' });
          socket.onclose = () => {
            sockets.delete(id);
            post({ type: 'socket', id, event: 'close' });
          };
          socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
            if (typeof data === 'string') takeText(id, data);
            else takeFrames(id, data);
          };
          sockets.set(id, socket);
          return;
        }
        case 'send':
          sockets.get(id)?.send(command.text);
          return;
        case 'close':
          sockets.get(id)?.close();
          return;
        case 'heard': {
          unheard--;
          if (unheard > 0) return;
          const messages = waiting;
          waiting = [];
          for (const message of messages) {
            intake.taken(message.byteLength);
            read(message);
          }
          return;
        }
        default:
          command satisfies never;
      }
    },
  };
}

/** The stream that a schema is of; undefined for any other text. */
function streamOfSchema(text: string): number | undefined {
  if (!text.includes('"run.schema"')) return undefined;
  const message: unknown = JSON.parse(text);
  const isSchema =
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'run.schema';
  return isSchema && 'stream' in message && typeof message.stream === 'number' ? message.stream : undefined;
}
