import { token } from '../ui/theme.ts';

/** The viridis ramp of the tokens, for 0 … 1. */

const STOPS = 5;

/** As CSS, mixed between its stops; the ends of the ramp are left out, where they are hard to see on one of the themes. */
export function rampColour(part: number): string {
  const place = Math.min(0.85, 0.15 + part * 0.7) * 4;
  const stop = Math.min(3, Math.floor(place));
  return `color-mix(in oklab, var(--ramp-${stop + 1}) ${Math.round((place - stop) * 100)}%, var(--ramp-${stop}))`;
}

/** 256 colours as `rgb(…)`, for a canvas that draws many cells. */
export function rampTable(): string[] {
  const stops = Array.from({ length: STOPS }, (_, at) => channels(token(`ramp-${at}`)));
  return Array.from({ length: 256 }, (_, at) => {
    const place = (at / 255) * (STOPS - 1);
    const low = Math.min(STOPS - 2, Math.floor(place));
    const mixed = (stops[low] ?? []).map((from, channel) =>
      Math.round(from + ((stops[low + 1]?.[channel] ?? from) - from) * (place - low)),
    );
    return `rgb(${mixed.join(' ')})`;
  });
}

/** The place in the table of 0 … 1: its darkest colours are left out, which look like nothing on the dark theme. */
export function rampPlace(part: number): number {
  return Math.round(30 + Math.max(0, Math.min(1, part)) * 225);
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
