import {
  type BrowserEvent,
  BrowserEventSchema,
  type BrowserMethod,
  BrowserRequests,
} from '@probepad/protocol/control/browser';
import { type ParamsOf, ReplySchema, type ResultOf, replyTimeout } from '@probepad/protocol/control/envelope';
import type { Host } from '@probepad/protocol/control/host';
import { fail, ProbepadFailure, probepadError } from '@probepad/protocol/errors';
import { type Frame, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX, HELLO_TIMEOUT, MESSAGE_MAX, REQUEST_TIMEOUT } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION, RefusalSchema } from '@probepad/protocol/version';
import { WebSocket } from 'ws';
import { VERSION } from '../version.ts';
import { UsageError } from './usage.ts';

/** A connection to a hub as a browser has one. */
export interface HubClient {
  /** As of the welcome; events keep it up to date. */
  readonly hosts: Host[];
  /**
   * @param onReply called as the reply comes, before any message after it
   * @throws ProbepadFailure as the hub answered, or `internal` when no reply comes
   */
  request<M extends BrowserMethod>(
    method: M,
    params: ParamsOf<typeof BrowserRequests, M>,
    onReply?: () => void,
  ): Promise<ResultOf<typeof BrowserRequests, M>>;
  onEvent(listener: (event: BrowserEvent) => void): void;
  onFrame(listener: (frame: Frame) => void): void;
  setFlow(open: boolean): void;
  /** Rejects when the connection ends before `close`. */
  readonly lost: Promise<never>;
  close(): void;
}

/** Address and token of a hub: the token in the URL, as `npm start` prints it, else PROBEPAD_TOKEN. @throws UsageError */
export function hubAddress(text: string): { url: string; token: string } {
  if (!URL.canParse(text)) throw new UsageError(`--hub ${text}: it is not a URL`);
  const url = new URL(text);
  const token = url.searchParams.get('token') ?? process.env.PROBEPAD_TOKEN;
  if (token === undefined || token === '') {
    throw new UsageError(
      `--hub ${text}: the token is missing; take the whole URL that npm start printed, or set PROBEPAD_TOKEN`,
    );
  }
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  return { url: `${secure ? 'wss' : 'ws'}://${url.host}/ws`, token };
}

/** @throws ProbepadFailure `host_offline`, `unauthenticated` or as the hub refuses */
export async function connectToHub(hub: string): Promise<HubClient> {
  const { url, token } = hubAddress(hub);
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    maxPayload: MESSAGE_MAX,
    handshakeTimeout: HELLO_TIMEOUT,
  });
  const eventListeners: ((event: BrowserEvent) => void)[] = [];
  const frameListeners: ((frame: Frame) => void)[] = [];
  const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
  const { promise: lost, reject: lose } = Promise.withResolvers<never>();
  lost.catch(() => {});
  let nextId = 1;
  let hosts: Host[] = [];
  let closed = false;

  function end(error: Error): void {
    if (!closed) lose(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  function onText(text: string): void {
    const message: unknown = JSON.parse(text);
    const reply = ReplySchema.safeParse(message);
    if (reply.success) {
      const { id, error, result } = reply.data;
      const waiter = waiting.get(id);
      waiting.delete(id);
      if (error !== undefined) waiter?.reject(new ProbepadFailure(error));
      else waiter?.resolve(result);
      return;
    }
    const refusal = RefusalSchema.safeParse(message);
    if (refusal.success) {
      end(new ProbepadFailure(refusal.data.error));
      return;
    }
    const event = BrowserEventSchema.safeParse(message);
    // A newer hub may tell what this version does not know.
    if (!event.success) return;
    if (event.data.type === 'welcome' || event.data.type === 'hosts') hosts = event.data.hosts;
    for (const listener of eventListeners) listener(event.data);
  }

  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) => {
      const refused = response.statusCode === 401 || response.statusCode === 403;
      const code = refused ? 'unauthenticated' : 'host_offline';
      reject(new ProbepadFailure(probepadError(code, `connecting to ${url}: HTTP ${response.statusCode}`)));
      socket.terminate();
    });
    socket.once('error', (error) => {
      reject(
        new ProbepadFailure(
          probepadError('host_offline', `connecting to ${url}: ${error.message || 'refused'}`),
        ),
      );
    });
  });
  socket.on('error', (error) => end(error));
  socket.on('close', () => {
    end(new ProbepadFailure(probepadError('host_offline', `the connection to ${url} ended`)));
  });
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    try {
      if (!isBinary) {
        onText(data.toString());
        return;
      }
      for (const frame of framesOf(data, FRAME_PAYLOAD_MAX))
        for (const listener of frameListeners) listener(frame);
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
      socket.terminate();
    }
  });

  const client: HubClient = {
    get hosts() {
      return hosts;
    },
    lost,
    request(method, params, onReply) {
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new ProbepadFailure(probepadError('internal', `waiting for ${method}: no reply`)));
        }, REQUEST_TIMEOUT + replyTimeout(method));
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          act();
        };
        waiting.set(id, {
          resolve: (value) =>
            settle(() => {
              onReply?.();
              const result = BrowserRequests[method].result.safeParse(value);
              if (result.success) resolve(result.data as ResultOf<typeof BrowserRequests, typeof method>);
              else
                reject(new ProbepadFailure(probepadError('bad_message', `reading the reply to ${method}`)));
            }),
          reject: (error) => settle(() => reject(error)),
        });
        socket.send(JSON.stringify({ type: 'request', id, method, params }));
      });
    },
    onEvent: (listener) => void eventListeners.push(listener),
    onFrame: (listener) => void frameListeners.push(listener),
    setFlow(open) {
      if (open) socket.resume();
      else socket.pause();
    },
    close() {
      closed = true;
      socket.close(1000);
      setTimeout(() => socket.terminate(), 500).unref();
    },
  };
  const welcomed = new Promise<void>((resolve) => {
    client.onEvent((event) => {
      if (event.type === 'welcome') resolve();
    });
  });
  socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, software: `cli/${VERSION}` }));
  await Promise.race([welcomed, lost]);
  return client;
}

/** The hosts that were named; without names the hub's own machine, or its only host that is online. @throws UsageError, ProbepadFailure */
export function chooseHosts(hosts: readonly Host[], names: readonly string[]): Host[] {
  const online = hosts.filter((host) => host.online);
  if (names.length > 0) {
    return names.map((name) => {
      const found = hosts.find((host) => host.name === name) ?? hosts.find((host) => host.id === name);
      if (found === undefined) fail('not_found', `looking for host ${name}: there are ${listOf(hosts)}`);
      if (!found.online) fail('host_offline', `looking for host ${name}: it is offline`);
      return found;
    });
  }
  const chosen = online.find((host) => host.local) ?? (online.length === 1 ? online[0] : undefined);
  if (chosen !== undefined) return [chosen];
  if (online.length === 0) fail('host_offline', 'looking for a host: none is online');
  throw new UsageError(`--host is needed: there are ${listOf(online)}`);
}

function listOf(hosts: readonly Host[]): string {
  return hosts.length === 0 ? 'none' : hosts.map((host) => host.name).join(', ');
}
