import { create } from 'zustand';
import type { PersistStorage, StorageValue } from 'zustand/middleware';

/** What the browser keeps of what is on screen; less than all of it once its storage is full. */
export const useKeeping = create<{ kept: 'all' | 'newest' | 'none' }>(() => ({ kept: 'all' }));

/** How long changes are gathered before they are written, in milliseconds: the whole state is written each time. */
const GATHER = 300;

interface TabStorage<S> extends PersistStorage<S> {
  /** Writes at once what has been gathered. */
  flush(): void;
}

/**
 * Keeps a store's state for one tab, so that two tabs don't write over each other. A new tab begins with what any tab wrote last;
 * `seedOf` leaves out of it what belongs to the tab alone. Where there is no room, `lighter` leaves out of a state what can best
 * be spared, and returns nothing when there is nothing more.
 */
export function tabStorage<S>({
  seedOf,
  lighter,
}: {
  seedOf: (state: S) => S;
  lighter: (state: S) => S | undefined;
}): TabStorage<S> {
  let gathered: { name: string; value: StorageValue<S> } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!gathered) return;
    const { name, value } = gathered;
    gathered = undefined;
    const kept = write(globalThis.sessionStorage, name, value, lighter);
    write(globalThis.localStorage, name, { ...value, state: seedOf(value.state) }, lighter);
    if (useKeeping.getState().kept !== kept) useKeeping.setState({ kept });
  }

  // A page that goes, or that a phone may end unasked, has no timers any more.
  globalThis.addEventListener?.('pagehide', flush);
  globalThis.addEventListener?.('visibilitychange', flush);

  return {
    getItem: (name) =>
      parsed<S>(globalThis.sessionStorage?.getItem(name)) ??
      parsed<S>(globalThis.localStorage?.getItem(name)),
    setItem: (name, value) => {
      gathered = { name, value };
      timer ??= setTimeout(flush, GATHER);
    },
    removeItem: (name) => {
      gathered = undefined;
      globalThis.sessionStorage?.removeItem(name);
      globalThis.localStorage?.removeItem(name);
    },
    flush,
  };
}

function parsed<S>(text: string | null | undefined): StorageValue<S> | null {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Writes as much as there is room for: a change of the text must not fail because there is none. When there is none at all,
 * what was there stays: something old is better than nothing.
 * @returns how much was kept
 */
function write<S>(
  storage: Storage | undefined,
  name: string,
  value: StorageValue<S>,
  lighter: (state: S) => S | undefined,
): 'all' | 'newest' | 'none' {
  let state: S | undefined = value.state;
  while (state !== undefined) {
    try {
      storage?.setItem(name, JSON.stringify({ ...value, state }));
      return state === value.state ? 'all' : 'newest';
    } catch {
      state = lighter(state);
    }
  }
  return 'none';
}
