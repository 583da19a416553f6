/** Step: the web app is built from the sources as they are. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runOrThrow } from '../command.mjs';
import { inRepository, PINNED_NODE, ROOT, repositoryEnvironment } from '../repository.mjs';

const STAMP = inRepository('web/.next/probepad-sources');

/** What goes into the build. */
const SOURCES = ['web', 'protocol/src', 'package-lock.json'];

const LEFT_OUT = new Set(['.next', 'node_modules', 'server', 'next-env.d.ts']);

/** A cold build takes under a minute on an idle machine. */
const BUILD_LIMIT_MS = 600_000;

/** @type {import('../setup.mjs').Step} */
export const webBuildStep = {
  name: 'web app',
  why: 'what the browser loads',
  needed: async () => {
    if (!existsSync(inRepository('web/.next/BUILD_ID')))
      return 'building the web app (about a minute the first time)';
    const built = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
    return built === hashOfFiles(ROOT, SOURCES)
      ? false
      : 'building the web app, because its sources have changed';
  },
  run: async () => {
    // Taken first: what is edited during the build is built next time.
    const sources = hashOfFiles(ROOT, SOURCES);
    await runOrThrow(
      'building the web app',
      [PINNED_NODE, inRepository('node_modules/next/dist/bin/next'), 'build'],
      {
        cwd: inRepository('web'),
        env: repositoryEnvironment({ NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }),
        timeoutMs: BUILD_LIMIT_MS,
      },
    );
    writeFileSync(STAMP, sources);
    return undefined;
  },
};

/**
 * @param {string} root
 * @param {string[]} paths files and folders below it; tests and what builds leave behind don't count
 * @returns {string} changes when a file's name or content does
 */
export function hashOfFiles(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((start) => filesBelow(join(root, start)))) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  /** @type {import('node:fs').Dirent[]} */
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .filter(({ name }) => !LEFT_OUT.has(name) && !/\.test\.tsx?$|\.tsbuildinfo$/.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = join(path, entry.name);
      if (entry.isDirectory()) return filesBelow(below);
      return entry.isFile() ? [below] : [];
    });
}
