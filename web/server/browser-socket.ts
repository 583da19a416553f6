import { type BrowserEvent, type BrowserMethod, BrowserRequests } from '@probepad/protocol/control/browser';
import { type RequestEnvelope, RequestEnvelopeSchema } from '@probepad/protocol/control/envelope';
import { errorOf, fail, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import {
  COUNTS_INTERVAL,
  HEARTBEAT_INTERVAL,
  HELLO_TIMEOUT,
  VIEWER_QUEUE_MAX,
} from '@probepad/protocol/limits';
import { HelloSchema, PROTOCOL_VERSION, versionMismatch } from '@probepad/protocol/version';
import type { RawData, WebSocket } from 'ws';
import * as z from 'zod/mini';
import { NEEDED } from './auth/permissions.ts';
import { newId } from './auth/tokens.ts';
import type { Bus } from './bus.ts';
import type { Hosts } from './hosts.ts';
import type { Log } from './log.ts';
import { messageText, parseMessage } from './messages.ts';
import { type Caller, methodNamed, type methodsOf, type Outcome } from './methods.ts';
import { rateLimit } from './rate-limit.ts';
import type { Identity } from './session.ts';
import type { Statistics } from './statistics.ts';
import type { Terminals } from './terminals.ts';
import { viewerOf } from './viewer.ts';

export interface BrowserSocketParts {
  hosts: Hosts;
  bus: Bus;
  methods: ReturnType<typeof methodsOf>;
  statistics: Statistics;
  terminals: Terminals;
  log: Log;
  /** Name and version of this hub. */
  software: string;
}

/** Requests of one connection. */
const REQUESTS_PER_SECOND = 200;
const REQUESTS_BURST = 400;
/** Terminals have their own: an acknowledgement that is refused would leave a terminal standing for good. */
const TERMINAL_PER_SECOND = 5_000;
const TERMINAL_BURST = 10_000;
/** Refusals of requests that are over it. More of them end the connection. */
const REFUSALS_PER_SECOND = 200;
const REFUSALS_BURST = 2_000;
/** What waits for a viewer that doesn't read, replies included: beyond it, the connection is given up. */
const CONTROL_MAX = 2 * VIEWER_QUEUE_MAX;
/** Changes of the host list within this many milliseconds are told at once. */
const HOSTS_DELAY = 50;

/** Speaks with one browser or command line from its hello to its end. */
export function serveBrowser(
  parts: BrowserSocketParts,
  socket: WebSocket,
  identity: Identity,
  hubUrl: string,
): void {
  const { hosts, bus, methods, statistics, terminals, log, software } = parts;
  const limit = rateLimit(REQUESTS_PER_SECOND, REQUESTS_BURST);
  const terminalLimit = rateLimit(TERMINAL_PER_SECOND, TERMINAL_BURST);
  const refusals = rateLimit(REFUSALS_PER_SECOND, REFUSALS_BURST);
  let greeted = false;
  let hostsTimer: NodeJS.Timeout | undefined;
  let unsubscribe = () => {};

  /** Whether there is somebody to send to. Who asks without reading the answers is given up here too. */
  function listens(): boolean {
    if (socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount <= CONTROL_MAX) return true;
    log('warn', 'viewer given up', { user: identity.user, buffered: socket.bufferedAmount });
    socket.terminate();
    return false;
  }

  function send(message: BrowserEvent | Record<string, unknown>): void {
    if (!listens()) return;
    try {
      socket.send(messageText(message));
    } catch (error) {
      // An event that is too large for any viewer: a list of very many hosts, say.
      log('error', 'event not sent', { type: message.type, error: String(error) });
    }
  }

  const viewer = viewerOf(
    {
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data, done) => socket.send(data, { binary: true }, done),
    },
    send,
  );
  const gone = new AbortController();
  const caller: Caller = { identity, user: identity.user, viewer, hubUrl, send, gone: gone.signal };

  function refuse(error: ProbepadError): void {
    log('warn', 'browser refused', { user: identity.user, code: error.code, what: error.message });
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'refused', error }));
    socket.close(1008, error.code);
    setTimeout(() => socket.terminate(), 1000).unref();
  }

  function onHello(message: unknown): void {
    const parsed = z.safeParse(HelloSchema, message);
    if (!parsed.success) fail('bad_message', 'reading the hello');
    const mismatch = versionMismatch(parsed.data.protocol);
    if (mismatch !== undefined) {
      fail('version_mismatch', `greeting ${parsed.data.software}`, {
        side: mismatch === 'peer_too_old' ? 'page (reload it) or the command' : 'hub',
        peer: parsed.data.protocol,
        own: PROTOCOL_VERSION,
      });
    }
    greeted = true;
    clearTimeout(helloTimer);
    send({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      hub: software,
      permissions: identity.permissions,
      hosts: hosts.list(),
    });
    unsubscribe = bus.subscribe((event) => {
      if (event.type === 'run.status') viewer.status(event.status);
      else
        hostsTimer ??= setTimeout(() => {
          hostsTimer = undefined;
          send({ type: 'hosts', hosts: hosts.list() });
        }, HOSTS_DELAY);
    });
  }

  /** @throws ProbepadFailure when the request is not allowed or not understood */
  async function perform(request: RequestEnvelope): Promise<Outcome<unknown>> {
    const method: BrowserMethod =
      methodNamed(request.method) ??
      fail('bad_message', `calling ${JSON.stringify(request.method.slice(0, 64))}`);
    const permission = NEEDED[method];
    if (!identity.permissions.includes(permission)) {
      log('warn', 'request forbidden', { user: identity.user, method });
      fail('forbidden', `calling ${method}`, { permission });
    }
    const params = z.safeParse(BrowserRequests[method].params, request.params);
    if (!params.success)
      fail('bad_message', `reading the parameters of ${method}: ${z.prettifyError(params.error)}`);
    // The table gives both the schema and the handler by the same key, which the type system can't follow.
    const handler = methods[method] as (params: unknown, caller: Caller) => Promise<Outcome<unknown>>;
    return handler(params.data, caller);
  }

  async function answer(request: RequestEnvelope): Promise<void> {
    const { id } = request;
    try {
      const { result, afterwards } = await perform(request);
      // The client may have gone while it was done.
      if (!listens()) return;
      socket.send(messageText({ type: 'reply', id, result }));
      afterwards?.();
    } catch (error) {
      const failure = errorOf(error);
      if (failure.code === 'internal' || failure.code === 'bad_message') {
        log('warn', 'request failed', {
          user: identity.user,
          method: request.method.slice(0, 64),
          what: failure.message,
        });
      }
      send({ type: 'reply', id, error: failure });
    }
  }

  function onMessage(text: string): void {
    const message = parseMessage(text);
    if (!greeted) {
      onHello(message);
      return;
    }
    const pong = z.safeParse(PongSchema, message);
    if (pong.success) return;
    const request = z.safeParse(RequestEnvelopeSchema, message);
    if (!request.success) fail('bad_message', 'reading a message that is no request');
    const bucket = request.data.method.startsWith('terminal.') ? terminalLimit : limit;
    if (!bucket.take()) {
      if (!refusals.take()) fail('rate_limited', 'reading a flood of requests');
      send({ type: 'reply', id: request.data.id, error: probepadError('rate_limited', 'taking requests') });
      return;
    }
    void answer(request.data);
  }

  const helloTimer = setTimeout(
    () => refuse(probepadError('bad_message', 'waiting for a hello: none came')),
    HELLO_TIMEOUT,
  );
  const countsTimer = setInterval(() => viewer.tick(), COUNTS_INTERVAL);
  const pingTimer = setInterval(() => {
    if (Date.now() > identity.expires) refuse(probepadError('unauthenticated', 'the session has expired'));
    else if (greeted && socket.bufferedAmount < CONTROL_MAX / 2) send({ type: 'ping', time: Date.now() });
  }, HEARTBEAT_INTERVAL);

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (socket.readyState !== socket.OPEN) return;
    try {
      if (isBinary) fail('bad_message', 'reading a binary message of a browser');
      onMessage((data as Buffer).toString('utf8'));
    } catch (error) {
      const failure = errorOf(error);
      refuse(failure.code === 'internal' ? probepadError('bad_message', failure.message) : failure);
    }
  });
  socket.on('error', (error) => log('warn', 'browser socket', { user: identity.user, error: error.message }));
  socket.on('close', (code) => {
    clearTimeout(helloTimer);
    clearTimeout(hostsTimer);
    clearInterval(countsTimer);
    clearInterval(pingTimer);
    unsubscribe();
    viewer.close();
    statistics.viewerWent(viewer);
    terminals.ownerWent(caller);
    gone.abort();
    log('info', 'browser disconnected', { user: identity.user, connection, code });
  });
  const connection = newId().slice(0, 8);
  log('info', 'browser connected', { user: identity.user, connection });
}

/** Answers to pings are welcome, not needed. */
const PongSchema = z.object({ type: z.literal('pong') });
