import { create } from 'zustand';
import type { PersistStorage, StorageValue } from 'zustand/middleware';

/** Whether the browser keeps what is on screen; not so once its storage is full. */
export const useKeeping = create<{ refused: boolean }>(() => ({ refused: false }));

/**
 * Keeps a store's state for one tab, so that two tabs don't write over each other. A new tab begins with what any tab wrote last;
 * `seedOf` leaves out of it what belongs to the tab alone.
 */
export function tabStorage<S>(seedOf: (state: S) => S): PersistStorage<S> {
  return {
    getItem: (name) =>
      parsed<S>(globalThis.sessionStorage?.getItem(name)) ??
      parsed<S>(globalThis.localStorage?.getItem(name)),
    setItem: (name, value) => {
      const kept = write(globalThis.sessionStorage, name, value);
      write(globalThis.localStorage, name, { ...value, state: seedOf(value.state) });
      if (useKeeping.getState().refused === kept) useKeeping.setState({ refused: !kept });
    },
    removeItem: (name) => {
      globalThis.sessionStorage?.removeItem(name);
      globalThis.localStorage?.removeItem(name);
    },
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

/** @returns whether there was room: a change of the text must not fail because there is none */
function write(storage: Storage | undefined, name: string, value: unknown): boolean {
  try {
    storage?.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
