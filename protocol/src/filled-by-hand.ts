import type { Source } from './schema.ts';

/** Kinds of maps whose values are bytes, as many as the definition says: no descriptors, and not one for each CPU. */
const PLAIN: readonly string[] = ['hash', 'lru_hash', 'lpm_trie'];

/** Whether somebody may put entries into a map while the probe runs: its programs never do, and wait for a loader of their own that would. */
export function takesEntries({ kind, mapType, filledOutside }: Source): boolean {
  return kind === 'map' && filledOutside === true && PLAIN.includes(mapType);
}
