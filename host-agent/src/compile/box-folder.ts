import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { exists, writeWhole } from './kernel-header.ts';

const INCLUDE = join(import.meta.dirname, '../../include');

/** Where an agent keeps what the box reads, when its own cache folder is out of reach for the box's uid. */
const FALLBACK = '/var/tmp';

/**
 * Makes the folder for all that the box is shown: headers and snippets. It lies in `cacheDir` unless a folder above that
 * is closed to `uid` (a checkout in /root); bubblewrap opens what it binds as that uid.
 */
export async function prepareBoxFolder(cacheDir: string, uid: number | undefined): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const own = process.getuid?.();
  let parent = resolve(cacheDir);
  if (uid !== undefined) {
    if ((await lstat(parent)).uid === own) await chmod(parent, 0o711);
    if (!(await reachable(parent))) {
      parent = join(FALLBACK, `probepad-${own}`);
      await mkdir(parent, { mode: 0o711 }).catch(() => {});
      const found = await lstat(parent);
      if (!found.isDirectory() || found.uid !== own) throw new Error(`${parent} belongs to somebody else`);
      await chmod(parent, 0o711);
    }
  }
  const folder = join(parent, 'box');
  await mkdir(folder, { recursive: true });
  await chmod(folder, uid === undefined ? 0o700 : 0o711);
  return folder;
}

/**
 * Copies the wrapper headers into `folder`, which the box can reach where the checkout may be closed to it.
 * `version` is a hash of all of them.
 */
export async function copyWrapperHeaders(folder: string): Promise<{ path: string; version: string }> {
  const hash = createHash('sha256');
  const headers: { name: string; content: Buffer }[] = [];
  const entries = await readdir(INCLUDE, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    headers.push({ name: path.slice(INCLUDE.length + 1), content: await readFile(path) });
  }
  headers.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const { name, content } of headers) hash.update(name).update('\0').update(content).update('\0');
  const version = hash.digest('hex');
  const path = join(folder, `include-${version.slice(0, 32)}`);
  for (const { name, content } of headers) {
    const target = join(path, name);
    if (await exists(target)) continue;
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeWhole(target, content);
  }
  return { path, version };
}

/** Folders of past kernels and headers that are kept beside the one in use. */
const KEPT = 3;
/** No compile lasts this long: a snippet that old was left by an agent that was killed, or a compiler stands by with it, which it does without. */
const STALE_SNIPPET_MS = 60_000;

/** Deletes what earlier agents left: snippets, and headers of kernels that are gone. */
export async function tidyBoxFolder(folder: string): Promise<void> {
  const old: string[] = [];
  for (const prefix of ['kernel-', 'include-']) {
    const found = await datedFolders(folder, prefix);
    old.push(...found.slice(KEPT).map(({ path }) => path));
  }
  const now = Date.now();
  for (const { path, modified } of await datedFolders(join(folder, 'snippets'), 'snippet-')) {
    if (now - modified > STALE_SNIPPET_MS) old.push(path);
  }
  for (const path of old) await rm(path, { recursive: true, force: true });
}

/** Newest first. */
async function datedFolders(parent: string, prefix: string): Promise<{ path: string; modified: number }[]> {
  const found: { path: string; modified: number }[] = [];
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const status = name.startsWith(prefix) ? await stat(path).catch(() => undefined) : undefined;
    if (status) found.push({ path, modified: status.mtimeMs });
  }
  return found.sort((left, right) => right.modified - left.modified);
}

/** Whether everybody may pass through all folders of the path. */
async function reachable(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === '/') return true;
  }
}
