import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { LEASE } from '@probepad/protocol/limits';

/** What the environment decides about this hub. */
export interface Settings {
  /** Address to listen on. */
  host: string;
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Folder of the database, the access token and caches. Absolute. */
  data: string;
  /** Origins that browsers may come from beside the hub's own address: `https://probes.example`. */
  origins: string[];
  /** Milliseconds that an agent keeps its runs without its hub. */
  lease: number;
  /** Serve sockets and API only, without the Next app. */
  noApp: boolean;
  /** Write `<data>/local-join-token` for an agent on this machine. */
  localAgent: boolean;
  /** Folder of the probes that ship with Probepad. */
  templates: string;
  /** Folder of the Next app. */
  web: string;
}

const WEB = resolve(import.meta.dirname, '..');
const CHECKOUT = resolve(WEB, '..');
/** Milliseconds; any hiccup would cost a shorter lease, and agents are pinged three times within it. */
const LEASE_LEAST = 100;

/**
 * Reads PROBEPAD_HOST, PROBEPAD_PORT, PROBEPAD_DATA, PROBEPAD_ORIGINS (separated by commas or spaces), PROBEPAD_LEASE_MS,
 * PROBEPAD_NO_APP and PROBEPAD_LOCAL_AGENT.
 * @throws Error that names the variable whose value makes no sense
 */
export function settingsFrom(environment: Record<string, string | undefined>): Settings {
  return {
    host: environment.PROBEPAD_HOST || '127.0.0.1',
    port: wholeNumber(environment.PROBEPAD_PORT, 7878, 0, 65535, 'PROBEPAD_PORT'),
    data: resolve(environment.PROBEPAD_DATA || join(CHECKOUT, '.probepad')),
    origins: originList(environment.PROBEPAD_ORIGINS),
    lease: wholeNumber(
      environment.PROBEPAD_LEASE_MS,
      LEASE,
      LEASE_LEAST,
      24 * 3_600_000,
      'PROBEPAD_LEASE_MS',
    ),
    noApp: environment.PROBEPAD_NO_APP === '1',
    localAgent: environment.PROBEPAD_LOCAL_AGENT === '1',
    templates: join(CHECKOUT, 'bpf-templates'),
    web: WEB,
  };
}

/** `host:port` as it stands in a URL: IPv6 addresses in brackets. */
export function authority(host: string, port: number): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function wholeNumber(
  text: string | undefined,
  usual: number,
  least: number,
  most: number,
  name: string,
): number {
  if (text === undefined || text === '') return usual;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${name} is "${text}": a whole number from ${least} to ${most} is needed`);
  }
  return value;
}

function originList(text: string | undefined): string[] {
  const parts = (text ?? '').split(/[\s,]+/).filter((part) => part !== '');
  return parts.map((part) => {
    const url = URL.canParse(part) ? new URL(part) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
      throw new Error(`PROBEPAD_ORIGINS holds "${part}": an origin looks like https://probes.example:8443`);
    }
    return url.origin;
  });
}
