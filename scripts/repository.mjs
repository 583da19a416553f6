/** Where things are in the checkout. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The pinned Node (package.json, devDependencies), there after `npm ci`. */
export const PINNED_NODE = join(ROOT, 'node_modules/.bin/node');

/** @param {...string} parts */
export function inRepository(...parts) {
  return join(ROOT, ...parts);
}

/**
 * The environment for what the scripts start: the pinned Node and the packages' commands come first.
 *
 * @param {Record<string, string | undefined>} [more]
 * @returns {NodeJS.ProcessEnv}
 */
export function repositoryEnvironment(more = {}) {
  const path = [join(ROOT, 'node_modules/.bin'), process.env.PATH ?? '/usr/bin:/bin'].join(':');
  return { ...process.env, PATH: path, ...more };
}
