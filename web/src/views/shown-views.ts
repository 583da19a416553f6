import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { inferViews } from '@probepad/protocol/views/infer-views';
import type { Interest, View, ViewKind } from '@probepad/protocol/views/view';
import { countsOf, type RunView, sourcesOf, streams } from '../session/runs.ts';
import type { IconName } from '../ui/icon.tsx';

/** How each kind of view is named and drawn. */
export const VIEW_NAMES: Record<ViewKind, { label: string; icon: IconName }> = {
  table: { label: 'Table', icon: 'table' },
  chart: { label: 'Over time', icon: 'chart' },
  histogram: { label: 'Histogram', icon: 'bars' },
  heatmap: { label: 'Heatmap', icon: 'heatmap' },
  bars: { label: 'Top', icon: 'top' },
  flame: { label: 'Flame graph', icon: 'flame' },
  topology: { label: 'Topology', icon: 'graph' },
  values: { label: 'Values', icon: 'values' },
  number: { label: 'Numbers', icon: 'number' },
  log: { label: 'Log', icon: 'terminal' },
};

/** The kinds that this app can draw; others that are proposed are left out of its menus. */
const DRAWN: ReadonlySet<ViewKind> = new Set([
  'table',
  'chart',
  'histogram',
  'heatmap',
  'bars',
  'flame',
  'topology',
  'number',
  'values',
  'log',
]);

/** A source with the views that it can have here, the best first. */
export interface ShownSource {
  source: Source;
  interest: Interest;
  views: View[];
}

const proposed = new WeakMap<ProbeSchema, ReturnType<typeof inferViews>>();

/** The sources of a run over all hosts, in the order in which people want to see them. */
export function shownSources(run: RunView): ShownSource[] {
  const sources = sourcesOf(run);
  const shown = new Map<string, ShownSource>();
  for (const schema of Object.values(run.schemas)) {
    const inferred = proposed.get(schema) ?? inferViews(schema);
    proposed.set(schema, inferred);
    for (const { source: name, interest, views } of inferred) {
      const source = sources.find((each) => each.name === name);
      const drawn = views.filter(({ kind }) => DRAWN.has(kind));
      if (source && !shown.has(name)) {
        shown.set(name, { source, interest, views: drawn.length > 0 ? drawn : [{ kind: 'table' }] });
      }
    }
  }
  return [...shown.values()];
}

/** The source to show first: the first that gives records or draws a picture, then what else there is. */
export function firstOf(run: RunView, sources: readonly ShownSource[]): Source | undefined {
  const produces = ({ name, kind }: Source): boolean => streams(kind) && countsOf(run, name).produced > 0;
  const first =
    sources.find(
      ({ source, views }) => produces(source) || ['histogram', 'flame'].includes(views[0]?.kind ?? ''),
    ) ??
    sources.find(({ source }) => produces(source)) ??
    sources[0];
  return first?.source;
}

/** The view that the user chose of these, or else the one that is proposed. */
export function chosenView(views: readonly View[], saved: string | undefined): View {
  return views.find(({ kind }) => kind === saved) ?? (views[0] as View);
}
