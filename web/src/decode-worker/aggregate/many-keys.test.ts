import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RankingQuery } from '../../session/aggregates.ts';
import type { Buckets } from './key-cell.ts';
import { createTimeline, type OpenCell, type Timeline } from './timeline.ts';
import { rankingOfTimelines } from './timeline-ranking.ts';
import { seriesOfTimelines } from './timeline-views.ts';

const SUBJECT = { name: 'reads', counted: 'events', unit: 'ns' };
const ONE_OFF = 300;
const HEAVY = 5_000;

/** Seconds of each of which `fill` adds the events. */
function timelineOf(
  seconds: number,
  fill: (cell: OpenCell, second: number) => void,
  buckets: Buckets = 'none',
) {
  const timeline = createTimeline(buckets);
  for (let second = 0; second < seconds; second++) {
    const cell = timeline.open(second);
    assert.ok(cell);
    fill(cell, second);
  }
  return timeline;
}

function ranked(timeline: Timeline, seconds: number, query: Partial<RankingQuery> = {}) {
  const hosts = [{ host: 'h', hostName: '', timeline, offset: 0 }];
  return rankingOfTimelines(hosts, SUBJECT, { split: 'comm', limit: 10, ...query }, seconds);
}

/** Keys that come once, and after them one that most events are of. */
function lateHeavy(cell: OpenCell, second: number, value?: number): void {
  for (let at = 0; at < ONE_OFF; at++) cell.add(`${second}.${at}`, value);
  for (let at = 0; at < HEAVY; at++) cell.add('HEAVY', value);
}

test('a key that most events are of is the largest however late in each second it comes, and the rest is what it leaves', () => {
  for (const seconds of [30, 1_000]) {
    const timeline = timelineOf(seconds, lateHeavy);
    const { rows, rest, short, keys } = ranked(timeline, seconds);
    assert.deepEqual([rows[0]?.label, rows[0]?.value], ['HEAVY', seconds * HEAVY]);
    const shown = rows.reduce((sum, { value }) => sum + value, 0);
    assert.equal(shown + (rest?.value ?? 0), seconds * (HEAVY + ONE_OFF));
    assert.equal(rest?.keys, keys - rows.length);
    assert.ok(short !== undefined, 'there were more keys than are counted');
  }
});

test('where quantiles are asked for, a late key has its own all the same', () => {
  const timeline = timelineOf(30, (cell, second) => lateHeavy(cell, second, 7), 'each');
  const hosts = [{ host: 'h', hostName: '', timeline, offset: 0 }];
  const query = { split: 'comm', measure: 'took_ns', statistic: 'p99', top: 3 } as const;
  const { lines, short } = seriesOfTimelines(hosts, SUBJECT, query, 31);
  assert.deepEqual([lines[0]?.label, new Set(lines[0]?.values)], ['HEAVY', new Set([7])]);
  assert.ok(short !== undefined);
});

test('a key whose events come one by one among many large and many single keys is found, and what it may lack is told', () => {
  const large = 600;
  const each = 20;
  const others = 100_000;
  const timeline = timelineOf(1, (cell) => {
    for (let at = 0; at < large * each; at++) cell.add(`large${Math.floor(at / each)}`, undefined);
    for (let at = 0; at < others; at++) cell.add(at % 50 === 0 ? 'slow' : `${at}`, undefined);
  });
  const { rows, rest, short = 0 } = ranked(timeline, 1, { limit: 1 });
  const [{ label, value } = { label: '', value: 0 }] = rows;
  assert.equal(label, 'slow');
  const came = others / 50;
  assert.ok(value <= came && value + short >= came, `${value} and ${short} more at most, of ${came}`);
  assert.ok(short <= (large * each + others) / 256, `${short} is more than an even part`);
  assert.equal(value + (rest?.value ?? 0), large * each + others);
});

test('the largest by their sums and by their largest values are found among keys that come more often', () => {
  const timeline = timelineOf(10, (cell, second) => {
    for (let at = 0; at < 2_000; at++) cell.add(`${second}.${at}`, 1);
    cell.add('much', 50_000);
    for (let at = 0; at < 2_000; at++) cell.add(`${second}.${at % 600}`, 1);
  });
  const query = { measure: 'took_ns', limit: 1 } as const;
  const [sum] = ranked(timeline, 10, query).rows;
  assert.deepEqual([sum?.label, sum?.value], ['much', 500_000]);
  const [max] = ranked(timeline, 10, { ...query, statistic: 'max' }).rows;
  assert.deepEqual([max?.label, max?.value], ['much', 50_000]);
});

test('as long as each key has a count of its own, nothing is said to be missing', () => {
  const timeline = timelineOf(5, (cell) => {
    for (let at = 0; at < 500; at++) cell.add(`${at % 250}`, undefined);
  });
  const { keys, short, rest } = ranked(timeline, 5);
  assert.deepEqual({ keys, short, rest }, { keys: 250, short: undefined, rest: { keys: 240, value: 2_400 } });
});

test('seconds are added to in whichever order, also those that are kept in tens', () => {
  const timeline = createTimeline('none');
  for (let second = 2_000; second >= 0; second--) timeline.open(second)?.add('key', undefined);
  const { rows, kept } = ranked(timeline, 2_001);
  assert.equal(rows[0]?.value, 2_001);
  assert.equal(kept?.from, 0);
  const seconds = [...timeline.cells()].map(({ second }) => second);
  assert.deepEqual(
    seconds,
    seconds.toSorted((a, b) => a - b),
  );
});
