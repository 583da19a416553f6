import type { RunStatus } from '@probepad/protocol/control/run';
import type { MetricFamily } from '@probepad/protocol/export/metrics';
import type { Bus } from '../bus.ts';
import type { Hosts } from '../hosts.ts';
import type { LiveRun, LiveRuns } from '../live-runs.ts';
import type { Log } from '../log.ts';
import type { OtlpTarget } from '../settings.ts';
import type { RunStream, StreamViewer } from '../stream.ts';
import { logQueue } from './log-queue.ts';
import { metricsQueue } from './metrics-queue.ts';
import { eventViewer } from './otlp-events.ts';
import { type Attributes, metricsRequest } from './otlp-json.ts';
import type { Delivery, Signal } from './otlp-sender.ts';
import { exportedMetrics, type StreamMetrics, streamMetrics } from './stream-metrics.ts';

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
  const viewers = new Map<RunStream, StreamViewer>();
  /** One that never ran has no last numbers. */
  const ran = new WeakSet<RunStream>();
  const troubled = new Set<Signal>();

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
  const metrics = metricsQueue(target, (delivery) => tell('metrics', delivery));

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
    if (status.state === 'running') ran.add(stream);
    const known = viewers.get(stream);
    if (status.state === 'ended') {
      // The last frames have come once its totals are there.
      if (known === undefined || status.totals === undefined) return;
      stream.viewers.delete(known);
      viewers.delete(stream);
      if (ran.has(stream)) send(() => [streamMetrics(run, stream, hosts)], metrics.sendLast);
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

  function metricsBody(all: readonly StreamMetrics[]): string {
    const runs = all.map(({ live: run, host, families, stream }) => ({
      resource: resourceOf(run, host),
      scope,
      families,
      startNs: BigInt(stream.status.started) * 1_000_000n,
    }));
    return metricsRequest(runs, BigInt(Date.now()) * 1_000_000n);
  }

  function send(read: () => StreamMetrics[], pass: (body: string) => void): void {
    try {
      const all = read().filter(({ families }) => families.length > 0);
      if (all.length > 0) pass(metricsBody(all));
    } catch (error) {
      log('error', 'otlp', { signal: 'metrics', error: String(error) });
    }
  }
  const timer = setInterval(() => send(() => exportedMetrics(live, hosts), metrics.send), target.interval);

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
          ['metrics', metrics.counts.sent],
        ]),
        family('dropped', 'log records and metric requests that did not reach the collector', [
          ['logs', dropped],
          ['metrics', metrics.counts.dropped],
        ]),
      ];
    },
    close() {
      clearInterval(timer);
      unsubscribe();
      metrics.close();
      queue.close();
    },
  };
}
