import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder } from '@probepad/protocol/decode';
import { framesOf } from '@probepad/protocol/frames';
import { FRAME_PAYLOAD_MAX } from '@probepad/protocol/limits';
import type { Type } from '@probepad/protocol/schema';
import { sampleMessage, sampleSchema, sampleSource } from '@probepad/protocol/testing';
import { isUnfinished } from '../../session/aggregates.ts';
import { createPageClock } from '../page-clock.ts';
import { type Slice, WHOLE } from '../query/slice.ts';
import { createHistory } from '../store/history.ts';
import type { Stream } from '../stream.ts';
import { createEventAggregates } from './event-aggregates.ts';

const U64: Type = { kind: 'int', name: 'unsigned long long', size: 8, signed: false, encoding: 'integer' };
const EVENT: Type = {
  kind: 'struct',
  name: 'event',
  size: 16,
  members: [
    { name: 'took_ns', type: 0, offsetBits: 0 },
    { name: 'kind', type: 0, offsetBits: 64 },
  ],
};
const SOURCE = sampleSource({ name: 'reads', kind: 'events', records: [{ type: 1, size: 16 }] });
const RECORD = 24;

/** A source of one host, of which so many rows are kept. */
function reads(rowsMax: number) {
  const history = createHistory(rowsMax);
  const aggregates = createEventAggregates(SOURCE, history);
  const schema = sampleSchema({ types: [U64, EVENT], sources: [SOURCE] });
  const stream: Stream = {
    ...{ stream: 1, host: 'h', hostName: 'h', arch: undefined },
    ...{ decoder: createDecoder(schema), clock: createPageClock() },
  };
  aggregates.join(stream, SOURCE);
  let now = 0;
  return {
    /** Events of the seconds `from` up to `to`, each of which took as many ns as its second's number. */
    feed(from: number, to: number, eachSecond: number) {
      for (let second = from; second < to; second++) {
        const payload = new Uint8Array(eachSecond * RECORD);
        const view = new DataView(payload.buffer);
        for (let at = 0; at < eachSecond; at++) {
          view.setUint32(at * RECORD, 16, true);
          view.setBigUint64(at * RECORD + 8, BigInt(second), true);
          view.setBigUint64(at * RECORD + 16, BigInt(at % 3), true);
        }
        const header = {
          kind: 'events',
          count: eachSecond,
          timeNs: BigInt(second) * 1_000_000_000n,
        } as const;
        const message = sampleMessage(header, payload);
        for (const frame of framesOf(new Uint8Array(message), FRAME_PAYLOAD_MAX)) {
          history.append(1, frame.payload, frame.header.count, frame.header.timeNs);
          aggregates.take(stream, frame);
        }
      }
      now = to + 1;
    },
    wait(seconds: number) {
      now += seconds;
    },
    series: (query: object, slice: Slice = WHOLE) => aggregates.series(query, { now, slice }),
    ranking: (slice: Slice = WHOLE) => aggregates.ranking({ split: 'kind', limit: 5 }, { now, slice }),
    histogram: (range: { from: number; to: number }, slice: Slice = WHOLE) =>
      aggregates.distributions({ measure: 'took_ns', range }, { now, slice }),
  };
}

/** Over after so many looks at the time. */
function looks(count: number): Slice {
  let left = count;
  return { isOver: () => left-- <= 0 };
}

test('a column goes back over all rows that are kept, the newest first, a part at a time', () => {
  const source = reads(1_000_000);
  source.feed(0, 300, 1_000);
  const sizes: number[] = [];
  let answer = source.series({ measure: 'took_ns', statistic: 'avg' }, looks(5));
  for (; answer.searching && sizes.length < 1_000; ) {
    const values = answer.lines[0]?.values ?? [];
    assert.equal(answer.times.at(-1), 299);
    assert.deepEqual([values.at(-1), values[0]], [299, answer.times[0]]);
    sizes.push(values.length);
    answer = source.series({ measure: 'took_ns', statistic: 'avg' }, looks(5));
  }
  assert.ok(sizes.length > 10, `${sizes.length} parts of 300 000 rows`);
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => a - b),
  );
  assert.deepEqual(
    answer.lines[0]?.values,
    Array.from({ length: 300 }, (_, second) => second),
  );
});

test('what comes while older rows are still counted is counted once, and so are they', () => {
  const source = reads(1_000_000);
  // Blocks of small frames: the newest grows while it is gone back over.
  source.feed(0, 200, 30);
  assert.equal(source.ranking(looks(1)).searching, true);
  source.feed(200, 400, 30);
  for (let asked = 0; source.ranking(looks(1)).searching; asked++) assert.ok(asked < 1_000);
  const { rows, rest } = source.ranking();
  assert.deepEqual(
    rows.map(({ label, value }) => [label, value]),
    [
      ['0', 4_000],
      ['1', 4_000],
      ['2', 4_000],
    ],
  );
  assert.equal(rest, undefined);
});

test('a range whose rows have not been come to yet is not said to be empty', () => {
  const source = reads(1_000_000);
  source.feed(0, 300, 1_000);
  const range = { from: 3, to: 5 };
  const early = source.histogram(range, looks(1));
  assert.ok(early.length > 0 && isUnfinished(early));
  const [whole, ...others] = source.histogram(range);
  assert.deepEqual([whole?.total, whole?.searching, others], [2_000, undefined, []]);
});

const QUESTIONS = (['rate', 'p50'] as const).flatMap((statistic) =>
  [undefined, 'kind', 'took_ns'].flatMap((split) =>
    ['took_ns', 'kind'].map((measure) => ({ measure, split, statistic, top: 1 })),
  ),
);

test('however many columns are shown, each keeps what it has counted when its rows are gone', () => {
  const source = reads(2_000);
  const firsts = (): (number | undefined)[] => QUESTIONS.map((each) => source.series(each).times[0]);
  for (let second = 0; second < 10; second++) {
    source.feed(second, second + 1, 1_000);
    firsts();
  }
  assert.ok(QUESTIONS.length > 10);
  assert.deepEqual(
    firsts(),
    QUESTIONS.map(() => 0),
  );
});

test('columns that nobody asks for any more give way, those that are asked for stay', () => {
  const source = reads(2_000);
  const [shown, ...others] = QUESTIONS;
  assert.ok(shown);
  source.feed(0, 1, 1_000);
  for (const each of QUESTIONS) source.series(each);
  source.feed(1, 30, 1_000);
  for (let waited = 0; waited < 60; waited += 5) {
    source.wait(5);
    source.series(shown);
  }
  source.feed(100, 101, 1_000);
  const begins = (each: object): number | undefined => source.series(each).times[0];
  assert.equal(begins(shown), 0);
  assert.deepEqual(
    [others.at(-1), others[0]].map((each) => begins(each ?? {})),
    [0, 29],
  );
});
