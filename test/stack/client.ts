import {
  type BrowserEvent,
  BrowserEventSchema,
  type BrowserMethod,
  type BrowserRequests,
} from '@probepad/protocol/control/browser';
import type { ParamsOf, Reply, ResultOf } from '@probepad/protocol/control/envelope';
import { type Frame, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION } from '@probepad/protocol/version';
import { WebSocket } from 'ws';
import type { Stack } from './stack.ts';

/** A viewer that speaks the real protocol over a real socket, for tests that have no need of a browser. */
export interface Client {
  request<M extends BrowserMethod>(
    method: M,
    params: ParamsOf<typeof BrowserRequests, M>,
  ): Promise<ResultOf<typeof BrowserRequests, M>>;
  /** The first event, past or to come, for which `accept` is true. @throws after `milliseconds`. */
  event(accept: (event: BrowserEvent) => boolean, milliseconds?: number): Promise<BrowserEvent>;
  /** Called for every frame from now on. */
  onFrame(take: (frame: Frame) => void): void;
  /** Called for every event from now on. */
  onEvent(take: (event: BrowserEvent) => void): void;
  socket: WebSocket;
  close(): void;
}

/** Events kept for `event()`; counts come twice a second and are not kept. */
const KEPT_EVENTS = 10_000;

export async function connect(stack: Pick<Stack, 'port' | 'token'>): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${stack.port}/ws`, {
    headers: { authorization: `Bearer ${stack.token}` },
    perMessageDeflate: false,
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>();
  const events: BrowserEvent[] = [];
  const eventTakers = new Set<(event: BrowserEvent) => void>();
  const frameTakers = new Set<(frame: Frame) => void>();
  let nextId = 1;

  socket.on('message', (data: Buffer, binary: boolean) => {
    if (binary) {
      for (const frame of framesOf(data, FRAME_PAYLOAD_MAX)) for (const take of frameTakers) take(frame);
      return;
    }
    const message = JSON.parse(data.toString()) as { type: string };
    if (message.type === 'reply') {
      const reply = message as Reply;
      const waiter = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.error) waiter?.reject(Object.assign(new Error(reply.error.message), reply.error));
      else waiter?.resolve(reply.result);
      return;
    }
    const event = BrowserEventSchema.parse(message);
    if (event.type !== 'run.counts' && events.length < KEPT_EVENTS) events.push(event);
    for (const take of [...eventTakers]) take(event);
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the hub closed the socket'));
    waiting.clear();
  });

  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });

  const client: Client = {
    socket,
    request(method, params) {
      const id = nextId++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        socket.send(JSON.stringify({ type: 'request', id, method, params }));
      });
    },
    event(accept, milliseconds = 30_000) {
      const past = events.find(accept);
      if (past) return Promise.resolve(past);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          eventTakers.delete(look);
          const seen = events.map((event) => JSON.stringify(event).slice(0, 300)).slice(-8);
          reject(new Error(`no such event within ${milliseconds} ms; the last ones:\n${seen.join('\n')}`));
        }, milliseconds);
        const look = (event: BrowserEvent): void => {
          if (!accept(event)) return;
          clearTimeout(timer);
          eventTakers.delete(look);
          resolve(event);
        };
        eventTakers.add(look);
      });
    },
    onFrame: (take) => void frameTakers.add(take),
    onEvent: (take) => void eventTakers.add(take),
    close: () => socket.terminate(),
  };
  socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, software: 'test/0.1.0' }));
  await client.event((event) => event.type === 'welcome');
  return client;
}
