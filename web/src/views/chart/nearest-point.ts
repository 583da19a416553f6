/** The place of the time that is nearest to a moment; -1 where there is none. @param times ascending */
export function nearestPoint(times: readonly number[], moment: number): number {
  return times.findLastIndex((time, at) => at === 0 || moment >= (time + (times[at - 1] ?? time)) / 2);
}
