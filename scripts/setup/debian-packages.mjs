/** Step: the Debian packages that are missing. */
import { runCommand } from '../command.mjs';
import { runAsRoot } from './root.mjs';

/**
 * @param {string} name the step's name
 * @param {Record<string, string>} packages package → purpose
 * @returns {import('../setup.mjs').Step}
 */
export function debianPackagesStep(name, packages) {
  return {
    name,
    why: 'Debian packages',
    needed: async () => {
      const missing = await missingPackages(Object.keys(packages));
      if (missing.length === 0) return false;
      return `installing ${missing.map((missed) => `${missed} (${packages[missed]})`).join(', ')}`;
    },
    run: async () => {
      await installPackages(await missingPackages(Object.keys(packages)));
      return undefined;
    },
  };
}

/**
 * @param {string[]} names
 * @returns {Promise<string[]>} those that are not installed
 */
export async function missingPackages(names) {
  const query = await runCommand([
    'dpkg-query',
    '--show',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders.
    '--showformat=${Package} ${db:Status-Status}\\n',
    ...names,
  ]);
  if (query.code === 127) {
    throw new Error(`Set-up knows Debian's packages only, and there is no dpkg here. Install what these are called
on this system, and clang 16 or newer: ${names.join(' ')}`);
  }
  return missingFrom(query.stdout, names);
}

/**
 * @param {string} listing lines of `package status`
 * @param {string[]} names
 */
export function missingFrom(listing, names) {
  const installed = new Set(
    listing
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return names.filter((name) => !installed.has(name));
}

/** @param {string[]} names */
async function installPackages(names) {
  const install = ['apt-get', 'install', '--yes', '--quiet', '--no-install-recommends'];
  // Another apt may be at work on a machine that has just booted.
  const argv = [...install, '-o', 'DPkg::Lock::Timeout=600', ...names];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runAsRoot('installing packages', argv, env);
  } catch (error) {
    if (error instanceof Error && error.message.includes('needs root')) throw error;
    // The lists are missing or older than the mirror.
    await runAsRoot('fetching package lists', ['apt-get', 'update', '--quiet'], env);
    await runAsRoot('installing packages', argv, env);
  }
}
