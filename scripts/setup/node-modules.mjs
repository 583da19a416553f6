/** Step: the npm packages that package-lock.json names. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runOrThrow } from '../command.mjs';
import { inRepository, ROOT } from '../repository.mjs';

/** @typedef {{ packages?: Record<string, { version?: string, link?: boolean, optional?: boolean, integrity?: string }> }} Lockfile */

/** @type {import('../setup.mjs').Step} */
export const nodeModulesStep = {
  name: 'npm packages',
  why: 'Node 24 and the packages of package-lock.json',
  needed: async () => {
    const wanted = readLockfile(inRepository('package-lock.json'));
    // npm writes this one when it has put everything in place.
    const installed = readLockfile(inRepository('node_modules/.package-lock.json'));
    const difference =
      wanted === undefined ? 'there is no package-lock.json' : firstDifference(wanted, installed);
    return difference === undefined ? false : `npm ci, because ${difference}`;
  },
  run: async () => {
    const argv = ['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
    await runOrThrow('installing npm packages', argv, { cwd: ROOT, env: npmEnvironment() });
    return undefined;
  },
};

/**
 * @param {Lockfile} wanted
 * @param {Lockfile | undefined} installed npm's own record in node_modules
 * @returns {string | undefined} how the installed packages differ; undefined when they don't
 */
export function firstDifference(wanted, installed) {
  if (installed?.packages === undefined) return 'nothing is installed yet';
  for (const [path, entry] of Object.entries(wanted.packages ?? {})) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue;
    const have = installed.packages[path];
    // What is made for another system is left out by npm.
    if (have === undefined && entry.optional) continue;
    if (have === undefined) return `${path} is missing`;
    if (have.version !== entry.version || have.integrity !== entry.integrity) {
      return `${path} is ${have.version}, not ${entry.version}`;
    }
  }
  return undefined;
}

/**
 * The environment for npm: without the node that it is about to replace, and with Node's headers where this machine
 * has them, which node-gyp would download (a closed network can't; the modules use Node-API, so any version does).
 *
 * @returns {NodeJS.ProcessEnv}
 */
function npmEnvironment() {
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.startsWith(inRepository('node_modules')));
  const nodes = [
    process.execPath,
    process.env.npm_node_execpath,
    ...path.map((folder) => join(folder, 'node')),
  ];
  const headers = nodes
    .map((node) => (node === undefined ? '' : dirname(dirname(node))))
    .find((prefix) => existsSync(join(prefix, 'include/node/node.h')));
  const known = process.env.npm_config_nodedir !== undefined || headers === undefined;
  return { PATH: path.join(':'), ...(known ? {} : { npm_config_nodedir: headers }) };
}

/**
 * @param {string} path
 * @returns {Lockfile | undefined}
 */
function readLockfile(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
