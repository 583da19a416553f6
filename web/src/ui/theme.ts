/** The tokens as computed now, for what draws on a canvas or takes plain colours: charts, editor, terminal. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export const SERIES_COUNT = 8;

/** Colour of the n-th line of a chart, from 0. */
export function seriesColour(index: number): string {
  return token(`series-${(index % SERIES_COUNT) + 1}`);
}

export type Theme = 'dark' | 'light';

/** Applies theme and text size to the page. */
export function applyTheme(theme: Theme, scale: number): void {
  document.documentElement.dataset.theme = theme;
  document.documentElement.style.setProperty('--scale', String(scale));
  rem = undefined;
}

let rem: number | undefined;

/** Pixels of one rem, the unit that all sizes follow. Asked once for each text size: the browser settles all styles to answer. */
export function remPixels(): number {
  rem ??= Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || undefined;
  return rem ?? 13;
}
