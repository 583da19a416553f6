import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScrollPlace } from './scroll-place.ts';
import { scrollRange } from './scroll-range.ts';

const ROW = 22;
const VIEW = 800;

function placeIn(total: number) {
  const place = createScrollPlace();
  const range = scrollRange(total, ROW, VIEW);
  place.fit(range, VIEW, ROW);
  return { place, range };
}

test('in a short list the rows go as the browser scrolls', () => {
  const { place } = placeIn(1000);
  place.scrolled(5000);
  assert.equal(place.y, 5000);
  assert.equal(place.due(), undefined);
});

test('a wheel moves a long list by its own pixels, and the scroll bar follows when it rests', () => {
  const { place, range } = placeIn(10_000_000);
  place.scrolled(4_000_000);
  const leapt = range.yAt(4_000_000);
  assert.equal(place.y, leapt);
  for (let wheel = 1; wheel <= 10; wheel++) place.scrolled(4_000_000 + 60 * wheel);
  assert.equal(place.y, leapt + 600);
  const due = place.due() ?? Number.NaN;
  assert.ok(Math.abs(due - range.topAt(leapt + 600)) < 1e-6);
  place.settled(due);
  assert.equal(place.y, leapt + 600);
  assert.equal(place.due(), undefined);
});

test('a wheel that comes to the end of the height before the rows do can go on', () => {
  const { place, range } = placeIn(10_000_000);
  const start = 650_000;
  place.scrolled(start);
  // Never at rest, so that the scroll bar was never brought to where the rows are.
  for (let top = start - 1000; top >= 0; top -= 1000) place.scrolled(top);
  assert.equal(place.y, range.yAt(start) - start);
  assert.equal(place.atEnd, true);
  assert.equal(place.due(), range.topAt(place.y));
  place.settled(place.due() ?? 0);
  for (let top = place.top - 1000; top > -1000; top -= 1000) place.scrolled(Math.max(0, top));
  for (let turn = 0; turn < 9 && place.y > 0; turn++) {
    place.settled(place.due() ?? 0);
    for (let top = place.top - 1000; top > -1000; top -= 1000) place.scrolled(Math.max(0, top));
  }
  assert.equal(place.y, 0);
  assert.equal(place.due(), undefined);
});

test('a row that is gone to is there to the pixel, and whoever draws is told', () => {
  const { place } = placeIn(10_000_000);
  let told = 0;
  const end = place.onGone(() => told++);
  place.goTo(ROW * 7_654_321);
  assert.equal(place.y, ROW * 7_654_321);
  assert.equal(told, 1);
  place.settled(place.due() ?? 0);
  place.goTo(ROW * 7_654_321);
  assert.equal(told, 1, 'who is there goes nowhere');
  end();
  place.goTo(0);
  assert.equal(told, 1);
});

test('a list that becomes shorter is never scrolled beyond its end', () => {
  const { place } = placeIn(10_000_000);
  place.goTo(ROW * 9_000_000);
  place.fit(scrollRange(1_000_000, ROW, VIEW), VIEW, ROW);
  assert.equal(place.y, ROW * 1_000_000 - VIEW);
  place.fit(scrollRange(0, ROW, VIEW), VIEW, ROW);
  assert.equal(place.y, 0);
});

test('rows of another height stay where they are, in a short list by scrolling', () => {
  for (const total of [1000, 10_000_000]) {
    const { place } = placeIn(total);
    place.goTo(ROW * 500);
    place.settled(place.due() ?? 0);
    place.fit(scrollRange(total, 26, VIEW), VIEW, 26);
    assert.equal(place.row, 500);
    place.settled(place.due() ?? place.top);
    assert.equal(place.due(), undefined);
    place.fit(scrollRange(total, 26, VIEW), VIEW, 26);
    assert.equal(place.row, 500);
  }
});

test('what a wheel or a finger scrolls is no leap, however far it went while the page was busy', () => {
  const { place } = placeIn(10_000_000);
  place.scrolled(2_500_000);
  const { y } = place;
  place.scrolled(2_505_000, true);
  assert.equal(place.y, y + 5000);
  place.scrolled(2_515_000);
  assert.ok(place.y > y + 100_000);
});

test('a list that became shorter is nowhere scrolled further than it goes', () => {
  const { place } = placeIn(100_000);
  place.scrolled(1_000_000);
  place.fit(scrollRange(50, ROW, VIEW), VIEW, ROW);
  assert.equal(place.top, ROW * 50 - VIEW);
  assert.equal(place.y, place.top);
});
