import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  followTime,
  noteKept,
  openTimeAxis,
  panTime,
  pauseTime,
  pressTimeKey,
  setCursor,
  showMoment,
  shownRange,
  showRange,
  showUntil,
  useTimeAxis,
  zoomTime,
} from './time-axis.ts';

const now = (): number => Date.now() / 1000;
const axis = () => useTimeAxis.getState();
const spanShown = (): number => {
  const { from, to } = shownRange(axis());
  return Math.round(to - from);
};

beforeEach(() => {
  useTimeAxis.setState({ run: undefined, span: 300 });
  openTimeAxis('r1', true);
});

test('a young run shows half a minute, then all there is up to the span', () => {
  assert.equal(spanShown(), 30);
  noteKept({ from: now() - 120, to: now() });
  assert.equal(spanShown(), 120);
  noteKept({ from: now() - 1000, to: now() });
  assert.equal(spanShown(), 300);
});

test('a pause holds what is shown, and following goes on with the newest', () => {
  pauseTime();
  const held = shownRange(axis(), now());
  assert.deepEqual(shownRange(axis(), now() + 60), held);
  followTime();
  assert.ok(shownRange(axis(), now() + 60).to > held.to + 50);
});

test('what has ended ends with its last moment', () => {
  noteKept({ from: 1000, to: 1100 });
  openTimeAxis('r1', false);
  assert.deepEqual(shownRange(axis()), { from: 1000, to: 1100 });
});

test('zoom keeps the cursor where it is', () => {
  showRange({ from: 1000, to: 1100 });
  setCursor(1025);
  zoomTime(1 / 2);
  assert.deepEqual(axis().held, { from: 1012.5, to: 1062.5 });
  zoomTime(2);
  assert.deepEqual(axis().held, { from: 1000, to: 1100 });
});

test('zoom while following shows another span of the newest', () => {
  noteKept({ from: now() - 1000, to: now() });
  zoomTime(1 / 2);
  assert.equal(axis().held, undefined);
  assert.equal(spanShown(), 150);
});

test('back as far as something is kept, and forward until it follows again', () => {
  const start = now() - 400;
  noteKept({ from: start, to: now() });
  for (let step = 0; step < 20; step++) panTime(-0.25);
  assert.equal(axis().held?.from, start);
  for (let step = 0; step < 20; step++) panTime(0.25);
  assert.equal(axis().held, undefined);
});

test('keys do the same', () => {
  noteKept({ from: now() - 1000, to: now() });
  assert.equal(pressTimeKey(' '), true);
  assert.ok(axis().held);
  assert.equal(pressTimeKey('Home'), true);
  assert.equal(axis().held?.from, axis().kept?.from);
  assert.equal(pressTimeKey('End'), true);
  assert.equal(axis().held, undefined);
  assert.equal(pressTimeKey('q'), false);
});

test('a moment that is not shown is moved to', () => {
  showRange({ from: 1000, to: 1100 });
  showMoment(1050);
  assert.deepEqual(axis().held, { from: 1000, to: 1100 });
  showMoment(2000);
  assert.deepEqual(axis().held, { from: 1950, to: 2050 });
  assert.equal(axis().cursor, 2000);
});

test('another run begins anew, following', () => {
  showRange({ from: 1000, to: 1100 });
  openTimeAxis('r2', true);
  assert.equal(axis().held, undefined);
});

test('as much as now is shown up to a moment, still', () => {
  showRange({ from: 100, to: 160 });
  showUntil(130);
  assert.deepEqual(axis().held, { from: 70, to: 130 });
});
