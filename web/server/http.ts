import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorOf, type ProbepadError, probepadError } from '@probepad/protocol/errors';
import type { Attempts } from './auth/attempts.ts';
import type { MetricsPage } from './export/metrics-page.ts';
import { decompress, type KernelHeaders } from './kernel-header.ts';
import type { Log } from './log.ts';
import type { OriginRules } from './origin.ts';
import {
  comeBackPage,
  signInPage,
  startingPage,
  tooManyTriesPage,
  wrongAddressPage,
  wrongTokenPage,
} from './pages.ts';
import { contentSecurityPolicy, setSecurityHeaders } from './security-headers.ts';
import type { Sessions } from './session.ts';

/** Next's request handler, or nothing while there is none. */
export type AppHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface HttpParts {
  origins: OriginRules;
  sessions: Sessions;
  attempts: Attempts;
  headers: KernelHeaders;
  metrics: MetricsPage;
  log: Log;
  /** Undefined while it starts; `none` when this hub serves no app. */
  app(): AppHandler | 'none' | undefined;
}

/** Answers one HTTP request. Never throws. */
export async function serveHttp(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const policy = contentSecurityPolicy(hostForPolicy(request));
  setSecurityHeaders(response, policy);
  try {
    await route(parts, request, response, policy);
  } catch (error) {
    parts.log('error', 'http', { path: pathOf(request), error: String(error) });
    if (response.headersSent) response.destroy();
    else sendError(response, errorOf(error));
  }
}

async function route(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  policy: string,
): Promise<void> {
  const { origins, sessions, attempts, log } = parts;
  const address = request.socket.remoteAddress ?? '';
  const url = urlOf(request);
  if (url.pathname === '/healthz') {
    sendText(response, 200, 'ok\n');
    return;
  }
  // With a token of its own, which opens nothing else.
  if (url.pathname === '/metrics' && parts.metrics.answer(request, response)) return;
  const bearer = sessions.byBearer(request);
  // A command line may reach the hub under any name: it is not a browser that a foreign page could have sent.
  const isCommand = bearer !== undefined && bearer !== 'wrong' && request.headers.origin === undefined;
  if (!isCommand && !origins.allowsHost(request.headers.host)) {
    log('warn', 'wrong host', { address, host: request.headers.host?.slice(0, 256) });
    sendPage(response, 403, wrongAddressPage);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    sendText(response, 405, 'GET and HEAD only\n');
    return;
  }
  const token = url.searchParams.get('token');
  if (token !== null) {
    await signIn(parts, request, response, url, token, address);
    return;
  }
  if (bearer === 'wrong') {
    attempts.failed(address);
    log('warn', 'wrong token', { address, path: url.pathname });
    sendError(
      response,
      attempts.wait(address) > 0
        ? probepadError('rate_limited', 'checking the access token: too many wrong ones')
        : probepadError('unauthenticated', 'checking the access token'),
    );
    return;
  }
  const identity = bearer ?? (await sessions.byCookie(request));
  if (identity === undefined) {
    refuseStranger(request, response, url);
    return;
  }
  const headerOf = /^\/api\/hosts\/([^/]+)\/vmlinux\.h$/.exec(url.pathname)?.[1];
  if (headerOf !== undefined) await sendKernelHeader(parts, request, response, url, headerOf);
  else if (url.pathname.startsWith('/api/'))
    sendError(response, probepadError('not_found', 'looking for the page'));
  else await sendApp(parts, request, response, policy);
}

async function signIn(
  { origins, sessions, attempts, log }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  token: string,
  address: string,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  if (!sessions.isAccessToken(token)) {
    attempts.failed(address);
    const wait = attempts.wait(address);
    log('warn', 'wrong token', { address, path: url.pathname });
    if (wait > 0) response.setHeader('Retry-After', Math.ceil(wait / 1000));
    sendPage(response, wait > 0 ? 429 : 401, wait > 0 ? tooManyTriesPage : wrongTokenPage);
    return;
  }
  url.searchParams.delete('token');
  response.setHeader('Set-Cookie', await sessions.open(address, origins.isSecure(request.headers.host)));
  // One slash only: two would begin another site's address.
  response.setHeader('Location', `${url.pathname.replace(/^\/+/, '/')}${url.search}`);
  response.writeHead(303).end();
}

function refuseStranger(request: IncomingMessage, response: ServerResponse, url: URL): void {
  response.setHeader('Cache-Control', 'no-store');
  if (url.pathname.startsWith('/api/')) {
    sendError(response, probepadError('unauthenticated', 'asking without a session'));
    return;
  }
  const followed =
    request.headers['sec-fetch-site'] === 'cross-site' && request.headers['sec-fetch-mode'] === 'navigate';
  sendPage(response, 401, followed ? comeBackPage : signInPage);
}

async function sendKernelHeader(
  { headers }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  host: string,
): Promise<void> {
  let found: Awaited<ReturnType<KernelHeaders['find']>>;
  try {
    found = await headers.find(decodeURIComponent(host));
  } catch (error) {
    sendError(response, errorOf(error));
    return;
  }
  const tag = `"${found.btf}"`;
  response.setHeader('ETag', tag);
  response.setHeader('Vary', 'Accept-Encoding');
  // The address names the host; only with the kernel's identity in it does it always mean the same text.
  const fixed = url.searchParams.get('btf') === found.btf;
  response.setHeader('Cache-Control', fixed ? 'private, max-age=31536000, immutable' : 'private, no-cache');
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  if (/\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '')) {
    response.setHeader('Content-Encoding', 'gzip');
    response.end(request.method === 'HEAD' ? undefined : found.gzipped);
  } else {
    const text = await decompress(found.gzipped);
    response.end(request.method === 'HEAD' ? undefined : text);
  }
}

async function sendApp(
  { app }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  policy: string,
): Promise<void> {
  const handler = app();
  if (handler === undefined) {
    response.setHeader('Retry-After', 1);
    sendPage(response, 503, startingPage);
  } else if (handler === 'none') {
    sendText(response, 404, 'this hub serves no app\n');
  } else {
    // Next reads the nonce here; whatever the client sent under this name is gone.
    request.headers['content-security-policy'] = policy;
    delete request.headers['content-security-policy-report-only'];
    delete request.headers['x-nonce'];
    await handler(request, response);
  }
}

const STATUS_BY_CODE: Partial<Record<ProbepadError['code'], number>> = {
  unauthenticated: 401,
  forbidden: 403,
  bad_origin: 403,
  not_found: 404,
  no_btf: 404,
  rate_limited: 429,
  host_offline: 503,
};

function sendError(response: ServerResponse, error: ProbepadError): void {
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(STATUS_BY_CODE[error.code] ?? 500).end(`${JSON.stringify({ error })}\n`);
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status).end(html);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.writeHead(status).end(text);
}

/** The request's path and query; its host is no part of it. */
function urlOf(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  // A target like `//name/path` would be read as a host.
  return new URL(`http://hub${target.startsWith('/') ? target : '/'}`);
}

const pathOf = (request: IncomingMessage) => (request.url ?? '').split('?', 1)[0]?.slice(0, 256);

/** The Host header, if it is one that may stand in a policy. */
function hostForPolicy(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  return /^[A-Za-z0-9.:[\]-]{1,256}$/.test(host) ? host : 'localhost';
}
