import type { IncomingMessage } from 'node:http';
import type { Permission } from '@probepad/protocol/control/browser';
import { ROLES } from './auth/permissions.ts';
import { hashOf, newToken, sameSecret } from './auth/tokens.ts';
import type { Store } from './store/store.ts';

/** Who a request comes from. */
export interface Identity {
  /** For audit and for the hosts' limits per user. */
  user: string;
  permissions: Permission[];
  /** Milliseconds since 1970; Infinity for a token that is sent along each time. */
  expires: number;
}

/** How long a browser stays signed in. */
const SESSION_LIFETIME = 30 * 24 * 3_600_000;
/** The name of whoever holds the access token. */
const OWNER = 'owner';

/** Browsers' sessions and the access token. */
export interface Sessions {
  readonly cookieName: string;
  isAccessToken(token: string): boolean;
  /**
   * Opens a session.
   * @param secure whether the browser came by https, so that the cookie stays there
   * @returns the Set-Cookie header of its cookie
   */
  open(address: string, secure: boolean): Promise<string>;
  /** By the request's cookie. */
  byCookie(request: IncomingMessage): Promise<Identity | undefined>;
  /** By `Authorization: Bearer <access token>`; `wrong` when there is one that isn't right. */
  byBearer(request: IncomingMessage): Identity | 'wrong' | undefined;
}

/** @param port in the cookie's name, because cookies don't know ports and two hubs on a machine would take each other's */
export function sessionsOf(store: Store, token: string, port: number): Sessions {
  const cookieName = `probepad_${port}`;
  return {
    cookieName,
    isAccessToken: (given) => sameSecret(given, token),
    async open(address, secure) {
      const value = newToken();
      const now = Date.now();
      await store.sessions.add(hashOf(value), {
        user: OWNER,
        permissions: [...ROLES.admin],
        expires: now + SESSION_LIFETIME,
      });
      await store.audit.append({ user: OWNER, action: 'session.opened', detail: { address } });
      const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_LIFETIME / 1000}`;
      return `${cookieName}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
    },
    async byCookie(request) {
      const value = cookieNamed(request.headers.cookie ?? '', cookieName);
      return value === undefined ? undefined : store.sessions.find(hashOf(value));
    },
    byBearer(request) {
      const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
      if (match === null) return undefined;
      if (!sameSecret(match[1] ?? '', token)) return 'wrong';
      return { user: OWNER, permissions: [...ROLES.admin], expires: Number.POSITIVE_INFINITY };
    },
  };
}

/** The value of a cookie in a Cookie header (RFC 6265, 4.2.1). */
function cookieNamed(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key = '', ...rest] = pair.split('=');
    if (key.trim() === name) return rest.join('=').trim();
  }
  return undefined;
}
