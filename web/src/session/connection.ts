import { type BrowserEvent, BrowserEventSchema, BrowserRequests } from '@probepad/protocol/control/browser';
import { type ParamsOf, ReplySchema, type ResultOf, replyTimeout } from '@probepad/protocol/control/envelope';
import {
  type ProbepadError,
  ProbepadErrorSchema,
  ProbepadFailure,
  probepadError,
} from '@probepad/protocol/errors';
import { HEARTBEAT_TIMEOUT, MESSAGE_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION, RefusalSchema } from '@probepad/protocol/version';
import type { HubSocket, OpenHubSocket } from './hub-socket.ts';

export type Method = keyof typeof BrowserRequests;
export type Params<M extends Method> = ParamsOf<typeof BrowserRequests, M>;
export type Result<M extends Method> = ResultOf<typeof BrowserRequests, M>;

export type ConnectionState =
  | { state: 'connecting'; attempt: number }
  | { state: 'open' }
  | { state: 'waiting'; attempt: number; retryAt: number }
  /** The hub said no: trying again would not help. */
  | { state: 'refused'; error: ProbepadError };

export interface Connection {
  /** @throws ProbepadFailure with the hub's error, or `internal` when the connection is gone or the reply is late. */
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  /** Tries again at once instead of at `retryAt`, or of asking why the last try failed. */
  retry(): void;
  close(): void;
}

export interface ConnectionOptions {
  url: string;
  onEvent(event: BrowserEvent): void;
  socket: OpenHubSocket;
  onState(state: ConnectionState): void;
  /**
   * Asks the hub by HTTP why it lets no socket through, which browsers tell no page; ends at once when aborted.
   * @returns the reason when trying again can't help
   */
  refusal?(abort: AbortSignal): Promise<ProbepadError | undefined>;
  /** Milliseconds without a word of the hub, which pings, after which the connection is given up. */
  silence?: number;
}

const RETRY_FIRST = 250;
const RETRY_MAX = 5_000;
/** Looks for a word of the hub within the silence that is borne. */
const SILENCE_LOOKS = 7;

