import { type LeadingNumber, leadingNumber, leadingValue } from '@probepad/protocol/leading-number';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { LeadingCount } from '../session/decoder.ts';
import { visitRows } from './query/visit-rows.ts';
import type { History } from './store/history.ts';
import type { Stream } from './stream.ts';

/** Records that are looked at, the newest: a kind of record that comes so rarely is told once it comes again. */
const LOOKED_AT = 20_000;
/** A number with more values than this is no kind of record. */
const KINDS_MAX = 16;

/** The values that the newest records of a source begin with, where that is one number of few values; by value. */
export function leadingValues(
  history: History,
  source: string,
  streams: ReadonlyMap<number, { stream: Stream }>,
): LeadingCount[] {
  const leading = new Map(
    [...streams].map(([id, { stream }]) => [id, leadingOf(stream.decoder.schema, source)] as const),
  );
  const counts = new Map<number | bigint, number>();
  const newest = {
    length: Math.min(LOOKED_AT, history.next - history.oldest),
    fromNewest: (at: number) => history.next - 1 - at,
  };
  const steps = visitRows(history, newest, ({ view, start, end }, chunk) => {
    const number = leading.get(chunk.stream);
    const value = number && leadingValue(number, view, start, end);
    if (value !== undefined && (counts.size <= KINDS_MAX || counts.has(value)))
      counts.set(value, (counts.get(value) ?? 0) + 1);
  });
  while (!steps.next().done && counts.size <= KINDS_MAX);
  if (counts.size > KINDS_MAX) return [];
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([value, records]) => ({ value: String(value), records }));
}

function leadingOf(schema: ProbeSchema, name: string): LeadingNumber | undefined {
  const source = schema.sources.find((each) => each.name === name);
  return source && leadingNumber(schema, source);
}
