import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Name } from '@probepad/protocol/values/name';
import { type ContainerNames, cgroupName } from './cgroup-name.ts';

/** Names of cgroup ids. */
export interface Cgroups {
  find(id: bigint): Promise<Name | undefined>;
  /** Walks the tree: whoever is there now keeps its name after it is gone. */
  walk(): Promise<void>;
}

/** Walks for unknown ids come at most this often, in milliseconds: an id that has no cgroup is asked for again and again. */
const WALK_INTERVAL = 1_000;
/** Cgroups that are remembered, and folders that one walk looks at. */
const KEPT_MAX = 50_000;

/**
 * An id is the inode of the group's folder in the cgroup v2 tree. Source: linux/kernfs.h, kernfs_id and kernfs_ino: the same
 * number on 64-bit machines.
 * @param root of the cgroup v2 hierarchy, undefined where there is none
 */
export function createCgroups(
  root: string | undefined,
  names: ContainerNames,
  now: () => number = () => performance.now(),
): Cgroups {
  const paths = new Map<bigint, string>();
  let walking: Promise<void> | undefined;
  let walked = Number.NEGATIVE_INFINITY;

  async function visit(path: string, seen: { count: number }): Promise<void> {
    if (root === undefined || seen.count++ >= KEPT_MAX) return;
    const folder = join(root, path);
    // One that was removed meanwhile is no error.
    const status = await lstat(folder, { bigint: true }).catch(() => undefined);
    if (status === undefined) return;
    // The newest lie at the end, and the oldest are forgotten first.
    paths.delete(status.ino);
    paths.set(status.ino, path === '' ? '/' : path);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) if (entry.isDirectory()) await visit(`${path}/${entry.name}`, seen);
  }

  function walk(): Promise<void> {
    walking ??= visit('', { count: 0 }).finally(() => {
      walking = undefined;
      walked = now();
      for (const oldest of paths.keys()) {
        if (paths.size <= KEPT_MAX) break;
        paths.delete(oldest);
      }
    });
    return walking;
  }

  return {
    walk,
    async find(id) {
      if (!paths.has(id) && now() - walked >= WALK_INTERVAL) await walk();
      const path = paths.get(id);
      return path === undefined ? undefined : cgroupName(path, names);
    },
  };
}
