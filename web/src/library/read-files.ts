import type { SourceFile } from '@probepad/protocol/control/run';
import { FILE_NAME_PATTERN, SNIPPET_MAX } from '@probepad/protocol/limits';
import { HEADER_FILE } from '../session/workspace.ts';

/** Files of this computer as a probe's own, and of each that can't be one why, in words. */
export interface ReadFiles {
  files: SourceFile[];
  refused: { text: string; detail: string }[];
}

const KIB = 1024;

/** Reads C sources and headers. Of two with one name the last counts. */
export async function readSourceFiles(chosen: readonly File[]): Promise<ReadFiles> {
  const files = new Map<string, SourceFile>();
  const refused: ReadFiles['refused'] = [];
  for (const file of chosen) {
    const why = reasonAgainst(file);
    const text = why === undefined ? await textOf(file) : undefined;
    if (why) refused.push(why);
    else if (text === undefined) {
      refused.push({ text: `${file.name} is no text.`, detail: 'A probe is C source in UTF-8.' });
    } else files.set(file.name, { name: file.name, text });
  }
  return { files: [...files.values()], refused };
}

function reasonAgainst({ name, size }: File): { text: string; detail: string } | undefined {
  if (name === HEADER_FILE) {
    return {
      text: `${name} is not needed.`,
      detail: 'Each host makes its own from the types of its kernel.',
    };
  }
  if (!/\.[ch]$/.test(name)) {
    return { text: `${name} is neither a .c nor a .h file.`, detail: 'A probe consists of those alone.' };
  }
  if (!FILE_NAME_PATTERN.test(name)) {
    return {
      text: `A file of a probe can't be called ${name}.`,
      detail: 'Names begin with a letter and have letters, digits, dots, - and _ in them, 64 at most.',
    };
  }
  if (size > SNIPPET_MAX) {
    return {
      text: `${name} is too large: ${Math.ceil(size / KIB)} KiB.`,
      detail: `All files of a probe together may have ${SNIPPET_MAX / KIB} KiB.`,
    };
  }
  return undefined;
}

/** Undefined for bytes that are no UTF-8, and for what can't be read, as a folder. Line ends become those of C's own world. */
async function textOf(file: File): Promise<string | undefined> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? undefined : text.replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}
