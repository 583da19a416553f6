import type { Panel } from '@probepad/protocol/control/snippet';
import type { ShownSource } from '../shown-views.ts';

/** Sources from which a program opens as a dashboard: one or two are looked at one by one. */
const DASHBOARD_FROM = 3;

/** The best view of each source that is a result; where there is an odd one it is as wide as two. */
export function proposedPanels(sources: readonly ShownSource[]): Panel[] {
  const results = sources.filter(({ interest }) => interest === 'result');
  const asides = sources.filter(({ interest }) => interest === 'aside');
  const shown = results.length > 0 ? results : asides;
  return shown.map(({ source, views }, at) => ({
    source: source.name,
    view: views[0]?.kind ?? 'table',
    ...(at === 0 && shown.length % 2 === 1 && { wide: true }),
  }));
}

/** What is on the dashboard: what the user made of it, as far as the program still has it, else what is proposed. */
export function panelsOf(saved: readonly Panel[] | undefined, sources: readonly ShownSource[]): Panel[] {
  if (!saved) return proposedPanels(sources);
  return saved.filter((panel) => sources.some(({ source }) => source.name === panel.source));
}

/** Whether the results open as a dashboard. */
export function opensAsDashboard(
  saved: readonly Panel[] | undefined,
  sources: readonly ShownSource[],
): boolean {
  if (saved) return panelsOf(saved, sources).length > 0;
  return sources.filter(({ interest }) => interest === 'result').length >= DASHBOARD_FROM;
}

/** The panels with one moved to another's place. */
export function movePanel(panels: readonly Panel[], from: number, to: number): Panel[] {
  const place = Math.max(0, Math.min(panels.length - 1, to));
  const moved = panels[from];
  return moved ? panels.toSpliced(from, 1).toSpliced(place, 0, moved) : [...panels];
}
