import type { RunStatus } from '@probepad/protocol/control/run';
import type { MetricFamily } from '@probepad/protocol/export/metrics';
import type { Bus } from '../bus.ts';
import type { Hosts } from '../hosts.ts';
import type { LiveRun, LiveRuns } from '../live-runs.ts';
import type { Log } from '../log.ts';
import type { OtlpTarget } from '../settings.ts';
import type { RunStream, StreamViewer } from '../stream.ts';
import { logQueue } from './log-queue.ts';
import { eventViewer } from './otlp-events.ts';
import { type Attributes, metricsRequest } from './otlp-json.ts';
import { type Delivery, type Signal, sendOtlp } from './otlp-sender.ts';
import { exportedMetrics } from './stream-metrics.ts';

/** Sends marked runs to an OpenTelemetry collector: numeric maps as metrics, events as log records. */
export interface OtlpExport {
  /** What it has to say of itself. */
  families(): MetricFamily[];
  close(): void;
}

export interface OtlpParts {
  live: LiveRuns;
  hosts: Hosts;
  bus: Bus;
  log: Log;
  version: string;
}

export function otlpExport(target: OtlpTarget, { live, hosts, bus, log, version }: OtlpParts): OtlpExport {
  const scope = { name: 'probepad', version };
  const end = new AbortController();
  const viewers = new Map<RunStream, StreamViewer>();
  const troubled = new Set<Signal>();
  const metrics = { sent: 0, dropped: 0, busy: false };

  /** Says when a collector begins to fail and when it works again, not each time. */
  function tell(signal: Signal, delivery: Delivery): void {
    if (delivery.kind === 'taken') {
      if (troubled.delete(signal)) log('info', 'otlp works again', { signal });
    } else if (!troubled.has(signal)) {
      troubled.add(signal);
      log('warn', 'otlp', { signal, why: delivery.why });
    }
  }

  const queue = logQueue(target, scope, (delivery) => tell('logs', delivery));

  function resourceOf({ run }: LiveRun, host: string): Attributes {
    return {
      'service.name': 'probepad',
      'host.name': host,
      'probepad.run.id': run.id,
      'probepad.run.name': run.name,
    };
  }

  function follow(status: RunStatus): void {
    const run = live.find(status.run);
    const stream = run?.streams.get(status.host);
    if (run === undefined || stream === undefined || run.run.probe.exported !== true) return;
    const known = viewers.get(stream);
    if (status.state === 'ended') {
      // The last frames have come once its totals are there.
      if (known === undefined || status.totals === undefined) return;
      stream.viewers.delete(known);
      viewers.delete(stream);
    } else if (known === undefined) {
      const host = hosts.find(stream.host)?.name ?? stream.host;
      const viewer = eventViewer(stream, host, { resource: resourceOf(run, host) }, queue);
      viewers.set(stream, viewer);
      stream.viewers.add(viewer);
    }
  }
  const unsubscribe = bus.subscribe((event) => {
    if (event.type === 'run.status') follow(event.status);
  });

  /** Cumulative numbers: what can't be sent now is in the next ones, so nothing is tried again. */
  async function sendMetrics(): Promise<void> {
    const all = exportedMetrics(live, hosts).filter(({ families }) => families.length > 0);
    if (all.length === 0) return;
    if (metrics.busy) {
      metrics.dropped++;
      return;
    }
    metrics.busy = true;
    const body = metricsRequest(
      all.map(({ live: run, host, families, stream }) => ({
        resource: resourceOf(run, host),
        scope,
        families,
        startNs: BigInt(stream.status.started) * 1_000_000n,
      })),
      BigInt(Date.now()) * 1_000_000n,
    );
    const delivery = await sendOtlp(target, 'metrics', body, end.signal);
    metrics.busy = false;
    if (end.signal.aborted) return;
    tell('metrics', delivery);
    if (delivery.kind === 'taken') metrics.sent++;
    else metrics.dropped++;
  }
  const timer = setInterval(() => {
    sendMetrics().catch((error: unknown) =>
      log('error', 'otlp', { signal: 'metrics', error: String(error) }),
    );
  }, target.interval);

  return {
    families() {
      const family = (
        name: string,
        help: string,
        values: readonly [what: string, count: number][],
      ): MetricFamily => ({
        name: `probepad_otlp_${name}`,
        unit: undefined,
        kind: 'counter',
        help,
        points: values.map(([signal, value]) => ({ labels: [['signal', signal]], value })),
      });
      const { sent, dropped } = queue.counts;
      return [
        family('sent', 'log records and metric requests that the collector took', [
          ['logs', sent],
          ['metrics', metrics.sent],
        ]),
        family('dropped', 'log records and metric requests that did not reach the collector', [
          ['logs', dropped],
          ['metrics', metrics.dropped],
        ]),
      ];
    },
    close() {
      clearInterval(timer);
      unsubscribe();
      end.abort();
      queue.close();
    },
  };
}
