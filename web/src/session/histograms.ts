import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { leavesOf, resolveType } from '@probepad/protocol/types';

/** How programs name a list of log2 slots. */
const SLOTS_NAME = /slots|hist|buckets/i;
const HISTOGRAM_MAP_NAME = /hist|slots|latenc|dist/i;
const SLOTS_MIN = 8;
const SLOTS_MAX = 64;

/** Which leaf of a map's value is a list of log2 slots; -1 without one. */
export function slotsLeaf(schema: ProbeSchema, source: Source): number {
  if (source.kind !== 'map' || source.valueType === undefined) return -1;
  return leavesOf(schema, source.valueType).findIndex((leaf) => {
    const type = resolveType(schema, leaf.type);
    if (type.kind !== 'array' || type.length < SLOTS_MIN || type.length > SLOTS_MAX) return false;
    return SLOTS_NAME.test(leaf.name) && resolveType(schema, type.element).kind === 'int';
  });
}

/** Whether an array of counters is itself the histogram: its key is the slot. */
export function isSlotArray(source: Source): boolean {
  return (
    ['array', 'percpu_array'].includes(source.mapType) &&
    source.maxEntries >= SLOTS_MIN * 2 &&
    source.maxEntries <= SLOTS_MAX &&
    HISTOGRAM_MAP_NAME.test(source.name)
  );
}

/** Whether a source holds log2 histograms. */
export function isHistogram(schema: ProbeSchema, source: Source): boolean {
  return slotsLeaf(schema, source) >= 0 || isSlotArray(source);
}
