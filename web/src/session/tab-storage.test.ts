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
  own: string | undefined;
}
const kept = tabStorage<State>((state) => ({ ...state, own: undefined }));

test('a tab keeps its own text when another writes; a new one begins with the latest, and owns no run', () => {
  const shared = storage();
  const [first, second] = [storage(), storage()];
  tab(shared, first);
  kept.setItem('w', { state: { text: 'first', own: 'r1' } });
  tab(shared, second);
  kept.setItem('w', { state: { text: 'second', own: undefined } });
  tab(shared, first);
  assert.deepEqual(kept.getItem('w'), { state: { text: 'first', own: 'r1' } });
  kept.setItem('w', { state: { text: 'first, again', own: 'r1' } });
  tab(shared);
  assert.deepEqual(kept.getItem('w'), { state: { text: 'first, again' } });
});

test('text for which the browser has no room is told about, and throws nothing', () => {
  tab(storage(64), storage(64));
  kept.setItem('w', { state: { text: 'x'.repeat(100), own: undefined } });
  assert.equal(useKeeping.getState().refused, true);
  kept.setItem('w', { state: { text: 'x', own: undefined } });
  assert.equal(useKeeping.getState().refused, false);
});
