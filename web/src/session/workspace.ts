import { mainFileOf, type SourceFile } from '@probepad/protocol/control/run';
import type { SnippetSettings, TableSettings, ViewOptions } from '@probepad/protocol/control/snippet';
import type { Place } from '@probepad/protocol/diagnostics';
import { SNIPPET_FILES_MAX } from '@probepad/protocol/limits';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { tabStorage } from './tab-storage.ts';

export const EMPTY_SETTINGS: SnippetSettings = { params: {}, attach: {}, flags: [], seconds: 0, views: {} };

/** Where the text on screen came from. */
export type Origin =
  | { kind: 'template'; id: string }
  | { kind: 'snippet'; id: string; revision: number }
  | { kind: 'link' }
  | { kind: 'run'; id: string }
  | { kind: 'own' };

/** A probe as it is on screen: what is compiled, and how it is run. */
export interface Probe {
  name: string;
  files: SourceFile[];
  settings: SnippetSettings;
  origin: Origin;
}

/** A probe that was replaced on screen before it was saved, so that it isn't lost. */
export interface Shelved extends Probe {
  at: number;
  unasked?: boolean;
}

interface Workspace extends Probe {
  /** Undefined until something has been opened in this browser. */
  opened: boolean;
  /** Name of the file shown, or `vmlinux.h`. */
  file: string;
  /** Whether the vmlinux.h tab is open. */
  header: boolean;
  /** Changed since it was opened or saved. */
  dirty: boolean;
  /**
   * An address brought it, and nobody has typed in it, run it or asked for anything yet: it may be anybody's, so that no host is given its
   * text.
   */
  unasked: boolean;
  /** Counts changes of the text from outside the editor, which the editor has to take over. */
  generation: number;
  /** Counts the probes that have been put on screen: what comes late can tell whether its own is still there. */
  opening: number;
  hosts: string[];
  /** The run shown in the results; a run still going is watched again after a reload. */
  run: string | undefined;
  /** The run that was started last in this tab; any other is somebody else's, and no key may end it. */
  own: string | undefined;
  shelf: Shelved[];
}

/** Whether there is anything to run. */
export function hasProgram({ files }: Pick<Workspace, 'files'>): boolean {
  return files.some(({ text }) => text.trim() !== '');
}

export const HEADER_FILE = 'vmlinux.h';
const SHELF_MAX = 8;

/** The probe on screen and what it is pointed at. Survives a reload; each tab has its own. */
export const useWorkspace = create<Workspace>()(
  persist(
    (): Workspace => ({
      name: 'Untitled',
      files: [{ name: 'probe.bpf.c', text: '' }],
      settings: EMPTY_SETTINGS,
      origin: { kind: 'own' },
      opened: false,
      file: 'probe.bpf.c',
      header: false,
      dirty: false,
      unasked: false,
      generation: 0,
      opening: 0,
      hosts: [],
      run: undefined,
      own: undefined,
      shelf: [],
    }),
    {
      name: 'probepad.workspace',
      version: 1,
      storage: tabStorage<Workspace>({
        seedOf: (state) => ({ ...state, own: undefined }),
        lighter: (state) =>
          state.shelf.length === 0 ? undefined : { ...state, shelf: state.shelf.slice(0, -1) },
      }),
    },
  ),
);

/**
 * Puts a probe on screen. Text that was changed and not saved goes to the shelf first.
 * @param unasked see `Workspace.unasked`
 * @returns whether something went to the shelf
 */
export function openProbe(probe: Probe, unasked = false): boolean {
  const before = useWorkspace.getState();
  const shelved = shelveUnsaved();
  useWorkspace.setState({
    ...probe,
    opened: true,
    file: mainFile(probe.files),
    header: false,
    dirty: false,
    unasked,
    generation: before.generation + 1,
    opening: before.opening + 1,
  });
  return shelved !== undefined;
}

/** Keeps what is on screen on the shelf, if it was changed and not saved. @returns what is there of it */
export function shelveUnsaved(): Shelved | undefined {
  const { opened, dirty, name, files, settings, origin, unasked, shelf } = useWorkspace.getState();
  if (!opened || !dirty) return undefined;
  const shelved = { name, files, settings, origin, unasked, at: Date.now() };
  useWorkspace.setState({ shelf: [shelved, ...shelf].slice(0, SHELF_MAX) });
  return shelved;
}

/** The name of the file that is compiled, or of the first while none can be. */
export function mainFile(files: readonly SourceFile[]): string {
  return (mainFileOf(files) ?? files[0])?.name ?? '';
}

/** Takes the newest probe back from the shelf. */
export function unshelve(index = 0): void {
  const { shelf } = useWorkspace.getState();
  const entry = shelf[index];
  if (!entry) return;
  const { at: _, unasked, ...probe } = entry;
  openProbe(probe, unasked);
  useWorkspace.setState(({ shelf: now }) => ({ shelf: now.filter((each) => each !== entry), dirty: true }));
}

