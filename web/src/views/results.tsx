import type { Source } from '@probepad/protocol/schema';
import type { ViewKind } from '@probepad/protocol/views/view';
import { type ReactNode, useState } from 'react';
import type { SourceRef } from '../session/decoder.ts';
import { countsOf, droppedOf, isLive, type RunView, streams } from '../session/runs.ts';
import { changeEntry, useWorkspace } from '../session/workspace.ts';
import { IconButton } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import type { IconName } from '../ui/icon.tsx';
import { type TabItem, Tabs } from '../ui/tabs.tsx';
import { GlobalsView } from './globals-view.tsx';
import { HistogramView } from './histogram-view.tsx';
import { shortNumber } from './numbers.ts';
import { Overview } from './overview.tsx';
import { RecordTypeBar } from './record-type-bar.tsx';
import styles from './results.module.css';
import { SeriesView } from './series-view.tsx';
import { firstOf, type ShownSource, shownSources, VIEW_NAMES } from './shown-views.ts';
import { EventTable } from './table/event-table.tsx';
import { MapTable } from './table/map-table.tsx';

const OVERVIEW = 'overview';
const ICONS: Record<Source['kind'], IconName> = {
  events: 'list',
  map: 'table',
  globals: 'values',
  trace: 'terminal',
  text: 'file',
};

/** Everything that a run produces: a tab a source, and what became of its records. `hint` tells how to make events happen. */
export function Results({ run, hint }: { run: RunView; hint: ReactNode }) {
  const sources = shownSources(run);
  const [chosen, setChosen] = useState<string>();
  const current =
    chosen === OVERVIEW || sources.some(({ source }) => source.name === chosen)
      ? (chosen ?? OVERVIEW)
      : (firstOf(run, sources)?.name ?? OVERVIEW);
  const shown = sources.find(({ source }) => source.name === current);

  const live = isLive(run);
  const items: TabItem[] = sources.map(({ source: each }) => {
    const dropped = droppedOf(countsOf(run, each.name));
    const rate = live && streams(each.kind) ? (run.rates[each.name] ?? 0) : 0;
    return {
      id: each.name,
      label: each.name,
      icon: ICONS[each.kind],
      note: dropped > 0 ? `−${shortNumber(dropped)}` : rate > 0 ? `${shortNumber(rate)}/s` : undefined,
      alert: dropped > 0,
      title: `${each.mapType || each.kind}${dropped > 0 ? `, ${dropped} records dropped: see Overview` : ''}`,
    };
  });
  items.push({ id: OVERVIEW, label: 'Overview', icon: 'info' });

  return (
    <>
      {shown ? (
        <SourcePanel
          key={`${run.id} ${shown.source.name}`}
          run={run}
          shown={shown}
          hint={hint}
          tabs={<Tabs name="source" label="Sources" items={items} current={current} onSelect={setChosen} />}
        />
      ) : (
        <>
          <div className={styles.strip}>
            <Tabs name="source" label="Sources" items={items} current={OVERVIEW} onSelect={setChosen} />
          </div>
          <div id="panel-source" role="tabpanel" className={styles.panel}>
            <Overview run={run} />
          </div>
        </>
      )}
    </>
  );
}

function SourcePanel({
  run,
  shown: { source, views },
  hint,
  tabs,
}: {
  run: RunView;
  shown: ShownSource;
  hint: ReactNode;
  tabs: ReactNode;
}) {
  const ref: SourceRef = { run: run.id, source: source.name };
  const saved = useWorkspace((state) => state.settings.views[source.name]);
  const kinds = views.map(({ kind }) => kind);
  const kind = kinds.find((each) => each === saved) ?? kinds[0] ?? 'table';
  const live = isLive(run);
  return (
    <>
      <div className={styles.strip}>
        {tabs}
        {kinds.length > 1 && (
          <div className={styles.kinds} role="toolbar" aria-label="View">
            {kinds.map((each) => (
              <IconButton
                key={each}
                icon={VIEW_NAMES[each].icon}
                small
                on={each === kind}
                label={VIEW_NAMES[each].label}
                data-testid={`view-${each}`}
                onClick={() => changeEntry('views', source.name, each === kinds[0] ? '' : each)}
              />
            ))}
          </div>
        )}
      </div>
      <div id="panel-source" role="tabpanel" aria-label={source.name} className={styles.panel}>
        <RecordTypeBar run={run} source={source.name} />
        <View
          kind={kind}
          source={source}
          sourceRef={ref}
          live={live}
          empty={<Waiting run={run} source={source} hint={hint} />}
        />
      </div>
    </>
  );
}

function View({
  kind,
  source,
  sourceRef,
  live,
  empty,
}: {
  kind: ViewKind;
  source: Source;
  sourceRef: SourceRef;
  live: boolean;
  empty: ReactNode;
}) {
  switch (kind) {
    case 'values':
      return <GlobalsView source={sourceRef} live={live} />;
    case 'histogram':
      return <HistogramView source={sourceRef} waiting="Waiting for the first values." />;
    case 'chart':
      return (
        <SeriesView source={sourceRef} live={live} waiting="Waiting for a second point to draw a line." />
      );
    default:
      return source.kind === 'map' ? (
        <MapTable source={sourceRef} label={source.name} empty={empty} />
      ) : (
        <EventTable source={sourceRef} live={live} label={source.name} empty={empty} />
      );
  }
}

/** Nothing there: because it has not happened yet, or because the run is over. */
function Waiting({ run, source, hint }: { run: RunView; source: Source; hint: ReactNode }) {
  if (!isLive(run)) {
    return (
      <Empty title={source.kind === 'map' ? 'The map was empty' : 'The run ended without a record here'}>
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
      {hint}
    </Empty>
  );
}
