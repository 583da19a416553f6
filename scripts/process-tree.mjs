/** Processes below another one, whatever groups and sessions they made for themselves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * @param {number} pid
 * @returns {number[]} all processes below it, itself left out; none when it has ended. Source: proc_tid_children(5)
 */
export function descendants(pid) {
  return childrenOf(pid).flatMap((child) => [child, ...descendants(child)]);
}

/**
 * Kills a process group and all that is below its leader: engines and browsers make groups of their own.
 *
 * @param {number} leader
 */
export function killTree(leader) {
  // Those below are looked for first: once their parents have ended they are nobody's.
  for (const target of [...descendants(leader), -leader]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** @param {number} pid */
function childrenOf(pid) {
  const task = `/proc/${pid}/task`;
  /** @type {Set<number>} */
  const children = new Set();
  let again = true;
  while (again) {
    again = false;
    for (const thread of entries(task)) {
      try {
        const list = readFileSync(`${task}/${thread}/children`, 'utf8');
        for (const child of list.split(' ').filter(Boolean)) children.add(Number(child));
      } catch {
        // A thread that ends leaves its children to another one, which may have been read before.
        again ||= !existsSync(`${task}/${thread}`);
      }
    }
  }
  return [...children];
}

/** @param {string} path */
function entries(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
