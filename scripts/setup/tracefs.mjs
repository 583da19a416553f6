/** Step: tracefs is mounted, so that tracepoints and trace lines are there. */
import { readFileSync } from 'node:fs';
import { runAsRoot } from './root.mjs';

const MOUNT_POINT = '/sys/kernel/tracing';

/** @type {import('../setup.mjs').Step} */
export const tracefsStep = {
  name: 'tracefs',
  why: 'tracepoints and bpf_printk lines',
  needed: async () =>
    isMounted(readFileSync('/proc/mounts', 'utf8')) ? false : `mounting tracefs at ${MOUNT_POINT}`,
  run: async () => {
    await runAsRoot('mounting tracefs', ['mount', '-t', 'tracefs', 'tracefs', MOUNT_POINT]);
    return undefined;
  },
};

/** @param {string} mounts the text of /proc/mounts */
export function isMounted(mounts) {
  return mounts
    .split('\n')
    .some((line) => line.split(' ')[1] === MOUNT_POINT && line.split(' ')[2] === 'tracefs');
}
