import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { mainFileOf, type SourceFile } from '@probepad/protocol/control/run';
import { FILE_NAME_PATTERN, SNIPPET_FILES_MAX } from '@probepad/protocol/limits';
import { UsageError } from './usage.ts';

/** `#include "name"` without a folder, as snippets can hold it. */
const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*"([^"/]+)"/gm;
/** Made from the target's kernel, never sent. */
const KERNEL_HEADER = 'vmlinux.h';

/**
 * Reads the files of a probe; one has to be there to be compiled. Headers that they include by a bare name and
 * that lie beside them come along.
 * @throws UsageError for a file that cannot be read or has a name that snippets do not take
 */
export async function readProbeFiles(paths: readonly string[]): Promise<SourceFile[]> {
  if (paths.length === 0) throw new UsageError('a FILE is needed');
  const files = new Map<string, string>();
  for (const path of paths) {
    const name = basename(path);
    if (!FILE_NAME_PATTERN.test(name))
      throw new UsageError(`${path}: file names hold letters, digits, "_", "." and "-"`);
    if (files.has(name)) throw new UsageError(`${path}: another file is named ${name} too`);
    files.set(name, await readFile(path, 'utf8').catch((error: Error) => unreadable(error)));
  }
  if (mainFileOf([...files.keys()].map((name) => ({ name }))) === undefined)
    throw new UsageError('none of the files is a .c file');
  await addHeaders(files, [...new Set(paths.map((path) => dirname(path)))]);
  return [...files].map(([name, text]) => ({ name, text }));
}

function unreadable(error: Error): never {
  throw new UsageError(`reading a file: ${error.message}`);
}

async function addHeaders(files: Map<string, string>, folders: readonly string[]): Promise<void> {
  // A map's iterator also visits what is added on the way, so headers of headers are found too.
  for (const text of files.values()) {
    for (const [, name = ''] of text.matchAll(INCLUDE)) {
      if (files.size >= SNIPPET_FILES_MAX || files.has(name)) continue;
      if (name === KERNEL_HEADER || !FILE_NAME_PATTERN.test(name)) continue;
      for (const folder of folders) {
        const header = await readFile(join(folder, name), 'utf8').catch(() => undefined);
        if (header === undefined) continue;
        files.set(name, header);
        break;
      }
    }
  }
}
