/** The entries with the largest weights, without sorting all of them; the largest first. */
export function largest<T>(items: readonly T[], weigh: (item: T) => number, count: number): T[] {
  const best: { item: T; weight: number }[] = [];
  for (const item of items) {
    const weight = weigh(item);
    const least = best.at(-1);
    if (best.length >= count && least && weight <= least.weight) continue;
    let at = best.length;
    while (at > 0 && (best[at - 1]?.weight ?? 0) < weight) at--;
    best.splice(at, 0, { item, weight });
    if (best.length > count) best.pop();
  }
  return best.map(({ item }) => item);
}
