import type { Source } from '@probepad/protocol/schema';
import { type ReactNode, useState } from 'react';
import { countsOf, droppedOf, isLive, type RunView, streams } from '../session/runs.ts';
import { useTimeAxis } from '../session/time-axis.ts';
import {
  changeEntry,
  changeSettings,
  changeViewOptions,
  useWorkspace,
  viewKey,
} from '../session/workspace.ts';
import { Button, IconButton } from '../ui/button.tsx';
import type { IconName } from '../ui/icon.tsx';
import { type TabItem, Tabs } from '../ui/tabs.tsx';
import { toast } from '../ui/toast.tsx';
import { timeText } from './chart/series-table.ts';
import { AddPanel } from './dashboard/add-panel.tsx';
import { Dashboard } from './dashboard/dashboard.tsx';
import { DashboardDownload } from './dashboard/dashboard-download.tsx';
import { opensAsDashboard, panelsOf } from './dashboard/panels.ts';
import { EntryBar } from './entry/entry-bar.tsx';
import { shortNumber } from './numbers.ts';
import { Overview } from './overview.tsx';
import { RecordTypeBar } from './record-type-bar.tsx';
import styles from './results.module.css';
import { chosenView, firstOf, type ShownSource, shownSources } from './shown-views.ts';
import { SourceView } from './source-view.tsx';
import { TimeControls } from './time-controls.tsx';
import { ViewSwitch } from './view-switch.tsx';

const OVERVIEW = 'overview';
const DASHBOARD = 'dashboard';
const ICONS: Record<Source['kind'], IconName> = {
  events: 'list',
  map: 'table',
  globals: 'values',
  trace: 'terminal',
  text: 'file',
};

/** Everything that a run produces: a tab a source, several at once, and what became of its records. `hint` tells how to make events happen. */
export function Results({ run, hint }: { run: RunView; hint: ReactNode }) {
  const sources = shownSources(run);
  const saved = useWorkspace((state) => state.settings.panels);
  const [chosen, setChosen] = useState<string>();
  const isThere =
    chosen === OVERVIEW || chosen === DASHBOARD || sources.some(({ source }) => source.name === chosen);
  const current =
    isThere && chosen !== undefined
      ? chosen
      : opensAsDashboard(saved, sources)
        ? DASHBOARD
        : (firstOf(run, sources)?.name ?? OVERVIEW);
  const shown = sources.find(({ source }) => source.name === current);
  const tabs = (
    <Tabs name="source" label="Sources" items={tabsOf(run, sources)} current={current} onSelect={setChosen} />
  );

  if (shown) {
    return (
      <SourcePanel
        key={`${run.id} ${current}`}
        run={run}
        shown={shown}
        sources={sources}
        hint={hint}
        tabs={tabs}
      />
    );
  }
  return (
    <>
      <div className={styles.strip}>{tabs}</div>
      {current === DASHBOARD && (
        <div className={styles.bar}>
          <AddPanel sources={sources} />
          <DashboardDownload />
          <span className={styles.space} />
          <TimeControls run={run} />
        </div>
      )}
      <div id="panel-source" role="tabpanel" className={styles.panel}>
        {current === DASHBOARD ? (
          <Dashboard run={run} sources={sources} hint={hint} />
        ) : (
          <Overview run={run} />
        )}
      </div>
    </>
  );
}

function tabsOf(run: RunView, sources: readonly ShownSource[]): TabItem[] {
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
  return [
    ...items,
    { id: DASHBOARD, label: 'Dashboard', icon: 'grid', end: true },
    { id: OVERVIEW, label: 'Overview', icon: 'info', end: true },
  ];
}

/** From a moment that was picked on a chart to the rows of it. */
function SoughtRows({ run, shown, view }: { run: RunView; shown: ShownSource; view: string }) {
  const sought = useTimeAxis((axis) => (axis.run === run.id ? axis.sought : undefined));
  const { source, views } = shown;
  const hasRows = source.kind === 'events' || source.kind === 'trace';
  if (!sought || view === 'table' || !hasRows || !views.some(({ kind }) => kind === 'table')) return null;
  return (
    <Button
      small
      tone="quiet"
      icon="table"
      data-testid="sought-rows"
      onClick={() => changeEntry('views', source.name, views[0]?.kind === 'table' ? '' : 'table')}
    >
      Rows at {timeText(sought.moment)}
    </Button>
  );
}

function SourcePanel({
  run,
  shown,
  sources,
  hint,
  tabs,
}: {
  run: RunView;
  shown: ShownSource;
  sources: readonly ShownSource[];
  hint: ReactNode;
  tabs: ReactNode;
}) {
  const { source, views } = shown;
  const saved = useWorkspace((state) => state.settings.views[source.name]);
  const view = chosenView(views, saved);
  const options =
    useWorkspace((state) => state.settings.viewOptions?.[viewKey(source.name, view.kind)]) ?? {};
  const addPanel = (): void => {
    const { panels } = useWorkspace.getState().settings;
    changeSettings({
      panels: [...panelsOf(panels, sources), { source: source.name, view: view.kind, options }],
    });
    toast({ text: `${source.name} is on the dashboard` });
  };
  return (
    <>
      <div className={styles.strip}>{tabs}</div>
      <div className={styles.bar}>
        <ViewSwitch
          views={views}
          current={view}
          label="View"
          onSelect={(kind) => changeEntry('views', source.name, kind === views[0]?.kind ? '' : kind)}
        />
        <SoughtRows run={run} shown={shown} view={view.kind} />
        <span className={styles.space} />
        <IconButton
          icon="grid"
          small
          label="Add this view to the dashboard"
          data-testid="add-panel"
          onClick={addPanel}
        />
        <TimeControls run={run} />
      </div>
      <div id="panel-source" role="tabpanel" aria-label={source.name} className={styles.panel}>
        <RecordTypeBar run={run} source={source.name} />
        <EntryBar key={source.name} run={run} source={source.name} />
        <SourceView
          run={run}
          shown={shown}
          view={view}
          options={options}
          onOptions={(change) => changeViewOptions(source.name, view.kind, change)}
          hint={hint}
        />
      </div>
    </>
  );
}
