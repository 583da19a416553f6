import { readlink } from 'node:fs/promises';

/**
 * Numbers that probes see are those of the machine's first namespaces. Source: linux/proc_ns.h, PROC_PID_INIT_INO and
 * PROC_USER_INIT_INO.
 */
const FIRST = { pid: 'pid:[4026531836]', user: 'user:[4026531837]' } as const;

const known = new Map<keyof typeof FIRST, Promise<boolean>>();

/** Whether this process is in the machine's first namespace of that kind: in a container's, a number may be another's. */
export function isInFirst(kind: keyof typeof FIRST): Promise<boolean> {
  let answer = known.get(kind);
  if (answer === undefined) {
    answer = readlink(`/proc/self/ns/${kind}`).then(
      (found) => found === FIRST[kind],
      () => false,
    );
    known.set(kind, answer);
  }
  return answer;
}
