import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPageClock } from '../page-clock.ts';
import { type CountedEntry, createSnapshotHistory } from './snapshot-history.ts';
import {
  heatmapsOfSnapshots,
  rankingOfSnapshots,
  type SnapshotSubject,
  seriesOfSnapshots,
} from './snapshot-views.ts';

const SUBJECT: SnapshotSubject = {
  name: 'counts',
  measures: [{ column: 'count', unit: 'count', gauge: false }],
  slots: [{ unit: 'ns', scale: 'log2' }],
  byEntry: false,
};

const MAP = { ...SUBJECT, slots: [] };

/** A history of one host whose clock is that of the page. */
function historyOf(snapshots: readonly { entries: readonly CountedEntry[]; partial?: boolean }[]) {
  const history = createSnapshotHistory();
  const clock = createPageClock();
  snapshots.forEach(({ entries, partial = false }, second) => {
    history.add({ stream: 1, host: 'h', hostName: 'host', clock }, second, entries, (id) => id, partial);
  });
  return history;
}

const number = (id: string, value: number): CountedEntry => ({ id, numbers: [value], slots: [] });
const histogram = (id: string, ...slots: number[]): CountedEntry => ({ id, numbers: [], slots: [slots] });
const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0);

test('a histogram that is deleted is no growth of the others', () => {
  const history = historyOf([
    { entries: [histogram('a', 0, 500), histogram('b', 0, 1000)] },
    { entries: [histogram('b', 0, 1001)] },
  ]);
  const [map] = heatmapsOfSnapshots(history, SUBJECT, { points: 100 });
  assert.equal(sum(map?.counts ?? []), 1);
});

test('histograms that a snapshot left out have not grown by all that they hold', () => {
  const all = [histogram('a', 0, 500), histogram('b', 0, 1000)];
  const history = historyOf([
    { entries: all },
    { entries: all.slice(0, 1), partial: true },
    { entries: [histogram('a', 0, 502), histogram('b', 0, 1000)] },
  ]);
  const [map] = heatmapsOfSnapshots(history, SUBJECT, { points: 100 });
  assert.equal(sum(map?.counts ?? []), 2);
});

test('a counter that begins anew grows by what it has come to since, and what goes up and down may fall', () => {
  const history = historyOf([1000, 1010, 4].map((value) => ({ entries: [number('a', value)] })));
  const rate = { statistic: 'rate' } as const;
  const valuesOf = (subject: SnapshotSubject) => seriesOfSnapshots(history, subject, rate).lines[0]?.values;
  assert.deepEqual(valuesOf(MAP), [null, 10, 4]);
  assert.equal(rankingOfSnapshots(history, MAP, { ...rate, limit: 5 }).rows[0]?.value, 2);
  const gauges = { ...MAP, measures: [{ column: 'count', unit: 'count', gauge: true }] };
  assert.deepEqual(valuesOf(gauges), [null, 10, -1006]);
});
