/** The things that were asked for last, by key. */
export interface Recent<T> {
  get(key: string, make: () => T): T;
  peek(key: string): T | undefined;
  drop(key: string): void;
  clear(): void;
}

export function createRecent<T>(most: number): Recent<T> {
  const kept = new Map<string, T>();
  return {
    get(key, make) {
      const found = kept.get(key) ?? make();
      kept.delete(key);
      kept.set(key, found);
      for (const stale of [...kept.keys()].slice(0, -most)) kept.delete(stale);
      return found;
    },
    peek: (key) => kept.get(key),
    drop: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
}
