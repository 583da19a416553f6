import type { SourceFile } from '@probepad/protocol/control/run';
import { SNIPPET_FILES_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';
import { shelveUnsaved, useWorkspace } from './workspace.ts';

/** What became of files that were put among those of the probe on screen. */
export interface Taken {
  added: string[];
  /** What they hold is another text now. */
  replaced: string[];
  /** Whether what was on screen before had not been saved, and is on the shelf. */
  shelved: boolean;
  /**
   * Gives what was replaced its text back, and takes away what was added, but for what has been typed into that since. What was typed
   * into the former goes to the shelf. @returns false when another probe is on screen by then, and nothing was changed
   */
  undo(): boolean;
}

/** Whether files fit into one probe. */
export function fitTogether(files: readonly SourceFile[]): boolean {
  const encoder = new TextEncoder();
  const size = files.reduce((sum, { text }) => sum + encoder.encode(text).length, 0);
  return files.length <= SNIPPET_FILES_MAX && size <= SNIPPET_MAX;
}

/**
 * Adds files to the probe on screen, in the place of those that have their names, and shows the first. Text that is replaced and was not
 * saved goes to the shelf: the editor can't undo it. @returns undefined where there is no room
 */
export function takeFiles(files: readonly SourceFile[]): Taken | undefined {
  const before = useWorkspace.getState();
  const former = new Map(before.files.map(({ name, text }) => [name, text]));
  const given = new Map(files.map(({ name, text }) => [name, text]));
  const together = [...new Map([...former, ...given])].map(([name, text]) => ({ name, text }));
  const [first] = files;
  if (!first || !fitTogether(together)) return undefined;
  const replaced = [...given].flatMap(([name, text]) =>
    former.has(name) && former.get(name) !== text ? [name] : [],
  );
  const shelved = replaced.length > 0 ? shelveUnsaved() : undefined;
  show(together, first.name);
  return {
    added: [...given.keys()].filter((name) => !former.has(name)),
    replaced,
    shelved: shelved !== undefined,
    undo() {
      const now = useWorkspace.getState();
      if (now.opening !== before.opening) return false;
      const isTyped = ({ name, text }: SourceFile): boolean => given.get(name) !== text;
      if (now.files.some((file) => replaced.includes(file.name) && isTyped(file))) shelveUnsaved();
      const rest = now.files.flatMap((file) => {
        const { name } = file;
        if (replaced.includes(name)) return [{ name, text: former.get(name) ?? '' }];
        const isAdded = given.has(name) && !former.has(name);
        return isAdded && !isTyped(file) ? [] : [file];
      });
      if (rest.length > 0)
        show(rest, rest.some(({ name }) => name === before.file) ? before.file : (rest[0]?.name ?? ''));
      // On screen again, unless a file of it has been removed since.
      if (replaced.every((name) => rest.some((file) => file.name === name)))
        useWorkspace.setState(({ shelf }) => ({ shelf: shelf.filter((each) => each !== shelved) }));
      return true;
    },
  };
}

function show(files: SourceFile[], file: string): void {
  useWorkspace.setState(({ generation }) => ({ files, file, dirty: true, generation: generation + 1 }));
}
