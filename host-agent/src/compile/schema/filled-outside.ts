import { HELPER, type HelperCall } from './instructions.ts';
import type { MapDefinition } from './maps.ts';

/** Helpers that put an entry into a map, by the register that the map is in. Source: linux/bpf.h. */
const INSERTING = new Map<number, number>([
  [HELPER.map_update_elem, 1],
  [HELPER.map_push_elem, 1],
  [HELPER.sock_map_update, 2],
  [HELPER.sock_hash_update, 2],
]);

/** Maps that are empty until somebody puts something into them. Arrays of values are full of zeros; storages grow as they are looked at. */
const FILLED_BY_ENTRIES = new Set([
  'hash',
  'lru_hash',
  'percpu_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'cgroup_array',
  'sockmap',
  'sockhash',
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
  'queue',
  'stack',
  'bloom_filter',
]);

/**
 * Names of the maps that the program adds no entries to: its own loader has to fill them, as a list of what is to be traced. None where any
 * entry is put into a map that can't be told from the instructions.
 */
export function mapsFilledOutside(
  maps: readonly MapDefinition[],
  calls: readonly HelperCall[],
): ReadonlySet<string> {
  const filled = new Set<string>();
  for (const { helper, argument } of calls) {
    const register = INSERTING.get(helper);
    if (register === undefined) continue;
    const into = argument(register);
    const map = maps.find(({ name }) => into !== undefined && 'symbol' in into && into.symbol === name);
    if (map === undefined) return new Set();
    filled.add(map.name);
  }
  return new Set(
    maps.filter(({ name, type }) => FILLED_BY_ENTRIES.has(type) && !filled.has(name)).map(({ name }) => name),
  );
}
