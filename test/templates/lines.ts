/** Reads what `probepad run --json` and a workload said; each function throws when it is not there, or there twice. */
import assert from 'node:assert/strict';
import type { Line } from './probe-run.ts';

export type Data = Record<string, unknown>;

export function eventsOf(lines: Line[], source: string): Data[] {
  const events = lines.filter((line) => line.kind === 'event' && line.source === source);
  return events.map(({ data }) => ({ ...(data as Data) }));
}

/** The value of the one entry with such a key in the last snapshot of a map. */
export function entryValue(lines: Line[], source: string, isKey: (key: Data) => boolean): unknown {
  const snapshot = lines.findLast((line) => line.kind === 'map' && line.source === source);
  const entries = (snapshot?.entries ?? []) as { key: Data; value: unknown }[];
  const found = entries.filter(({ key }) => isKey(key));
  assert.equal(found.length, 1, `entries of ${source} in ${JSON.stringify(entries).slice(0, 1000)}`);
  return found[0]?.value;
}

export function textOf(said: Map<string, string[]>, name: string): string {
  const [text] = said.get(name) ?? [];
  assert.ok(text !== undefined, `the workload did not say ${name}`);
  return text;
}

export function numberOf(said: Map<string, string[]>, name: string): number {
  return Number(textOf(said, name));
}

interface Counts {
  produced: number;
  delivered: number;
  dropped: Record<string, number>;
}

/** One end, in order, with every record accounted for. */
export function checkEnd(lines: Line[]): void {
  const ends = lines.filter(({ kind }) => kind === 'end');
  assert.equal(ends.length, 1);
  assert.equal(ends[0]?.reason, 'stopped');
  const sources = Object.entries((ends[0]?.sources ?? {}) as Record<string, Counts>);
  assert.ok(sources.length > 0, 'sources of the end');
  for (const [name, { produced, delivered, dropped }] of sources) {
    const lost = Object.values(dropped).reduce((sum, one) => sum + one, 0);
    assert.equal(produced, delivered + lost, `counts of ${name}`);
    const shown = lines.filter(({ kind, source }) => kind === 'event' && source === name).length;
    if (shown > 0) assert.equal(shown, delivered, `events of ${name}`);
  }
}
