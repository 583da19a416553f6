import { chown, constants, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mainFileOf, type SourceFile } from '@probepad/protocol/control/run';
import { fail } from '@probepad/protocol/errors';
import { FILE_NAME_PATTERN, SNIPPET_FILES_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';

/** Throws `bad_file_name` or `source_too_large`; gives the file that is compiled. */
export function checkFiles(files: readonly SourceFile[]): SourceFile {
  if (files.length > SNIPPET_FILES_MAX) {
    fail('source_too_large', `checking files: ${files.length} of them`, { limit: SNIPPET_MAX });
  }
  const seen = new Set<string>();
  let size = 0;
  for (const { name, text } of files) {
    if (!FILE_NAME_PATTERN.test(name)) {
      fail('bad_file_name', `checking file name ${JSON.stringify(name.slice(0, 80))}`);
    }
    if (seen.has(name)) fail('bad_file_name', `checking file name ${name}: it is there twice`);
    seen.add(name);
    size += Buffer.byteLength(text);
  }
  if (size > SNIPPET_MAX) {
    fail('source_too_large', `checking files: ${size} bytes`, { limit: SNIPPET_MAX });
  }
  const main = mainFileOf(files);
  if (main === undefined) fail('bad_file_name', 'looking for the file to compile: no name ends with .c');
  return main;
}

/**
 * Writes the files into a new folder under `parent` that only the agent and the box's `uid` can read. Call `checkFiles`
 * first. Disposing it deletes the folder.
 */
export async function createSnippetFolder(
  parent: string,
  files: readonly SourceFile[],
  uid: number | undefined,
): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(parent, 'snippet-'));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    if (uid !== undefined) await chown(path, uid, uid);
    for (const { name, text } of files) await writeSnippetFile(join(path, name), text, uid);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, [Symbol.asyncDispose]: remove };
}

/** Writes a file that was not there, for the box's `uid` to read. */
export async function writeSnippetFile(path: string, text: string, uid: number | undefined): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  await using file = await open(path, flags, 0o400);
  await file.writeFile(text);
  if (uid !== undefined) await file.chown(uid, uid);
}
