import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPageClock } from '../page-clock.ts';
import { createPlaces } from './places.ts';

interface Thing {
  host: string;
  name: string;
}

function opened(max: number) {
  const places = createPlaces<Thing>(max, ({ host }) => ({ key: host, thing: { host, name: 'rest' } }));
  const clock = createPageClock();
  return {
    ...places,
    see(second: number, host: string, name: string): void {
      const key = `${host} ${name}`;
      places.add(second, clock, places.placeOf(key) ?? places.put(second, clock, key, { host, name }), [1]);
    },
    sums(range?: { from: number; to: number }): [string, number][] {
      const sums = [...places.sum(range, 0)];
      return sums
        .map(([place, sum]): [string, number] => [Object.values(places.at(place) ?? {}).join(' '), sum])
        .sort();
    },
  };
}

test('what is new has a place however much there was before, and no sum is lost', () => {
  const { see, sums } = opened(100);
  for (let second = 0; second < 1000; second++) {
    see(second, 'a', 'always');
    for (let at = 0; at < 5; at++) see(second, 'a', `once ${second} ${at}`);
  }
  const all = new Map(sums());
  assert.equal(all.get('a always'), 1000);
  assert.equal(all.get('a once 999 4'), 1);
  assert.ok((all.get('a rest') ?? 0) > 4000);
  assert.ok(all.size <= 101);
  assert.equal(
    [...all.values()].reduce((sum, each) => sum + each, 0),
    6000,
  );
  // A moment long ago still has what it had, not all of it by name.
  assert.deepEqual(sums({ from: 99, to: 100 }), [
    ['a always', 1],
    ['a rest', 5],
  ]);
});

test('what goes on growing keeps its place: what finds none is in the rest of its host, every time', () => {
  const { see, sums } = opened(4);
  for (let second = 0; second < 60; second++) {
    for (const name of ['1', '2', '3', '4', '5']) see(second, 'a', name);
    see(second, 'b', '6');
  }
  assert.deepEqual(sums(), [
    ['a 1', 60],
    ['a 2', 60],
    ['a 3', 60],
    ['a 4', 60],
    ['a rest', 60],
    ['b rest', 60],
  ]);
});

test('what is removed leaves its place and nothing of what it grew by', () => {
  const { see, sums, remove } = opened(2);
  for (const name of ['1', '2', '3']) see(0, 'a', name);
  remove(({ host }) => host === 'a');
  assert.deepEqual(sums(), []);
  for (const name of ['1', '2']) see(1, 'b', name);
  assert.deepEqual(sums(), [
    ['b 1', 1],
    ['b 2', 1],
  ]);
});
