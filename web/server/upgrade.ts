import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorCode, probepadError } from '@probepad/protocol/errors';
import { MESSAGE_MAX } from '@probepad/protocol/limits';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Attempts } from './auth/attempts.ts';
import type { Log } from './log.ts';
import type { OriginRules } from './origin.ts';
import type { Identity, Sessions } from './session.ts';

export interface UpgradeParts {
  origins: OriginRules;
  sessions: Sessions;
  attempts: Attempts;
  log: Log;
  onBrowser(socket: WebSocket, identity: Identity, hubUrl: string): void;
  onAgent(socket: WebSocket, address: string): void;
}

/** Connections at once, browsers and agents each: beyond it something is wrong. */
const CONNECTIONS_MAX = 1_000;

/** Milliseconds that peers have to end well when the hub ends. */
const CLOSE_WAIT = 300;

interface Refusal {
  status: 401 | 403 | 404 | 429 | 503;
  code: ErrorCode;
  what: string;
}

/** Decides about WebSockets before there is one: a refusal is an HTTP answer, and is logged. */
export interface Upgrades {
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every socket, saying that the hub goes away. */
  close(): void;
}

export function upgrades(parts: UpgradeParts): Upgrades {
  const { origins, sessions, attempts, log } = parts;
  const options = { noServer: true, maxPayload: MESSAGE_MAX, perMessageDeflate: false, clientTracking: true };
  const browsers = new WebSocketServer(options);
  const agents = new WebSocketServer(options);

  async function identify(request: IncomingMessage, address: string): Promise<Identity | Refusal> {
    const { origin, host } = request.headers;
    const bearer = sessions.byBearer(request);
    if (bearer === 'wrong') {
      attempts.failed(address);
      return attempts.wait(address) > 0
        ? { status: 429, code: 'rate_limited', what: 'too many wrong access tokens' }
        : { status: 401, code: 'unauthenticated', what: 'the access token is wrong' };
    }
    if (origin === undefined) {
      return bearer ?? { status: 403, code: 'bad_origin', what: 'there is no Origin and no access token' };
    }
    if (!origins.allowsHost(host))
      return { status: 403, code: 'bad_origin', what: 'the Host is not this hub' };
    if (!origins.allowsOrigin(origin)) {
      return { status: 403, code: 'bad_origin', what: 'the Origin is not this hub' };
    }
    const identity = bearer ?? (await sessions.byCookie(request));
    return identity ?? { status: 401, code: 'unauthenticated', what: 'there is no session' };
  }

  function refuse(request: IncomingMessage, socket: Duplex, refusal: Refusal): void {
    log('warn', 'upgrade refused', {
      address: request.socket.remoteAddress,
      path: request.url?.split('?', 1)[0]?.slice(0, 256),
      origin: request.headers.origin?.slice(0, 256),
      host: request.headers.host?.slice(0, 256),
      status: refusal.status,
      what: refusal.what,
    });
    const body = `${JSON.stringify({ error: probepadError(refusal.code, `connecting: ${refusal.what}`) })}\n`;
    socket.end(
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    socket.once('finish', () => socket.destroy());
  }

  async function decide(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const address = request.socket.remoteAddress ?? '';
    const path = request.url?.split('?', 1)[0];
    const full = { status: 503, code: 'rate_limited', what: 'there are too many connections' } as const;
    if (path === '/ws') {
      const identity = await identify(request, address);
      if ('status' in identity) refuse(request, socket, identity);
      else if (browsers.clients.size >= CONNECTIONS_MAX) refuse(request, socket, full);
      else {
        browsers.handleUpgrade(request, socket, head, (ws) =>
          parts.onBrowser(ws, identity, origins.hubUrl(request)),
        );
      }
    } else if (path === '/agent') {
      // Agents prove themselves in their hello. They are no browsers, and a browser always sends an Origin.
      if (request.headers.origin !== undefined) {
        refuse(request, socket, { status: 403, code: 'bad_origin', what: 'a browser is no agent' });
      } else if (agents.clients.size >= CONNECTIONS_MAX) refuse(request, socket, full);
      else agents.handleUpgrade(request, socket, head, (ws) => parts.onAgent(ws, address));
    } else {
      refuse(request, socket, { status: 404, code: 'not_found', what: 'there is no socket at this path' });
    }
  }

  return {
    handle(request, socket, head) {
      // Until a WebSocket takes it over, nobody else listens to its errors.
      const onError = () => socket.destroy();
      socket.on('error', onError);
      decide(request, socket, head).catch((error: unknown) => {
        log('error', 'upgrade', { error: String(error) });
        socket.destroy();
      });
    },
    close() {
      for (const server of [browsers, agents]) {
        for (const client of server.clients) client.close(1001, 'the hub is ending');
        // A peer that stalls does not answer the close.
        setTimeout(() => {
          for (const client of server.clients) client.terminate();
        }, CLOSE_WAIT);
        server.close();
      }
    },
  };
}
