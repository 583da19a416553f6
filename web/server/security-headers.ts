import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/**
 * A policy for one page: scripts and connections from here only, inline scripts by a nonce that is new each time. Next reads the nonce
 * from the request's header of the same name and puts it on its own scripts (next.js docs, Content Security Policy).
 * Styles may be inline, because the editor sets them on elements; its workers may be blobs.
 * @param host the request's Host header, for browsers whose 'self' leaves out WebSockets
 */
export function contentSecurityPolicy(host: string): string {
  const nonce = randomBytes(16).toString('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self' ws://${host} wss://${host}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Sets what every answer of this hub carries, pages or not. */
export function setSecurityHeaders(response: ServerResponse, policy: string): void {
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader(
    'Permissions-Policy',
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()',
  );
}
