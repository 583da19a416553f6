/** Where downloaded and built things that outlive a checkout are kept. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The cache folder: `PROBEPAD_CACHE`, else `probepad` in the XDG cache folder. It may be deleted at any time;
 * what is missing is fetched again.
 *
 * @returns {string} an absolute path, not necessarily there yet
 */
export function cacheFolder() {
  if (process.env.PROBEPAD_CACHE) return resolve(process.env.PROBEPAD_CACHE);
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'probepad');
}
