import type { ViewOptions } from '@probepad/protocol/control/snippet';
import { showsHeadOnly } from '@probepad/protocol/head-only';
import type { View } from '@probepad/protocol/views/view';
import type { ReactNode } from 'react';
import { hostName, useSession } from '../session/hosts.ts';
import { isLive, type RunView } from '../session/runs.ts';
import { followTime, useTimeAxis } from '../session/time-axis.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { BarsView } from './bars/bars-view.tsx';
import { ChartView } from './chart/chart-view.tsx';
import { FlameView } from './flame/flame-view.tsx';
import { GlobalsView } from './globals/globals-view.tsx';
import { HeatmapView } from './heatmap/heatmap-view.tsx';
import { HistogramView } from './histogram/histogram-view.tsx';
import { LinesView } from './log/lines-view.tsx';
import { NumberView } from './number/number-view.tsx';
import { ProgramsOff } from './programs-off.tsx';
import type { ShownSource } from './shown-views.ts';
import { EventTable } from './table/event-table.tsx';
import { MapTable } from './table/map-table.tsx';
import { TopologyView } from './topology/topology-view.tsx';

/** One view of one source. */
export function SourceView({
  run,
  shown: { source },
  view,
  options,
  onOptions,
  hint,
}: {
  run: RunView;
  shown: ShownSource;
  view: View;
  options: ViewOptions;
  onOptions(change: Partial<ViewOptions>): void;
  hint: ReactNode;
}) {
  const known = useSession((state) => state.hosts);
  const hosts = Object.keys(run.statuses).map((id) => ({ id, name: hostName(known, id) }));
  const live = isLive(run);
  const ref = { run: run.id, source: source.name };
  const empty = <Waiting run={run} shown={source} hint={hint} />;
  const drawn = { source: ref, live, hosts, options, onOptions, empty };
  switch (view.kind) {
    case 'values':
      return <GlobalsView source={ref} live={live} />;
    case 'histogram':
      return <HistogramView {...drawn} view={view} />;
    case 'heatmap':
      return <HeatmapView {...drawn} view={view} />;
    case 'chart':
      return <ChartView {...drawn} view={view} />;
    case 'bars':
      return <BarsView {...drawn} view={view} />;
    case 'number':
      return <NumberView {...drawn} view={view} />;
    case 'log':
      return <LinesView source={ref} live={live} empty={empty} />;
    case 'table':
      return source.kind === 'map' ? (
        <MapTable source={ref} label={source.name} empty={empty} headOnly={showsHeadOnly(source)} />
      ) : (
        <EventTable source={ref} live={live} label={source.name} empty={empty} />
      );
    case 'flame':
      return <FlameView {...drawn} />;
    case 'topology':
      return <TopologyView {...drawn} />;
  }
}

/** Nothing there: because it has not happened yet, or because the run is over. */
function Waiting({
  run,
  shown: source,
  hint,
}: {
  run: RunView;
  shown: ShownSource['source'];
  hint: ReactNode;
}) {
  const held = useTimeAxis((state) => state.held);
  if (held) {
    return (
      <Empty icon="target" title="Nothing in the time that is shown">
        <Button onClick={followTime} data-testid="follow-time">
          Show the newest
        </Button>
      </Empty>
    );
  }
  if (!isLive(run)) {
    return (
      <Empty title={source.kind === 'map' ? 'The map was empty' : 'The run ended without a record here'}>
        {hint}
      </Empty>
    );
  }
  if (source.filledOutside) {
    return (
      <Empty icon="lock" title="The program adds nothing to this map itself">
        <p>
          None of its probes puts an entry into <code>{source.name}</code>: that is left to the loader that
          the program was written for. Until there is one, they find nothing there.
        </p>
        {hint}
      </Empty>
    );
  }
  const targets = [
    ...new Set(
      Object.values(run.statuses).flatMap((status) =>
        status.programs.filter(({ state }) => state === 'attached').map(({ target, name }) => target || name),
      ),
    ),
  ];
  if (targets.length === 0) return <Empty icon="target" title="Attaching…" />;
  return (
    <Empty
      icon="target"
      tone="live"
      title={
        source.kind === 'map' ? 'Attached, the map is still empty' : 'Attached, waiting for the first event'
      }
    >
      <p className="mono">{targets.join('  ')}</p>
      <ProgramsOff run={run} />
      {hint}
    </Empty>
  );
}