interface Waiting {
  method: Method;
  resolve(result: unknown): void;
  reject(failure: ProbepadFailure): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Speaks with the hub's `/ws` and keeps the connection up until closed or refused. */
export function connect(options: ConnectionOptions): Connection {
  const waiting = new Map<number, Waiting>();
  let socket: HubSocket | undefined;
  let welcomed = false;
  let closed = false;
  let nextId = 1;
  let attempt = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Set while the hub is asked why it lets no socket through. */
  let asking: AbortController | undefined;
  let silenceTimer: ReturnType<typeof setInterval> | undefined;
  /** Looks since the last word. Counted, not timed: a page that was asleep or busy has words waiting to be read. */
  let silentLooks = 0;

  function settleAll(message: string): void {
    for (const [id, entry] of waiting) {
      clearTimeout(entry.timer);
      waiting.delete(id);
      entry.reject(new ProbepadFailure(lost(`${entry.method}: ${message}`)));
    }
  }

  function open(): void {
    retryTimer = undefined;
    options.onState({ state: 'connecting', attempt });
    welcomed = false;
    let refusal: ProbepadError | undefined;
    let reached = false;
    const end = async (): Promise<void> => {
      if (socket !== next) return;
      socket = undefined;
      clearInterval(silenceTimer);
      settleAll('the connection to the hub was lost');
      if (closed) return;
      const delay = Math.min(RETRY_MAX, RETRY_FIRST * 2 ** attempt);
      attempt++;
      const question = new AbortController();
      asking = question;
      const reason = refusal ?? (reached ? undefined : await options.refusal?.(question.signal));
      asking = undefined;
      if (closed) return;
      if (reason) {
        options.onState({ state: 'refused', error: reason });
        return;
      }
      if (question.signal.aborted) {
        open();
        return;
      }
      options.onState({ state: 'waiting', attempt, retryAt: Date.now() + delay });
      retryTimer = setTimeout(open, delay);
    };
    const next = options.socket(options.url, {
      open() {
        reached = true;
        next.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, software: 'web/0.1.0' }));
      },
      text(text) {
        if (socket !== next) return;
        silentLooks = 0;
        refusal = receive(text) ?? refusal;
      },
      frames() {
        if (socket === next) silentLooks = 0;
      },
      close: () => void end(),
    });
    socket = next;
    silentLooks = 0;
    silenceTimer = setInterval(
      () => {
        if (++silentLooks <= SILENCE_LOOKS) return;
        // A peer that is gone answers no close either.
        next.close();
        void end();
      },
      (options.silence ?? HEARTBEAT_TIMEOUT) / SILENCE_LOOKS,
    );
  }

  /** @returns the error of a refusal */
  function receive(text: string): ProbepadError | undefined {
    const message: unknown = JSON.parse(text);
    const reply = ReplySchema.safeParse(message);
    if (reply.success && isTyped(message, 'reply')) {
      const entry = waiting.get(reply.data.id);
      if (!entry) return undefined;
      waiting.delete(reply.data.id);
      clearTimeout(entry.timer);
      if (reply.data.error) entry.reject(new ProbepadFailure(reply.data.error));
      else settle(entry, reply.data.result);
      return undefined;
    }
    if (isTyped(message, 'refused')) {
      const refusal = RefusalSchema.safeParse(message);
      return refusal.success
        ? refusal.data.error
        : probepadError('internal', 'the hub refused the connection');
    }
    const event = BrowserEventSchema.safeParse(message);
    if (!event.success) {
      console.error('message not understood', event.error, message);
      return undefined;
    }
    if (event.data.type === 'welcome') {
      welcomed = true;
      attempt = 0;
      options.onState({ state: 'open' });
    }
    options.onEvent(event.data);
    return undefined;
  }

  function settle(entry: Waiting, result: unknown): void {
    const parsed = BrowserRequests[entry.method].result.safeParse(result);
    if (parsed.success) entry.resolve(parsed.data);
    else {
      console.error('reply not understood', entry.method, parsed.error);
      entry.reject(
        new ProbepadFailure(probepadError('internal', `${entry.method}: the reply is not understood`)),
      );
    }
  }

  open();
  return {
    request: <M extends Method>(method: M, params: Params<M>) =>
      new Promise<Result<M>>((resolve, reject) => {
        if (!socket || !welcomed) {
          reject(new ProbepadFailure(lost(`${method}: not connected to the hub`)));
          return;
        }
        const id = nextId++;
        const text = JSON.stringify({ type: 'request', id, method, params });
        // The hub ends a connection that sends more.
        if (new TextEncoder().encode(text).byteLength > MESSAGE_MAX) {
          const what = `${method}: the text is too large to send`;
          reject(new ProbepadFailure(probepadError('source_too_large', what, { limit: SNIPPET_MAX })));
          return;
        }
        const timeout = replyTimeout(method);
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new ProbepadFailure(lost(`${method}: no answer within ${timeout / 1000} s`)));
        }, timeout);
        waiting.set(id, { method, resolve: resolve as (result: unknown) => void, reject, timer });
        socket.send(text);
      }),
    retry() {
      asking?.abort();
      if (!retryTimer) return;
      clearTimeout(retryTimer);
      open();
    },
    close() {
      closed = true;
      asking?.abort();
      clearTimeout(retryTimer);
      clearInterval(silenceTimer);
      socket?.close();
      settleAll('the page closed the connection');
    },
  };
}

function isTyped(message: unknown, type: string): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === type;
}

function lost(message: string): ProbepadError {
  return ProbepadErrorSchema.parse({
    code: 'internal',
    message,
    remedy: 'Probepad reconnects by itself; check that `npm start` still runs, then try again.',
  });
}
