import { mainFileOf, type SourceFile } from '@probepad/protocol/control/run';
import { SNIPPET_FILES_MAX, SNIPPET_MAX } from '@probepad/protocol/limits';
import { fitTogether, takeFiles } from '../session/taken-files.ts';
import { EMPTY_SETTINGS, useWorkspace } from '../session/workspace.ts';
import { toast } from '../ui/toast.tsx';
import { openWithWords } from './open.ts';
import { showPath } from './path.ts';
import { readSourceFiles } from './read-files.ts';

/**
 * Opens files of this computer. A program is a probe of its own, with the headers that come with it; headers alone, and files that are
 * there already, go into the probe on screen. Nothing is sent anywhere before it is run.
 */
export async function openFiles(chosen: readonly File[]): Promise<void> {
  const { files, refused } = await readSourceFiles(chosen);
  for (const why of refused) toast({ tone: 'error', ...why });
  if (files.length === 0) return;
  const program = mainFileOf(files);
  const here = useWorkspace.getState().files;
  if (program && !here.some(({ name }) => name === program.name)) openAsProbe(files, program);
  else addToProbe(files);
}

function openAsProbe(files: SourceFile[], program: SourceFile): void {
  if (!fitTogether(files)) {
    noRoom();
    return;
  }
  openWithWords({
    name: program.name.replace(/(\.bpf)?\.c$/, ''),
    files,
    settings: EMPTY_SETTINGS,
    origin: { kind: 'own' },
  });
  // It is nowhere but on this screen: another probe that is opened puts it on the shelf.
  useWorkspace.setState({ dirty: true });
  showPath('/');
}

function addToProbe(files: SourceFile[]): void {
  const taken = takeFiles(files);
  if (!taken) {
    noRoom();
    return;
  }
  const { added, replaced, shelved, undo } = taken;
  if (added.length + replaced.length === 0) return;
  const words = [
    ...(replaced.length > 0 ? [`${listed(replaced)} replaced`] : []),
    ...(added.length > 0 ? [`${listed(added)} added`] : []),
  ];
  toast({
    text: `${words.join(', ')}.`,
    detail: shelved ? 'What you had not saved is kept in the library.' : undefined,
    action: {
      label: 'Undo',
      run: () => {
        if (undo()) return;
        toast({ text: 'Nothing was undone: another probe is on screen by now.' });
      },
    },
  });
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.length} files` : names.join(', ');
}

function noRoom(): void {
  toast({
    tone: 'error',
    text: 'These are too many files, or too large ones.',
    detail: `A probe has ${SNIPPET_FILES_MAX} files and ${SNIPPET_MAX / 1024} KiB at most.`,
  });
}

/** Asks which files, in the browser's own dialog. */
export function chooseFiles(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = '.c,.h';
  input.hidden = true;
  input.addEventListener('change', () => {
    input.remove();
    void openFiles([...(input.files ?? [])]);
  });
  input.addEventListener('cancel', () => input.remove());
  // In the document: what nothing refers to may be collected while the dialog is open.
  document.body.append(input);
  input.click();
}
