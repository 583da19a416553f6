import {
  type Labels,
  type MapMetrics,
  type MetricFamily,
  mapMetrics,
  metricName,
  metricSources,
} from '@probepad/protocol/export/metrics';
import { FrameError, framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import type { Hosts } from '../hosts.ts';
import type { LiveRun, LiveRuns } from '../live-runs.ts';
import type { Piece } from '../piece.ts';
import type { RunStream } from '../stream.ts';

/** What one run on one host says as metrics. */
export interface StreamMetrics {
  live: LiveRun;
  stream: RunStream;
  /** Name of the host. */
  host: string;
  families: MetricFamily[];
}

/** The numbers of all marked runs that go on, see `streamMetrics`. */
export function exportedMetrics(live: LiveRuns, hosts: Hosts): StreamMetrics[] {
  return live
    .all()
    .filter(({ run }) => run.probe.exported === true)
    .flatMap((each) => [...each.streams.values()].map((stream) => ({ live: each, stream })))
    .filter(({ stream }) => stream.status.state === 'running')
    .map((each) => streamMetrics(each.live, each.stream, hosts));
}

/** The numbers of one run on one host as they were last sent: the newest whole snapshot of each map is decoded now, and only now. */
export function streamMetrics(live: LiveRun, stream: RunStream, hosts: Hosts): StreamMetrics {
  const host = hosts.find(stream.host)?.name ?? stream.host;
  return { live, stream, host, families: familiesOf(live, stream, hosts) };
}

function familiesOf({ run }: LiveRun, stream: RunStream, hosts: Hosts): MetricFamily[] {
  const { schema } = stream;
  if (schema === undefined) return [];
  const arch = hosts.find(stream.host)?.facts?.arch;
  const prefix = `probepad_${metricName(probeName(run.name))}_`;
  const omitted: { labels: Labels; value: number }[] = [];
  const families = metricSources(schema).flatMap((source) => {
    const pieces = stream.ring.snapshot(source.id);
    if (pieces.length === 0) return [];
    const found = readMetrics(schema, source, pieces, arch);
    if (found.omitted > 0) omitted.push({ labels: [['source', source.name]], value: found.omitted });
    return found.families.map((family) => ({ ...family, name: `${prefix}${family.name}` }));
  });
  return [...families, ...ownFamilies(stream, omitted)];
}

/** Nothing where the host sent what its own schema does not explain: other runs are still to be read. */
function readMetrics(
  schema: ProbeSchema,
  source: Source,
  pieces: readonly Piece[],
  arch: string | undefined,
): MapMetrics {
  try {
    const frames = pieces.flatMap(({ data }) => [...framesOf(data, FRAME_PAYLOAD_MAX)]);
    return mapMetrics(schema, source, frames, { arch });
  } catch (error) {
    if (error instanceof FrameError || error instanceof RangeError) return { families: [], omitted: 0 };
    throw error;
  }
}

/** As the page names a run, or the command: `opensnoop.bpf.c (laptop)`. */
function probeName(name: string): string {
  return name.replace(/ \(.*\)$/, '').replace(/(\.bpf)?\.c$/, '');
}

/** What the hub knows of a run beside what its program says. */
function ownFamilies(
  stream: RunStream,
  omitted: readonly { labels: Labels; value: number }[],
): MetricFamily[] {
  const counts = Object.entries(stream.totals());
  const cpus = stream.agentCounts?.cpus;
  const family = (
    name: string,
    kind: 'counter' | 'gauge',
    help: string,
    points: readonly { labels: Labels; value: number }[],
  ): MetricFamily => ({ name: `probepad_${name}`, unit: undefined, help, kind, points: [...points] });
  return [
    family(
      'records',
      'counter',
      'records and snapshots that reached the hub',
      counts.map(([source, { delivered }]) => ({ labels: [['source', source]], value: delivered })),
    ),
    family(
      'records_dropped',
      'counter',
      'records and snapshots that were lost, by place',
      counts.flatMap(([source, { dropped }]) =>
        (['kernel', 'agent', 'hub'] as const).map((place) => ({
          labels: [
            ['source', source],
            ['place', place],
          ] as Labels,
          value: dropped[place],
        })),
      ),
    ),
    family(
      'run_cpus',
      'gauge',
      'CPUs that the run takes',
      cpus === undefined ? [] : [{ labels: [], value: cpus }],
    ),
    family('series_omitted', 'gauge', 'series of a map that were left out because it has too many', omitted),
  ].filter(({ points }) => points.length > 0);
}
