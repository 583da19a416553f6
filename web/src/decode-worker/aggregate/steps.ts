/** Widths of a point in time that charts use, in seconds: each is a multiple of one that is kept. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600];

/** The narrowest step with which a range has no more than so many points. */
export function stepFor(seconds: number, points: number): number {
  return STEPS.find((step) => seconds / step <= points) ?? (STEPS.at(-1) as number);
}

/** Where each step that is over at `to` begins, on a grid that all series share. */
export function gridOf(from: number, to: number, step: number): number[] {
  const first = Math.floor(from / step);
  const end = Math.floor(to / step);
  return Array.from({ length: Math.max(0, end - first) }, (_, at) => (first + at) * step);
}
