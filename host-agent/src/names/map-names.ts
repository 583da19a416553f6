import type { Name } from '@probepad/protocol/values/name';

/** Maps of this many are known, those of the newest runs. The kernel gives ids in turn, so an old one names no other map for long. */
const MAPS_MAX = 4_096;

/** What the programs of this agent's runs call their maps, by the kernel's ids. */
export interface MapNames {
  add(maps: readonly { id: number; name: string }[]): void;
  find(id: bigint): Name | undefined;
}

export function createMapNames(): MapNames {
  const known = new Map<number, string>();
  return {
    add(maps) {
      for (const { id, name } of maps) {
        known.delete(id);
        known.set(id, name);
      }
      for (const oldest of known.keys()) {
        if (known.size <= MAPS_MAX) break;
        known.delete(oldest);
      }
    },
    find(id) {
      const text = known.get(Number(id));
      return text === undefined ? undefined : { text };
    },
  };
}
