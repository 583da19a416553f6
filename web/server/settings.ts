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
  /** Who may read `/metrics`: nobody, whoever is on this machine, or who brings the token. */
  metrics: MetricsAccess;
  /** The collector that marked runs are sent to. */
  otlp: OtlpTarget | undefined;
}

export type MetricsAccess = 'off' | 'open' | { token: string };

export interface OtlpTarget {
  /** Base address; `/v1/metrics` and `/v1/logs` are added to it. */
  endpoint: string;
  headers: Record<string, string>;
  /** Milliseconds between two exports of metrics. */
  interval: number;
}

const WEB = resolve(import.meta.dirname, '..');
const CHECKOUT = resolve(WEB, '..');
/** Characters of a token for `/metrics`: shorter ones can be guessed. */
const METRICS_TOKEN_LEAST = 16;
const OTLP_INTERVAL = 10_000;
const OTLP_INTERVAL_LEAST = 100;
/** Milliseconds; agents are pinged three times within it, and end their runs within its last quarter. */
const LEASE_LEAST = 1_000;

/**
 * Reads PROBEPAD_HOST, PROBEPAD_PORT, PROBEPAD_DATA, PROBEPAD_ORIGINS (separated by commas or spaces), PROBEPAD_LEASE_MS,
 * PROBEPAD_NO_APP, PROBEPAD_LOCAL_AGENT, PROBEPAD_METRICS, PROBEPAD_OTLP_ENDPOINT, PROBEPAD_OTLP_HEADERS and PROBEPAD_OTLP_INTERVAL_MS.
 * @throws Error that names the variable whose value makes no sense
 */
export function settingsFrom(environment: Record<string, string | undefined>): Settings {
  const host = environment.PROBEPAD_HOST || '127.0.0.1';
  return {
    host,
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
    metrics: metricsAccess(environment.PROBEPAD_METRICS, host),
    otlp: otlpTarget(environment),
  };
}

/** `open` is for a hub that only its own machine reaches. */
function metricsAccess(text: string | undefined, host: string): MetricsAccess {
  if (text === undefined || text === '') return 'off';
  if (text === 'open') {
    if (!/^(127\.|::1$|localhost$)/.test(host)) {
      throw new Error(`PROBEPAD_METRICS is "open", but the hub listens on ${host}: give a token instead`);
    }
    return 'open';
  }
  if (!/^[\x21-\x7e]+$/.test(text) || text.length < METRICS_TOKEN_LEAST) {
    throw new Error(
      `PROBEPAD_METRICS is neither "open" nor a token of at least ${METRICS_TOKEN_LEAST} characters without spaces`,
    );
  }
  return { token: text };
}

function otlpTarget(environment: Record<string, string | undefined>): OtlpTarget | undefined {
  const text = environment.PROBEPAD_OTLP_ENDPOINT;
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.username !== '') {
    throw new Error(`PROBEPAD_OTLP_ENDPOINT is "${text}": a collector looks like http://127.0.0.1:4318`);
  }
  return {
    endpoint: url.href.replace(/\/+$/, ''),
    headers: headerList(environment.PROBEPAD_OTLP_HEADERS),
    interval: wholeNumber(
      environment.PROBEPAD_OTLP_INTERVAL_MS,
      OTLP_INTERVAL,
      OTLP_INTERVAL_LEAST,
      3_600_000,
      'PROBEPAD_OTLP_INTERVAL_MS',
    ),
  };
}

/** `name=value,name=value`, values percent-encoded, as OTEL_EXPORTER_OTLP_HEADERS has them. What is wrong is not repeated: it is secret. */
function headerList(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      const value = decoded(rest.join('=').trim());
      if (
        !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name.trim()) ||
        value === undefined ||
        /[\r\n\0]/.test(value)
      ) {
        throw new Error('PROBEPAD_OTLP_HEADERS is not name=value,name=value with percent-encoded values');
      }
      return [name.trim(), value];
    }),
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
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
