import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinnedIn, togglePin, usePins } from './use-pinned-rows.ts';

const EVENTS = { run: 'r1', source: 'events' };
const row = (id: string) => ({ id, cells: [id] });
const ids = (source = EVENTS) => pinnedIn(usePins.getState(), source).map(({ id }) => id);

test('rows that are kept stay with their source for the run, whatever is shown in between', () => {
  togglePin(EVENTS, row('1'));
  togglePin(EVENTS, row('2'));
  togglePin({ ...EVENTS, source: 'counts' }, row('3'));
  assert.deepEqual(ids(), ['1', '2']);
  togglePin(EVENTS, row('1'));
  assert.deepEqual(ids(), ['2']);
  assert.deepEqual(ids({ ...EVENTS, source: 'counts' }), ['3']);

  // Rows of another run have the same ids.
  assert.deepEqual(ids({ ...EVENTS, run: 'r2' }), []);
  togglePin({ ...EVENTS, run: 'r2' }, row('2'));
  assert.deepEqual(ids({ ...EVENTS, run: 'r2' }), ['2']);
  assert.deepEqual(ids(), []);
});

test('of many rows the last twenty are kept, and the same list is told as long as nothing changes', () => {
  for (let id = 0; id < 30; id++) togglePin(EVENTS, row(String(id)));
  assert.deepEqual([ids().length, ids()[0], ids().at(-1)], [20, '10', '29']);
  assert.equal(pinnedIn(usePins.getState(), EVENTS), pinnedIn(usePins.getState(), EVENTS));
});
