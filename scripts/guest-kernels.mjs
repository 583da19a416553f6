/** The kernels of the test guests, and where the cache folder keeps what is known of each. */
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';

/**
 * Each by the Debian suite whose `linux-image-amd64` it is.
 *
 * @type {{ '6.1': 'bookworm', '6.12': 'bookworm-backports' }}
 */
export const KERNEL_SUITES = { 6.1: 'bookworm', 6.12: 'bookworm-backports' };

/**
 * @param {keyof typeof KERNEL_SUITES} name
 * @returns {string} the file that is there once the kernel has been fetched
 */
export function kernelRecord(name) {
  return join(cacheFolder(), 'kernels', `${name}.json`);
}
