/**
 * Keeps what Node makes of the sources, types stripped and compiled, for the next start: half of what a start takes
 * (nodejs.org/api/module.html, module compile cache). What lies there is run, so it is in a folder that is the user's alone, and
 * root trusts no variable about where its home is.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/** @returns {string} */
function cacheFolder() {
  if (process.getuid?.() === 0) return join(userInfo().homedir, '.cache/probepad/compiled');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'probepad/compiled');
}

if (module.enableCompileCache !== undefined && !process.env.NODE_COMPILE_CACHE) {
  try {
    const folder = cacheFolder();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Fails for a folder of somebody else's; root takes it over, below a home that is root's.
    chmodSync(folder, 0o700);
    module.enableCompileCache(folder);
  } catch {
    // A user without a home starts as fast as before.
  }
}
