import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { authority, type Settings } from './settings.ts';

/** Under which addresses browsers may use this hub. Anything else is another site's page, or a name that was rebound to this machine. */
export interface OriginRules {
  /** Whether the Host header names this hub. */
  allowsHost(host: string | undefined): boolean;
  /** Whether the Origin header, which browsers always send with a WebSocket, is this hub's own. */
  allowsOrigin(origin: string): boolean;
  /** Whether the address is one that browsers reach by https (a proxy in front of the hub). */
  isSecure(host: string | undefined): boolean;
  /** `ws://…` of this hub for an agent, as the request's own address suggests. */
  hubUrl(request: IncomingMessage): string;
  /** `http://…` to print for people. */
  readonly printed: string;
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const WILDCARDS = new Set(['0.0.0.0', '::']);

/** @param port the port that is listened on */
export function originRules(
  { host, origins }: Pick<Settings, 'host' | 'origins'>,
  port: number,
): OriginRules {
  const names = [...LOOPBACK];
  if (WILDCARDS.has(host)) {
    // Addresses can't be rebound, names can: of the machine's own, only addresses are taken.
    for (const found of Object.values(networkInterfaces()).flat()) {
      if (found !== undefined) names.push(found.address);
    }
  } else {
    names.push(host);
  }
  // URL.host leaves out the scheme's usual port, as browsers do in both headers.
  const own = names.map((name) => new URL(`http://${authority(name, port)}`));
  const hosts = new Set([...own, ...origins.map((origin) => new URL(origin))].map((url) => url.host));
  const allowed = new Set([...own.map((url) => url.origin), ...origins]);

  return {
    allowsHost: (given) => given !== undefined && hosts.has(given.toLowerCase()),
    allowsOrigin: (origin) => allowed.has(origin),
    isSecure: (given) => origins.includes(`https://${given?.toLowerCase()}`),
    hubUrl(request) {
      const given = (request.headers.host ?? '').toLowerCase();
      const outside = origins[0];
      // Somebody on the hub's own machine; the host to be added is more likely elsewhere.
      if (isLoopback(given) && outside !== undefined) return webSocketUrl(outside);
      const origin = origins.find((one) => new URL(one).host === given);
      return webSocketUrl(origin ?? `http://${given}`);
    },
    printed: `http://${authority(WILDCARDS.has(host) ? '127.0.0.1' : host, port)}`,
  };
}

/** Whether a host, with or without its port, is the machine itself by one of the names that this hub goes by. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
}

const webSocketUrl = (origin: string) => origin.replace(/^http/, 'ws');