/**
 * Takes over the text of a file. The same text again is no change: the editor tells of what it was given, too.
 * @param typed false where the editor made it of what it was given, with line ends of one kind
 */
export function editFile(name: string, text: string, typed = true): void {
  const { files, unasked } = useWorkspace.getState();
  if (!files.some((file) => file.name === name && file.text !== text)) return;
  useWorkspace.setState({
    files: files.map((file) => (file.name === name ? { name, text } : file)),
    dirty: true,
    unasked: unasked && !typed,
  });
}

/** Somebody wants what is on screen compiled, whoever wrote it. */
export function askForProbe(): void {
  useWorkspace.setState({ unasked: false });
}

/** What a person has changed is no link's any more. */
const EDITED = { dirty: true, unasked: false };

export function addFile(name: string): void {
  useWorkspace.setState(({ files }) => ({ files: [...files, { name, text: '' }], file: name, ...EDITED }));
}

/**
 * Takes a file away, unless it is the last. @returns a function that puts it back where it was, unless another probe is on
 * screen by then, another file has its name, or there is no room; nothing when it stayed
 */
export function removeFile(name: string): (() => void) | undefined {
  const { files, file, opening } = useWorkspace.getState();
  const at = files.findIndex((each) => each.name === name);
  const removed = files[at];
  if (!removed || files.length === 1) return undefined;
  const rest = files.toSpliced(at, 1);
  useWorkspace.setState({ files: rest, file: file === name ? mainFile(rest) : file, ...EDITED });
  return () => {
    const { files: now, opening: shown } = useWorkspace.getState();
    if (shown !== opening || now.length >= SNIPPET_FILES_MAX) return;
    if (now.some((each) => each.name === name)) return;
    useWorkspace.setState({ files: now.toSpliced(at, 0, removed), file: name, dirty: true });
  };
}

export function renameFile(from: string, to: string): void {
  useWorkspace.setState(({ files, file, generation }) => ({
    files: files.map((each) => (each.name === from ? { ...each, name: to } : each)),
    file: file === from ? to : file,
    ...EDITED,
    generation: generation + 1,
  }));
}

/** Settings that say how results look. */
const LOOKS: ReadonlySet<string> = new Set([
  'views',
  'tables',
  'viewOptions',
  'panels',
] satisfies (keyof SnippetSettings)[]);

export function changeSettings(change: Partial<SnippetSettings>): void {
  useWorkspace.setState(({ settings, dirty }) => ({
    settings: { ...settings, ...change },
    // Another view of the same results is saved with the probe, but is no change worth a warning.
    dirty: dirty || Object.keys(change).some((name) => !LOOKS.has(name)),
  }));
}

/** Sets or clears (empty text) one entry of `params`, `attach` or `views`. */
export function changeEntry(table: 'params' | 'attach' | 'views', name: string, value: string): void {
  const { [name]: _, ...rest } = useWorkspace.getState().settings[table];
  changeSettings({ [table]: value === '' ? rest : { ...rest, [name]: value } });
}

/** Changes what is made of one source's table; undefined takes a choice back. */
export function changeTable(source: string, change: Partial<TableSettings>): void {
  const { tables = {} } = useWorkspace.getState().settings;
  const changed = Object.entries({ ...tables[source], ...change }).filter(([, value]) => value !== undefined);
  changeSettings({ tables: { ...tables, [source]: Object.fromEntries(changed) } });
}

/** Changes what was chosen of one view; a member that is undefined is as proposed again. */
export function changeViewOptions(source: string, kind: string, change: Partial<ViewOptions>): void {
  const { viewOptions = {} } = useWorkspace.getState().settings;
  const key = viewKey(source, kind);
  changeSettings({ viewOptions: { ...viewOptions, [key]: withChange(viewOptions[key] ?? {}, change) } });
}

/** Options with some of them changed; what is undefined is left out, as it is in what is saved. */
export function withChange(options: ViewOptions, change: Partial<ViewOptions>): ViewOptions {
  return Object.fromEntries(
    Object.entries({ ...options, ...change }).filter(([, value]) => value !== undefined),
  );
}

/** What the options of a view are saved under. */
export function viewKey(source: string, kind: string): string {
  return `${source} ${kind}`;
}

export function toggleHost(id: string): void {
  useWorkspace.setState(({ hosts }) => ({
    hosts: hosts.includes(id) ? hosts.filter((each) => each !== id) : [...hosts, id],
  }));
}

interface Reveal {
  place: Place | undefined;
  /** Counts requests, so that the same place can be asked for twice. */
  request: number;
}

/** A place in the source that the editor is asked to show and focus. */
export const useReveal = create<Reveal>(() => ({ place: undefined, request: 0 }));

export function reveal(place: Place): void {
  const { files } = useWorkspace.getState();
  if (files.some((file) => file.name === place.file)) useWorkspace.setState({ file: place.file });
  useReveal.setState(({ request }) => ({ place, request: request + 1 }));
}
