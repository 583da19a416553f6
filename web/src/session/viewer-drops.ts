import type { RunCounts } from '@probepad/protocol/control/run';
import type { ProbeSchema } from '@probepad/protocol/schema';

/**
 * The hub's counters with what this page dropped itself: the hub took it for delivered. Frames come before the counters that
 * count them, so no more has been dropped than the counters have as delivered.
 * @param dropped by source id
 */
export function withOwnDrops(
  counts: RunCounts,
  schema: ProbeSchema,
  dropped: ReadonlyMap<number, number>,
): RunCounts {
  if (dropped.size === 0) return counts;
  const sources = { ...counts.sources };
  for (const { id, name } of schema.sources) {
    const own = dropped.get(id);
    const known = sources[name];
    if (own === undefined || known === undefined) continue;
    sources[name] = {
      ...known,
      delivered: known.delivered - own,
      dropped: { ...known.dropped, viewer: known.dropped.viewer + own },
    };
  }
  return { ...counts, sources };
}
