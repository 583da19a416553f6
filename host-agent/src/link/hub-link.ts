import {
  type AgentEvent,
  type AgentHello,
  AgentPingSchema,
  type AgentWelcome,
  AgentWelcomeSchema,
} from '@probepad/protocol/control/agent';
import { RequestEnvelopeSchema } from '@probepad/protocol/control/envelope';
import type { HostFacts } from '@probepad/protocol/control/host';
import { errorOf, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import { framesOf } from '@probepad/protocol/frames';
import {
  AGENT_IN_FLIGHT,
  FRAME_PAYLOAD_MAX,
  HEARTBEAT_TIMEOUT,
  HELLO_TIMEOUT,
  LEASE,
  MESSAGE_MAX,
} from '@probepad/protocol/limits';
import { PROTOCOL_VERSION, RefusalSchema } from '@probepad/protocol/version';
import { type RawData, WebSocket } from 'ws';
import type { Log } from '../runs/log.ts';
import type { Run } from '../runs/run.ts';
import { answer, type Machine } from './agent-requests.ts';
import { createBackOff } from './back-off.ts';
import { createIncomings } from './blobs.ts';
import type { CredentialStore } from './credential.ts';
import type { Feed } from './feed.ts';
import { createLease } from './lease.ts';
import { textOfEvent, textOfMessage } from './messages.ts';
import { createSilence } from './silence.ts';

export interface HubLinkOptions {
  /** URL of the hub; its path does not count. */
  hub: string;
  /** Gives the single-use join token, asked for only when there is no credential. */
  joinToken: () => Promise<string | undefined>;
  credentials: CredentialStore;
  software: string;
  facts: () => HostFacts;
  machine: Machine;
  feed: Feed;
  log: Log;
}

/** A connection to the hub that comes back by itself. */
export interface HubLink {
  /** Sends facts that changed. */
  factsChanged(): void;
  /** Sends an event that belongs to no run. */
  send(event: AgentEvent): void;
  /** A run's end was sent: the run is forgotten when the connection holds a while longer. */
  reported(run: Run): void;
  close(): void;
  /** Resolves when the link is given up: with the hub's refusal, or undefined after `close`. */
  readonly over: Promise<ProbepadError | undefined>;
}

/** Refusals that another try does not mend. */
const FINAL: readonly ProbepadError['code'][] = [
  'bad_join_token',
  'revoked',
  'version_mismatch',
  'unauthenticated',
];

/** Heartbeats that come after a run's last status before it is taken as received. */
const HEARTBEATS_TO_FORGET = 2;

/** Ended runs that wait to be reported, each with up to RESUME_BUFFER of frames twice. */
const ENDED_KEPT = 4;

/** The socket's address of a hub that is named by an http, https, ws or wss URL. */
export function agentUrl(hub: string): string {
  const url = new URL('/agent', hub);
  url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Connects and keeps connecting, until `close` or a refusal that is final. */
export function openHubLink(options: HubLinkOptions): HubLink {
  const { hub, machine, feed, credentials, log } = options;
  const backOff = createBackOff();
  const lease = createLease(LEASE, (within) => {
    log(`no word from ${hub}, and the lease is nearly over: ending all runs`);
    void machine.table.endAll('lease_lost', within);
  });
  let socket: WebSocket | undefined;
  let welcomed = false;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  const { promise: over, resolve: giveUp } = Promise.withResolvers<ProbepadError | undefined>();

  function send(text: string | undefined, what: string): void {
    if (text === undefined) log(`${what} is over the limit of ${MESSAGE_MAX} bytes and was not sent`);
    else if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  }

  function sendEvent(event: AgentEvent): void {
    if (welcomed) send(textOfEvent(event), event.type);
  }

  function factsChanged(): void {
    sendEvent({ type: 'facts', facts: options.facts() });
  }

  function sendData(message: Uint8Array): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(message, { binary: true }, () => feed.pump());
  }

  /** A hub that comes and goes never confirms an end; what waits for it must not grow for that. */
  function forgetOldest(): void {
    const ended = machine.table.all().filter((run) => run.status.state === 'ended');
    for (const run of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) {
      feed.forget(run);
      machine.table.forget(run.id);
    }
  }

  async function hello(): Promise<AgentHello> {
    forgetOldest();
    const known = await credentials.read(hub);
    const join = known === undefined ? await options.joinToken() : undefined;
    return {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      software: options.software,
      ...(known === undefined ? {} : { credential: known.credential }),
      ...(join === undefined ? {} : { join }),
      facts: options.facts(),
      runs: machine.table.all().map(({ id, stream }) => ({ run: id, stream })),
    };
  }

  function connect(): void {
    const incomings = createIncomings();
    const current = new WebSocket(agentUrl(hub), {
      perMessageDeflate: false,
      maxPayload: MESSAGE_MAX,
      handshakeTimeout: HELLO_TIMEOUT,
      // RFC 6455 masks against scripts in browsers that forge requests to proxies; an agent runs none. The zero mask saves a pass
      // over every byte on both sides.
      generateMask: (mask) => mask.fill(0),
    });
    socket = current;
    welcomed = false;
    let host = '';
    /** The facts of the hello, as text. */
    let told = '';
    /** A network that went away gives no close: silence is the only sign. */
    const silence = createSilence(HEARTBEAT_TIMEOUT, () => {
      log(`no word from ${hub} for ${HEARTBEAT_TIMEOUT / 1000} s: connecting anew`);
      current.terminate();
    });
    const helloTimer = setTimeout(() => current.terminate(), 2 * HELLO_TIMEOUT);

    async function onWelcome(welcome: AgentWelcome): Promise<void> {
      clearTimeout(helloTimer);
      if (welcome.credential !== undefined) {
        await credentials.write({ hub, host: welcome.host, credential: welcome.credential });
      }
      if (current !== socket) return;
      host = welcome.host;
      welcomed = true;
      backOff.reset();
      lease.setLength(welcome.lease);
      feed.attach({
        control: sendEvent,
        data: sendData,
        hasRoom: () => current.bufferedAmount < AGENT_IN_FLIGHT && current.readyState === WebSocket.OPEN,
      });
      log(`connected to ${hub} as ${welcome.name}`);
      // What changed since the hello, nobody was told: a preflight may end just then.
      if (JSON.stringify(options.facts()) !== told) factsChanged();
    }

    async function onRefused(error: ProbepadError): Promise<void> {
      clearTimeout(helloTimer);
      log(`${hub} refused: ${error.message}. ${error.remedy}`);
      const usedCredential = (await credentials.read(hub)) !== undefined;
      if (usedCredential && (error.code === 'revoked' || error.code === 'unauthenticated')) {
        await credentials.remove(hub);
        // A hub that lost its data knows no credential; a fresh join token makes it good.
        if (error.code === 'unauthenticated' && (await options.joinToken()) !== undefined) return;
      }
      if (FINAL.includes(error.code)) end(error);
    }

    async function onRequest(message: unknown): Promise<void> {
      const envelope = RequestEnvelopeSchema.safeParse(message);
      if (!envelope.success) {
        log('a message of the hub was not understood');
        current.close(1008, 'bad_message');
        return;
      }
      const { id, method, params } = envelope.data;
      let reply: unknown;
      try {
        const result = await answer(method, params, {
          ...machine,
          feed,
          incomings,
          host,
          sendData,
          sendEvent,
        });
        reply = { type: 'reply', id, result };
      } catch (thrown) {
        const error = errorOf(thrown);
        if (error.code === 'internal')
          log(`${method}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
        reply = { type: 'reply', id, error };
      }
      if (current !== socket) return;
      const tooLarge = probepadError(
        'internal',
        `answering ${method}: the reply is over ${MESSAGE_MAX} bytes`,
      );
      send(textOfMessage(reply) ?? textOfMessage({ type: 'reply', id, error: tooLarge }), method);
    }

    async function onFirst(message: unknown): Promise<void> {
      const welcome = AgentWelcomeSchema.safeParse(message);
      if (welcome.success) return onWelcome(welcome.data);
      const refusal = RefusalSchema.safeParse(message);
      if (refusal.success) return onRefused(refusal.data.error);
      throw new Error('neither welcome nor refusal');
    }

    async function onMessage(data: Buffer, isBinary: boolean): Promise<void> {
      if (isBinary) {
        for (const frame of framesOf(data, FRAME_PAYLOAD_MAX)) {
          if (frame.header.kind === 'blob') incomings.accept(frame);
        }
        return;
      }
      const message: unknown = JSON.parse(data.toString());
      if (!welcomed) return onFirst(message);
      const ping = AgentPingSchema.safeParse(message);
      if (!ping.success) {
        const refusal = RefusalSchema.safeParse(message);
        return refusal.success ? onRefused(refusal.data.error) : void onRequest(message);
      }
      sendEvent({ type: 'pong', time: ping.data.time });
      forgetReported();
    }

    /** One after the other, because keeping the credential takes a moment and requests follow the welcome. */
    let inOrder = Promise.resolve();

    current.on('open', () => {
      hello().then(
        (message) => {
          told = JSON.stringify(message.facts);
          send(textOfMessage(message), 'hello');
        },
        (error: unknown) => {
          log(`connecting to ${hub}: ${errorOf(error).message}`);
          current.close();
        },
      );
    });
    current.on('message', (data: RawData, isBinary: boolean) => {
      lease.renew();
      silence.heard();
      inOrder = inOrder
        .then(() => onMessage(data as Buffer, isBinary))
        .catch((error: unknown) => {
          log(`a message of the hub was not understood: ${errorOf(error).message}`);
          current.close(1008, 'bad_message');
        });
    });
    current.on('error', (error) => log(`connecting to ${hub}: ${error.message}`));
    current.on('close', () => {
      silence.end();
      clearTimeout(helloTimer);
      incomings.clear();
      if (current !== socket) return;
      socket = undefined;
      if (welcomed) log(`the connection to ${hub} ended`);
      welcomed = false;
      feed.detach();
      reported.clear();
      void machine.terminals.closeAll();
      if (!closed) retry = setTimeout(connect, backOff.next());
    });
  }

  /** Ended runs whose end was sent, with the heartbeats since. */
  const reported = new Map<Run, number>();

  function forgetReported(): void {
    for (const [run, heartbeats] of reported) {
      reported.set(run, heartbeats + 1);
      if (heartbeats + 1 < HEARTBEATS_TO_FORGET) continue;
      reported.delete(run);
      machine.table.forget(run.id);
    }
  }

  function end(error: ProbepadError | undefined): void {
    closed = true;
    clearTimeout(retry);
    lease.end();
    socket?.close(1000);
    giveUp(error);
  }

  connect();
  return {
    factsChanged,
    send: sendEvent,
    reported: (run) => void reported.set(run, 0),
    close: () => end(undefined),
    over,
  };
}
