import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPageClock } from '../page-clock.ts';
import type { SnapshotSubject } from './placed-snapshots.ts';
import { distributionsOfSnapshots, heatmapsOfSnapshots } from './snapshot-histograms.ts';
import { type CountedEntry, createSnapshotHistory } from './snapshot-history.ts';
import { rankingOfSnapshots, seriesOfSnapshots } from './snapshot-views.ts';

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

test('a host that is the only one so far can be told', () => {
  const history = historyOf([
    { entries: [{ ...histogram('a', 0, 1), numbers: [1] }] },
    { entries: [{ ...histogram('a', 0, 3), numbers: [2] }] },
  ]);
  const hostsOf = (hosts: 'apart' | 'merged') =>
    [
      ...seriesOfSnapshots(history, MAP, { hosts }).lines,
      ...distributionsOfSnapshots(history, SUBJECT, { hosts }),
      ...heatmapsOfSnapshots(history, SUBJECT, { hosts, points: 100 }),
    ].map(({ host, label }) => [host, label]);
  const labels = ['a', 'a', 'counts'];
  assert.deepEqual(
    hostsOf('apart'),
    labels.map((label) => ['h', label]),
  );
  assert.deepEqual(
    hostsOf('merged'),
    labels.map((label) => ['', label]),
  );
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

test('growth of a map with more keys than are kept is that of each key, and of all together', () => {
  const keys = Array.from({ length: 200 }, (_, at) => at);
  const history = historyOf(
    Array.from({ length: 7 }, (_, second) => ({
      entries: keys.map((key) => number(`k${key}`, key * 1000 + second)),
    })),
  );
  const { rows, rest } = rankingOfSnapshots(history, MAP, { statistic: 'rate', limit: 10 });
  assert.deepEqual(new Set(rows.map(({ value }) => value)), new Set([1]));
  assert.deepEqual(rest, { keys: 190, value: 190 });
});

test('each of the largest of very many keys is called by its own name, on each host and with hosts as one', () => {
  const history = createSnapshotHistory();
  for (const stream of [1, 2]) {
    const entries = Array.from({ length: 300 }, (_, key) => number(`${stream}:k${key}`, 1000 + key));
    const host = { stream, host: `${stream}`, hostName: `host ${stream}`, clock: createPageClock() };
    history.add(host, 0, entries, (id) => id.slice(2), false);
  }
  const top = (hosts: 'apart' | 'merged') =>
    rankingOfSnapshots(history, MAP, { statistic: 'value', limit: 40, hosts }).rows;
  const largest = Array.from({ length: 40 }, (_, at) => [`k${299 - at}`, 2 * (1299 - at)]);
  assert.deepEqual(
    top('merged').map(({ label, value }) => [label, value]),
    largest,
  );
  assert.deepEqual(
    top('apart').map(({ label, host, value }) => [label, host, value]),
    Array.from({ length: 20 }, (_, at) => ['1', '2'].map((host) => [`k${299 - at}`, host, 1299 - at])).flat(),
  );
});

test('the host is asked for the names of what is shown, and of nothing else', () => {
  const history = createSnapshotHistory();
  const asked: string[] = [];
  const entries = Array.from({ length: 300 }, (_, key) => number(`k${key}`, key));
  const host = { stream: 1, host: 'h', hostName: 'host', clock: createPageClock() };
  const labelOf = (id: string, asking: boolean): string => {
    if (asking) asked.push(id);
    return id;
  };
  history.add(host, 0, entries, labelOf, false);
  assert.deepEqual(asked, []);
  rankingOfSnapshots(history, MAP, { statistic: 'value', limit: 3 });
  assert.deepEqual(asked, ['k299', 'k298', 'k297']);
});

test('a key that rises among many is seen to grow from when it was kept', () => {
  const keys = Array.from({ length: 200 }, (_, at) => at);
  const history = historyOf(
    Array.from({ length: 7 }, (_, second) => ({
      entries: keys.map((key) =>
        number(`k${key}`, key === 60 && second > 3 ? 1e6 * (second - 3) : 1000 + key),
      ),
    })),
  );
  const { rows } = rankingOfSnapshots(history, MAP, { statistic: 'rate', limit: 1 });
  assert.deepEqual(
    rows.map(({ label, value }) => [label, value]),
    [['k60', 1e6]],
  );
});

test('histograms that were not kept when a time began are left out of it, those that began in it are whole', () => {
  const large = Array.from({ length: 16 }, (_, at) => histogram(`large${at}`, 0, 1000));
  const history = historyOf([
    { entries: [...large, histogram('small', 0, 500)] },
    { entries: [...large.slice(1), histogram('small', 0, 501)] },
    { entries: [...large.slice(1), histogram('small', 0, 501)] },
  ]);
  assert.deepEqual(distributionsOfSnapshots(history, SUBJECT, { range: { from: 0, to: 2 } }), []);
  const born = historyOf([
    { entries: large.slice(0, 1) },
    { entries: [...large.slice(0, 1), histogram('new', 0, 3)] },
  ]);
  const [own] = distributionsOfSnapshots(born, SUBJECT, { range: { from: 0, to: 1 } });
  assert.deepEqual([own?.label, own?.total], ['new', 3]);
});

test('a counter that was set back once is a counter again as it grows on, and what falls again and again is none', () => {
  const history = createSnapshotHistory();
  const host = { stream: 1, host: 'h', hostName: 'host', clock: createPageClock() };
  const told = [100, 110, 3, ...Array.from({ length: 20 }, (_, at) => 4 + at)].map((value, second) => {
    history.add(host, second, [number('key', value)], (id) => id, false);
    return history.fell(0, 'key');
  });
  assert.deepEqual(told.slice(0, 4), [false, false, true, true]);
  assert.equal(told.at(-1), false);
  const level = createSnapshotHistory();
  [5, 6, 7, 6, 7, 8, 7, 9, 8].forEach((value, second) => {
    level.add(host, second, [number('key', value)], (id) => id, false);
  });
  assert.equal(level.fell(0, 'key'), true);
});

test('of many keys one that was put out and came again takes nothing from the others', () => {
  const history = createSnapshotHistory();
  const host = { stream: 1, host: 'h', hostName: 'host', clock: createPageClock() };
  for (const second of [0, 1]) {
    const keys = Array.from({ length: 20 }, (_, at) => number(`${at}`, at === 0 ? 9 - second : at + second));
    history.add(host, second, keys, (id) => id, false);
  }
  assert.equal(history.fell(0, '5'), false);
});

test('elements that have names are of the variable that they are in', () => {
  const history = createSnapshotHistory(true);
  const host = { stream: 1, host: 'h', hostName: 'host', clock: createPageClock() };
  for (const second of [0, 1]) {
    history.add(host, second, [number('1:stats[NET_RX]', 10 + second)], (id) => id.slice(2), false);
  }
  const subject = {
    name: '.bss',
    slots: [],
    byEntry: true,
    measures: [{ column: 'stats', unit: 'B', gauge: true }],
  };
  const { lines, unit } = seriesOfSnapshots(history, subject, {});
  assert.deepEqual([lines[0]?.label, lines[0]?.values, unit], ['stats[NET_RX]', [10, 11], 'B']);
});

test('each variable of a section is told by what it is: one that falls, or goes up and down, alone stands as it is', () => {
  const variable = (name: string, value: number): CountedEntry => number(`1:${name}`, value);
  const history = createSnapshotHistory(true);
  const host = { stream: 1, host: 'h', hostName: 'host', clock: createPageClock() };
  [
    [10, 100, 7],
    [14, 90, 9],
  ].forEach(([hits = 0, left = 0, depth = 0], second) => {
    const entries = [variable('hits', hits), variable('left', left), variable('depth', depth)];
    history.add(host, second, entries, (id) => id.slice(2), false);
  });
  const subject: SnapshotSubject = {
    ...{ name: '.bss', slots: [], byEntry: true },
    measures: [
      { column: 'hits', unit: '', gauge: false },
      { column: 'left', unit: 'B', gauge: false },
      { column: 'depth', unit: '', gauge: true },
    ],
  };
  const { lines, unit } = seriesOfSnapshots(history, subject, {});
  assert.equal(unit, '');
  assert.deepEqual(Object.fromEntries(lines.map((line) => [line.label, [line.values, line.unit]])), {
    hits: [[null, 4], '/s'],
    left: [[100, 90], 'B'],
    depth: [[7, 9], undefined],
  });
  assert.equal(seriesOfSnapshots(history, subject, { measure: 'hits' }).unit, '/s');
});
