import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addValue, createSketch, type Sketch } from './sketch.ts';
import type { Cell, Timeline } from './timeline.ts';
import { rankingOfTimelines } from './timeline-ranking.ts';
import { seriesOfTimelines } from './timeline-views.ts';

const SUBJECT = { name: 'reads', counted: 'events', unit: '' };
const SECONDS = 100;
const KEYS_A_SECOND = 20;

/** Each second has keys that come never again, and one that always comes. `reads` counts the sketches that are added up whole. */
function churning(): { timeline: Timeline; reads: () => number } {
  let reads = 0;
  const counted = (count: number): Sketch => {
    const sketch = createSketch(false);
    for (let at = 0; at < count; at++) addValue(sketch, 1);
    return Object.defineProperty(sketch, 'min', {
      get: () => {
        reads++;
        return 1;
      },
    });
  };
  const cells = Array.from({ length: SECONDS }, (_, second): Cell => {
    const keys = Array.from({ length: KEYS_A_SECOND }, (__, at) => `${second}.${at}`);
    const own = keys.map((key): [string, Sketch] => [key, counted(1)]);
    const byKey = new Map<string, Sketch>([['', counted(KEYS_A_SECOND + 2)], ['always', counted(2)], ...own]);
    return { second, seconds: 1, byKey, leftOut: 0 };
  });
  return { timeline: { open: () => undefined, cells: () => cells, first: 0 }, reads: () => reads };
}

test('a chart of the largest of very many keys adds up the steps of those alone', () => {
  const { timeline, reads } = churning();
  const hosts = [{ host: 'h', hostName: 'host', timeline, offset: 0 }];
  const { lines } = seriesOfTimelines(hosts, SUBJECT, { split: 'pid', top: 1 }, SECONDS + 1);
  assert.deepEqual(
    lines.map(({ label, values }) => [label, new Set(values)]),
    [
      ['host · always', new Set([2])],
      ['host · other', new Set([KEYS_A_SECOND])],
    ],
  );
  assert.equal(reads(), 2 * SECONDS);
});

test('a point reaches as far as the last host’s second that is counted there', () => {
  const reachOf = (...offsets: number[]): number | undefined => {
    const hosts = offsets.map((offset) => ({
      host: `${offset}`,
      hostName: '',
      timeline: churning().timeline,
      offset,
    }));
    return seriesOfTimelines(hosts, SUBJECT, {}, SECONDS + 1).reach;
  };
  assert.equal(reachOf(0), 1);
  // Seconds of this host begin at a quarter: the point 1 has what came from 0.25 to 1.25.
  assert.equal(reachOf(0.25), 0.25);
  assert.equal(reachOf(0.25, 0.75), 0.75);
});

test('a ranking of very many keys looks at each of their sums once', () => {
  const { timeline, reads } = churning();
  const hosts = [{ host: 'h', hostName: 'host', timeline, offset: 0 }];
  const { rows, rest } = rankingOfTimelines(hosts, SUBJECT, { split: 'pid', limit: 1 }, SECONDS);
  assert.deepEqual(
    rows.map(({ label, value }) => [label, value]),
    [['always', 2 * SECONDS]],
  );
  assert.deepEqual(rest, { keys: SECONDS * KEYS_A_SECOND, value: SECONDS * KEYS_A_SECOND });
  assert.equal(reads(), SECONDS * (KEYS_A_SECOND + 2));
});
