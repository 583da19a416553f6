import { AgentEventSchema, type AgentHello, AgentHelloSchema } from '@probepad/protocol/control/agent';
import { errorOf, fail, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import { FrameError } from '@probepad/protocol/frames';
import { HEARTBEAT_INTERVAL, HEARTBEAT_TIMEOUT, HELLO_TIMEOUT } from '@probepad/protocol/limits';
import { PROTOCOL_VERSION, versionMismatch } from '@probepad/protocol/version';
import type { RawData, WebSocket } from 'ws';
import * as z from 'zod/mini';
import { type AgentConnection, agentConnection } from './agent-connection.ts';
import type { AgentEvents } from './agent-events.ts';
import type { Attempts } from './auth/attempts.ts';
import { fanOut } from './fan-out.ts';
import type { Hosts } from './hosts.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Log } from './log.ts';
import { MessageError, parseMessage } from './messages.ts';
import { type RateLimit, rateLimit } from './rate-limit.ts';

export interface AgentSocketParts {
  hosts: Hosts;
  live: LiveRuns;
  events: AgentEvents;
  attempts: Attempts;
  log: Log;
  /** Milliseconds, told to agents. */
  lease: number;
}

/** An agent's events, many hosts' statuses and terminals included; more than this is a defect. */
const MESSAGES_PER_SECOND = 2_000;
const MESSAGES_BURST = 10_000;

/** Speaks with one agent from its hello to its end. What it sends against the protocol ends the connection, nothing more. */
export function serveAgent(parts: AgentSocketParts, socket: WebSocket, address: string): void {
  const { hosts, live, events, attempts, log, lease } = parts;
  // An agent must not lose a short lease between two pings.
  const heartbeat = Math.min(HEARTBEAT_INTERVAL, lease / 3);
  let connection: AgentConnection | undefined;
  let greeted = false;
  /** Milliseconds of pings since something was heard. A hub that stood still was not listening, and reads first what has come. */
  let silent = 0;
  const limit: RateLimit = rateLimit(MESSAGES_PER_SECOND, MESSAGES_BURST);

  function refuse(error: ProbepadError): void {
    log('warn', 'agent refused', { address, host: connection?.host, code: error.code, what: error.message });
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'refused', error }));
    socket.close(1008, error.code);
    terminateLater();
  }

  function terminateLater(): void {
    setTimeout(() => socket.terminate(), 1000).unref();
  }

  async function greet(message: unknown): Promise<void> {
    const version = z.safeParse(z.object({ type: z.literal('hello'), protocol: z.number() }), message);
    const mismatch = version.success ? versionMismatch(version.data.protocol) : undefined;
    if (version.success && mismatch !== undefined) {
      fail('version_mismatch', `greeting an agent of protocol ${version.data.protocol}`, {
        side: mismatch === 'peer_too_old' ? 'agent' : 'hub',
        peer: version.data.protocol,
        own: PROTOCOL_VERSION,
      });
    }
    const parsed = z.safeParse(AgentHelloSchema, message);
    if (!parsed.success) fail('bad_message', `reading the hello: ${z.prettifyError(parsed.error)}`);
    const hello: AgentHello = parsed.data;
    const admitted = await hosts.admit(hello);
    if (socket.readyState !== socket.OPEN) return;
    const accepted = agentConnection(admitted.host.id, socket);
    hosts.attach(accepted);
    connection = accepted;
    connection.send({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      host: admitted.host.id,
      name: admitted.host.name,
      ...(admitted.credential !== undefined && { credential: admitted.credential }),
      lease,
      heartbeat,
    });
    log('info', 'agent connected', { address, host: connection.host, name: admitted.host.name });
    events.came(connection, hello);
  }

  function onHello(message: unknown): void {
    if (greeted) fail('bad_message', 'reading a message before the welcome');
    greeted = true;
    greet(message).catch((error: unknown) => {
      attempts.failed(address);
      const many = attempts.wait(address) > 0;
      refuse(
        many ? probepadError('rate_limited', 'greeting an agent: too many wrong tries') : errorOf(error),
      );
    });
  }

  function onText(text: string): void {
    const message = parseMessage(text);
    if (connection === undefined) {
      onHello(message);
      return;
    }
    if (!limit.take()) fail('rate_limited', 'reading messages of an agent');
    if (connection.calls.reply(message)) return;
    const parsed = z.safeParse(AgentEventSchema, message);
    if (!parsed.success) fail('bad_message', `reading an event: ${z.prettifyError(parsed.error)}`);
    events.handle(connection, parsed.data);
  }

  function onBinary(data: Buffer): void {
    const from = connection;
    if (from === undefined) fail('bad_message', 'reading frames before the hello');
    fanOut(data, {
      stream(id) {
        if (from.ignored.has(id)) return 'ignored';
        const stream = live.stream(id);
        return stream?.host === from.host ? stream : undefined;
      },
      blob: (header, payload) => from.transfers.accept(header, payload),
    });
  }

  const helloTimer = setTimeout(() => {
    if (connection === undefined) refuse(probepadError('bad_message', 'waiting for a hello: none came'));
  }, HELLO_TIMEOUT);
  const pings = setInterval(() => {
    if (connection === undefined) return;
    silent += heartbeat;
    if (silent > HEARTBEAT_TIMEOUT) {
      log('warn', 'agent silent', { host: connection.host, milliseconds: silent });
      socket.terminate();
      return;
    }
    connection.send({ type: 'ping', time: Date.now() });
  }, heartbeat);

  socket.on('message', (data: RawData, isBinary: boolean) => {
    // What comes after a refusal, or after a newer connection took the place, is not listened to.
    if (socket.readyState !== socket.OPEN) return;
    if (connection !== undefined && hosts.connection(connection.host) !== connection) return;
    silent = 0;
    if (connection !== undefined) hosts.heard(connection.host);
    try {
      if (isBinary) onBinary(data as Buffer);
      else onText((data as Buffer).toString('utf8'));
    } catch (error) {
      const known = error instanceof FrameError || error instanceof MessageError;
      if (known) refuse(probepadError('bad_message', `reading from an agent: ${error.message}`));
      else refuse(errorOf(error));
    }
  });
  socket.on('error', (error) =>
    log('warn', 'agent socket', { address, host: connection?.host, error: error.message }),
  );
  socket.on('close', (code, reason) => {
    clearTimeout(helloTimer);
    clearInterval(pings);
    if (connection === undefined) return;
    connection.calls.endAll();
    connection.transfers.cancelAll(new Error('the connection of the host ended'));
    const offline = hosts.detach(connection);
    log('info', 'agent disconnected', { host: connection.host, code, reason: reason.toString(), offline });
    if (offline) events.went(connection.host);
  });
}
