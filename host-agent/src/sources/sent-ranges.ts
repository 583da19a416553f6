/**
 * What was sent of one source and is no longer kept, so that after a reconnect the part that never arrived can be declared
 * exactly. Ordinals of records for streams, of snapshots for maps.
 */
export interface SentRange {
  from: bigint;
  /** The ordinal after the last. */
  to: bigint;
  /** True when this was a declared gap already. */
  gap: boolean;
}

/** Past this the oldest ranges are forgotten: a peer that is this far behind has been told of thousands of gaps. */
const RANGES_MAX = 4096;

/** Adds what came after all ranges before, joined with the last one where they touch. */
export function appendRange(ranges: SentRange[], next: SentRange): void {
  const last = ranges.at(-1);
  if (last !== undefined && last.gap === next.gap && last.to === next.from) {
    last.to = next.to;
    return;
  }
  ranges.push(next);
  if (ranges.length > RANGES_MAX) ranges.shift();
}

/** The parts of `ranges` at or after the ordinal `from`, in order. */
export function rangesFrom(ranges: readonly SentRange[], from: bigint): SentRange[] {
  return ranges
    .filter((range) => range.to > from)
    .map((range) => ({ ...range, from: range.from > from ? range.from : from }));
}
