import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type AgentEvent,
  AgentEventSchema,
  type AgentHello,
  AgentHelloSchema,
} from '@probepad/protocol/control/agent';
import type { Reply } from '@probepad/protocol/control/envelope';
import { type ErrorCode, probepadError } from '@probepad/protocol/errors';
import { type Frame, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import { type WebSocket, WebSocketServer } from 'ws';

/** A hub as small as it gets: one agent, everything it says kept. */
export interface FakeHub extends AsyncDisposable {
  url: string;
  hellos: AgentHello[];
  events: AgentEvent[];
  replies: Reply[];
  frames: Frame[];
  lease: number;
  refuseWith: ErrorCode | undefined;
  request(method: string, params: unknown): Promise<Reply>;
  ping(): void;
  /** Cuts the connection as a network does. */
  cut(): void;
  until(condition: () => boolean): Promise<void>;
}

const PATIENCE = 20_000;

export async function fakeHub(): Promise<FakeHub> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const waiters = new Set<() => void>();
  let socket: WebSocket | undefined;
  let id = 0;
  const hub: FakeHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hellos: [],
    events: [],
    replies: [],
    frames: [],
    lease: 60_000,
    refuseWith: undefined,
    async request(method, params) {
      const own = ++id;
      socket?.send(JSON.stringify({ type: 'request', id: own, method, params }));
      await hub.until(() => hub.replies.some((reply) => reply.id === own));
      return hub.replies.find((reply) => reply.id === own) as Reply;
    },
    ping: () => socket?.send(JSON.stringify({ type: 'ping', time: 1 })),
    cut: () => socket?.terminate(),
    until: (condition) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('not seen in time')), PATIENCE);
        const look = (): void => {
          if (!condition()) return;
          clearTimeout(timer);
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('connection', (next) => {
    socket = next;
    next.once('message', (data: Buffer) => {
      hub.hellos.push(AgentHelloSchema.parse(JSON.parse(data.toString())));
      if (hub.refuseWith !== undefined) {
        next.send(JSON.stringify({ type: 'refused', error: probepadError(hub.refuseWith, 'testing') }));
        next.close();
      } else {
        const welcome = {
          type: 'welcome',
          protocol: 1,
          host: 'h1',
          name: 'box',
          lease: hub.lease,
          heartbeat: 1000,
        };
        next.send(JSON.stringify({ ...welcome, credential: 'secret' }));
        next.on('message', take);
      }
      for (const waiter of waiters) waiter();
    });
  });
  function take(data: Buffer, isBinary: boolean): void {
    if (isBinary) hub.frames.push(...framesOf(data, FRAME_PAYLOAD_MAX));
    else {
      const message = JSON.parse(data.toString()) as { type: string };
      if (message.type === 'reply') hub.replies.push(message as Reply);
      else hub.events.push(AgentEventSchema.parse(message));
    }
    for (const waiter of waiters) waiter();
  }
  return hub;
}
