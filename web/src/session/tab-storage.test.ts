import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tabStorage, useKeeping } from './tab-storage.ts';

/** The browser's storage, with room for so many characters. */
function storage(room = Number.POSITIVE_INFINITY): Storage {
  const entries = new Map<string, string>();
  return {
    getItem: (name: string) => entries.get(name) ?? null,
    setItem: (name: string, value: string) => {
      if (value.length > room) throw new DOMException('no room', 'QuotaExceededError');
      entries.set(name, value);
    },
    removeItem: (name: string) => entries.delete(name),
  } as unknown as Storage;
}

function tab(localStorage: Storage, sessionStorage = storage()): void {
  for (const [name, value] of Object.entries({ localStorage, sessionStorage })) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
}

interface State {
  text: string;
  shelf: string[];
  own?: string | undefined;
}

const store = () =>
  tabStorage<State>({
    seedOf: (state) => ({ ...state, own: undefined }),
    lighter: (state) =>
      state.shelf.length === 0 ? undefined : { ...state, shelf: state.shelf.slice(0, -1) },
  });

function keep(state: Partial<State>): void {
  const { setItem, flush } = store();
  setItem('w', { state: { text: '', shelf: [], ...state } });
  flush();
}

test('a tab keeps its own text when another writes; a new one begins with the latest, and owns no run', () => {
  const shared = storage();
  const [first, second] = [storage(), storage()];
  tab(shared, first);
  keep({ text: 'first', own: 'r1' });
  tab(shared, second);
  keep({ text: 'second' });
  tab(shared, first);
  assert.deepEqual(store().getItem('w'), { state: { text: 'first', shelf: [], own: 'r1' } });
  keep({ text: 'first, again', own: 'r1' });
  tab(shared);
  assert.deepEqual(store().getItem('w'), { state: { text: 'first, again', shelf: [] } });
});

test('text for which the browser has no room is told about, and throws nothing', () => {
  tab(storage(64), storage(64));
  keep({ text: 'x'.repeat(100) });
  assert.equal(useKeeping.getState().kept, 'none');
  keep({ text: 'x' });
  assert.equal(useKeeping.getState().kept, 'all');
});

test('where there is no room for what was put aside, the text on screen is kept without the oldest of it', () => {
  tab(storage(128), storage(128));
  keep({ text: 'old', shelf: [] });
  keep({ text: 'new', shelf: ['newer', 'x'.repeat(60), 'y'.repeat(60)] });
  assert.equal(useKeeping.getState().kept, 'newest');
  const left = { state: { text: 'new', shelf: ['newer', 'x'.repeat(60)] } };
  assert.deepEqual(store().getItem('w'), left);
  tab(localStorage);
  assert.deepEqual(store().getItem('w'), left, 'a new tab too');
});

test('many changes are written once, by a timer or when the page goes', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const page = new EventTarget();
  const addEventListener = page.addEventListener.bind(page);
  Object.defineProperty(globalThis, 'addEventListener', { value: addEventListener, configurable: true });
  const session = storage();
  tab(storage(), session);
  const writing = context.mock.method(session, 'setItem');
  const { setItem, getItem } = store();
  const type = (text: string) => setItem('w', { state: { text, shelf: [] } });
  for (const text of ['a', 'ab', 'abc']) {
    type(text);
    context.mock.timers.tick(50);
  }
  assert.equal(writing.mock.callCount(), 0);
  // Whoever types on and on is not put off.
  context.mock.timers.tick(200);
  assert.equal(writing.mock.callCount(), 1);
  assert.deepEqual(getItem('w'), { state: { text: 'abc', shelf: [] } });

  type('abcd');
  page.dispatchEvent(new Event('pagehide'));
  assert.deepEqual(getItem('w'), { state: { text: 'abcd', shelf: [] } });
  context.mock.timers.tick(1000);
  assert.equal(writing.mock.callCount(), 2);
});
