/** Step: the kernels of the test guests are in the cache folder. */
import { existsSync } from 'node:fs';
import { cacheFolder } from '../cache.mjs';
import { runOrThrow } from '../command.mjs';
import { KERNEL_SUITES, kernelRecord } from '../guest-kernels.mjs';
import { inRepository, PINNED_NODE, ROOT } from '../repository.mjs';

const NAMES = /** @type {(keyof typeof KERNEL_SUITES)[]} */ (Object.keys(KERNEL_SUITES));

/** @type {import('../setup.mjs').Step} */
export const guestKernelsStep = {
  name: 'guest kernels',
  why: `tests on Debian’s kernels ${NAMES.join(' and ')}`,
  needed: async () => {
    if (NAMES.every((name) => existsSync(kernelRecord(name)))) return false;
    return `fetching them from Debian (about 150 MB) into ${cacheFolder()}`;
  },
  run: async () => {
    const releases = await runOrThrow(
      'fetching guest kernels',
      [PINNED_NODE, inRepository('test/guest/prepare.ts')],
      { cwd: ROOT, timeoutMs: 900_000 },
    );
    return releases.trim().split('\n').join(', ');
  },
};
