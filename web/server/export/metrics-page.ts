import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Labels, MetricFamily } from '@probepad/protocol/export/metrics';
import { PROMETHEUS_TYPE, prometheusText } from '@probepad/protocol/export/prometheus';
import type { Attempts } from '../auth/attempts.ts';
import { sameSecret } from '../auth/tokens.ts';
import type { Hosts } from '../hosts.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { Log } from '../log.ts';
import type { OriginRules } from '../origin.ts';
import type { MetricsAccess } from '../settings.ts';
import { exportedMetrics } from './stream-metrics.ts';

/** `GET /metrics`, for Prometheus. */
export interface MetricsPage {
  /** @returns false where the page is off: then it is like any other address */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
}

export interface MetricsParts {
  live: LiveRuns;
  hosts: Hosts;
  origins: OriginRules;
  attempts: Attempts;
  log: Log;
  /** What the hub's other exporters say of themselves. */
  others(): MetricFamily[];
}

/** Answers with the numbers of marked runs to whoever `access` lets. */
export function metricsPage(access: MetricsAccess, parts: MetricsParts): MetricsPage {
  const { live, hosts, origins, attempts, log, others } = parts;

  /** @returns the status of a refusal; undefined for who may read */
  function refusal(request: IncomingMessage): 401 | 403 | 405 | 429 | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') return 405;
    if (access === 'off') return 403;
    if (access === 'open') {
      // By a proxy anybody may come from here; a name that was rebound to this machine is another site's page.
      const direct =
        isLoopbackAddress(request.socket.remoteAddress) &&
        request.headers['x-forwarded-for'] === undefined &&
        request.headers.forwarded === undefined;
      return direct && origins.allowsHost(request.headers.host) ? undefined : 403;
    }
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && sameSecret(given, access.token)) return undefined;
    const address = request.socket.remoteAddress ?? '';
    if (given !== undefined) {
      attempts.failed(address);
      log('warn', 'wrong token', { address, path: '/metrics' });
    }
    return attempts.wait(address) > 0 ? 429 : 401;
  }

  return {
    answer(request, response) {
      if (access === 'off') return false;
      response.setHeader('Cache-Control', 'no-store');
      const refused = refusal(request);
      if (refused !== undefined) {
        if (refused === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="probepad metrics"');
        if (refused === 405) response.setHeader('Allow', 'GET, HEAD');
        response.writeHead(refused, { 'Content-Type': 'text/plain; charset=utf-8' });
        response.end(`${REFUSALS[refused]}\n`);
        return true;
      }
      const families = exportedMetrics(live, hosts).flatMap(({ live: { run }, host, families: own }) =>
        own.map((family) =>
          withLabels(family, [
            ['run', run.id],
            ['host', host],
          ]),
        ),
      );
      const { text, refused: left } = prometheusText([...families, ...others()]);
      response.writeHead(200, { 'Content-Type': PROMETHEUS_TYPE });
      const note =
        left > 0
          ? `# ${left} families are left out: another run has one of that name and another kind\n`
          : '';
      response.end(request.method === 'HEAD' ? undefined : `${text}${note}`);
      return true;
    },
  };
}

const REFUSALS = {
  401: 'the token of PROBEPAD_METRICS is needed: Authorization: Bearer TOKEN',
  403: 'open to this machine only, without a proxy: set PROBEPAD_METRICS to a token',
  405: 'GET and HEAD only',
  429: 'too many wrong tokens',
} as const;

function withLabels(family: MetricFamily, labels: Labels): MetricFamily {
  if (family.kind === 'histogram') {
    const points = family.points.map((point) => ({ ...point, labels: [...labels, ...point.labels] }));
    return { ...family, points };
  }
  return {
    ...family,
    points: family.points.map((point) => ({ ...point, labels: [...labels, ...point.labels] })),
  };
}

function isLoopbackAddress(address = ''): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}
