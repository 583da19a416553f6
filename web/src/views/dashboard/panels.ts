import type { Panel } from '@probepad/protocol/control/snippet';
import type { ShownSource } from '../shown-views.ts';

/** Sources from which a program opens as a dashboard: one or two are looked at one by one. */
const DASHBOARD_FROM = 3;

/** The dashboard's grid: columns that its width is cut into, and how small a panel can be. */
export const COLUMNS = 12;
export const COLUMNS_LEAST = 3;
export const ROWS_LEAST = 2;
export const ROWS_MOST = 24;
const COLUMNS_DEFAULT = COLUMNS / 2;
const ROWS_DEFAULT = 4;

export interface PanelSize {
  columns: number;
  rows: number;
}

export function sizeOf({ columns, rows, wide }: Panel): PanelSize {
  return {
    columns: within(columns ?? (wide ? COLUMNS : COLUMNS_DEFAULT), COLUMNS_LEAST, COLUMNS),
    rows: within(rows ?? ROWS_DEFAULT, ROWS_LEAST, ROWS_MOST),
  };
}

function within(size: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.round(size)));
}

/** The places of the panels that stand beside one another, line by line: a line takes panels as long as there is room. */
export function linesOf(panels: readonly Panel[]): number[][] {
  const lines: number[][] = [];
  let used = COLUMNS;
  for (const [at, panel] of panels.entries()) {
    const { columns } = sizeOf(panel);
    if (used + columns > COLUMNS) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(at);
    used += columns;
  }
  return lines;
}

/**
 * The panels with one of another size. What it takes or leaves in width the panel at its right gives or gets, as far as that has it;
 * those beside it that were as high as it stay so.
 */
export function resizePanel(panels: readonly Panel[], at: number, wanted: Partial<PanelSize>): Panel[] {
  const panel = panels[at];
  if (!panel) return [...panels];
  const before = sizeOf(panel);
  const line = linesOf(panels).find((each) => each.includes(at)) ?? [at];
  const right = line[line.indexOf(at) + 1];
  const neighbour = right === undefined ? undefined : panels[right];
  const sizes = panels.map((each): PanelSize => sizeOf(each));
  const after = sizeOf({ ...panel, ...before, ...wanted });
  if (neighbour && right !== undefined && after.columns !== before.columns) {
    const both = before.columns + sizeOf(neighbour).columns;
    after.columns = Math.min(after.columns, both - COLUMNS_LEAST);
    sizes[right] = { ...sizeOf(neighbour), columns: both - after.columns };
  } else if (after.columns > before.columns) {
    const used = line.reduce((sum, each) => sum + (sizes[each]?.columns ?? 0), 0);
    // The last of a line takes what is left of it; only from there on it goes to a line of its own.
    if (used < COLUMNS) after.columns = Math.min(after.columns, before.columns + COLUMNS - used);
  }
  sizes[at] = after;
  return panels.map((each, place) => {
    const size = sizes[place] as PanelSize;
    const isBeside = line.includes(place) && sizeOf(each).rows === before.rows;
    const rows = isBeside ? after.rows : size.rows;
    const { wide: _, ...rest } = each;
    const same = sizeOf(each);
    return same.columns === size.columns && same.rows === rows
      ? each
      : { ...rest, columns: size.columns, rows };
  });
}

/** The best view of each source that is a result; where there is an odd one it is as wide as two. */
export function proposedPanels(sources: readonly ShownSource[]): Panel[] {
  const results = sources.filter(({ interest }) => interest === 'result');
  const asides = sources.filter(({ interest }) => interest === 'aside');
  const shown = results.length > 0 ? results : asides;
  return shown.map(({ source, views }, at) => ({
    source: source.name,
    view: views[0]?.kind ?? 'table',
    ...(at === 0 && shown.length % 2 === 1 && { columns: COLUMNS }),
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

/** The panels with one that fills the page, or none of them. */
export function fillPanel(panels: readonly Panel[], at: number | undefined): Panel[] {
  return panels.map((panel, place) => {
    const { full: _, ...rest } = panel;
    return place === at ? { ...rest, full: true } : rest;
  });
}

/** What of the panels is saved: nothing where they are as proposed, so that what the program gets anew is among them. */
export function savedPanels(panels: Panel[], sources: readonly ShownSource[]): Panel[] | undefined {
  return JSON.stringify(panels) === JSON.stringify(proposedPanels(sources)) ? undefined : panels;
}

/** The panels with one moved to another's place. */
export function movePanel(panels: readonly Panel[], from: number, to: number): Panel[] {
  const place = Math.max(0, Math.min(panels.length - 1, to));
  const moved = panels[from];
  return moved ? panels.toSpliced(from, 1).toSpliced(place, 0, moved) : [...panels];
}
