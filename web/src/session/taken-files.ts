import type { SourceFile } from '@probepad/protocol/control/run';
import { SNIPPET_FILES_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';
import { useWorkspace } from './workspace.ts';

/** What became of files that were put among those of the probe on screen. */
export interface Taken {
  added: string[];
  /** What they hold is another text now. */
  replaced: string[];
  /** Takes back both, but for what has been changed since, or is of another probe by then. */
  undo(): void;
}

/** Whether files fit into one probe. */
export function fitTogether(files: readonly SourceFile[]): boolean {
  const encoder = new TextEncoder();
  const size = files.reduce((sum, { text }) => sum + encoder.encode(text).length, 0);
  return files.length <= SNIPPET_FILES_MAX && size <= SNIPPET_MAX;
}

/** Adds files to the probe on screen, in the place of those that have their names, and shows the first. @returns undefined where there is no room */
export function takeFiles(files: readonly SourceFile[]): Taken | undefined {
  const before = useWorkspace.getState();
  const former = new Map(before.files.map(({ name, text }) => [name, text]));
  const all = new Map([...former, ...files.map(({ name, text }) => [name, text] as const)]);
  const together = [...all].map(([name, text]) => ({ name, text }));
  const [first] = files;
  if (!first || !fitTogether(together)) return undefined;
  show(together, first.name);
  return {
    added: files.map(({ name }) => name).filter((name) => !former.has(name)),
    replaced: files.flatMap(({ name, text }) =>
      former.has(name) && former.get(name) !== text ? [name] : [],
    ),
    undo() {
      const now = useWorkspace.getState();
      if (now.opening !== before.opening) return;
      const rest = now.files.flatMap((file) => {
        const taken = files.find(({ name }) => name === file.name);
        if (taken?.text !== file.text) return [file];
        const text = former.get(file.name);
        return text === undefined ? [] : [{ name: file.name, text }];
      });
      if (rest.length > 0)
        show(rest, rest.some(({ name }) => name === before.file) ? before.file : (rest[0]?.name ?? ''));
    },
  };
}

function show(files: SourceFile[], file: string): void {
  useWorkspace.setState(({ generation }) => ({ files, file, dirty: true, generation: generation + 1 }));
}
