import { nameNewFile, openHeader, renameShown } from '../../src/editor/file-tabs.tsx';
import { toggleTabMoves } from '../../src/editor/tab-moves.ts';
import { openBlank, openTemplate } from '../../src/library/open.ts';
import { chooseFiles } from '../../src/library/open-files.ts';
import { startWithWords, stopWithWords } from '../../src/run/run-button.tsx';
import { useSession } from '../../src/session/hosts.ts';
import { stepScale, usePreferences } from '../../src/session/preferences.ts';
import { isLive } from '../../src/session/runs.ts';
import { retryConnection } from '../../src/session/session.ts';
import { toggleHost, unshelve, useWorkspace } from '../../src/session/workspace.ts';
import type { Command } from '../../src/ui/palette.tsx';
import { focusPart, nextSource, showBottom, showSide, stepPart } from './focus-part.ts';
import { useRunStatuses } from './use-problems.ts';

/** What only the workbench itself can open. */
export interface WorkbenchActions {
  openPalette(): void;
  openShare(): void;
  openAddHost(): void;
  save(): Promise<void>;
}

/** Every command, as the palette lists them. */
export function useCommands(actions: WorkbenchActions): Command[] {
  const run = useRunStatuses();
  const hosts = useSession((state) => state.hosts);
  const chosen = useWorkspace((state) => state.hosts);
  const own = useWorkspace((state) => state.own === state.run);
  const templates = useSession((state) => state.templates);
  const shelf = useWorkspace((state) => state.shelf);
  const { theme, results } = usePreferences();
  const live = isLive(run);
  return [
    {
      id: 'run.start',
      group: 'Run',
      title: live && own ? 'Start again' : 'Start',
      keys: 'Ctrl+Enter',
      run: () => void startWithWords(),
    },
    {
      id: 'run.stop',
      group: 'Run',
      title: own ? 'Stop' : 'Stop for all what was started elsewhere',
      ...(own ? { keys: 'Esc' } : {}),
      disabled: !live,
      run: () => void stopWithWords(),
    },
    { id: 'snippet.save', group: 'Snippet', title: 'Save', keys: 'Ctrl+S', run: () => void actions.save() },
    { id: 'snippet.share', group: 'Snippet', title: 'Share…', run: actions.openShare },
    { id: 'snippet.new', group: 'Snippet', title: 'New', run: openBlank },
    {
      id: 'snippet.back',
      group: 'Snippet',
      title: 'Bring back what was not saved',
      disabled: shelf.length === 0,
      run: () => unshelve(),
    },
    { id: 'view.header', group: 'Editor', title: 'Show vmlinux.h', run: openHeader },
    { id: 'file.open', group: 'Editor', title: 'Open files…', keys: 'Ctrl+O', run: chooseFiles },
    { id: 'file.add', group: 'Editor', title: 'Add a file…', run: nameNewFile },
    { id: 'file.rename', group: 'Editor', title: 'Rename this file…', keys: 'F2', run: renameShown },
    {
      id: 'editor.tab',
      group: 'Editor',
      title: 'Tab moves on, or types a tab',
      keys: 'Ctrl+M',
      run: toggleTabMoves,
    },
    { id: 'focus.next', group: 'Focus', title: 'Next part', keys: 'F6', run: () => stepPart(1) },
    {
      id: 'focus.previous',
      group: 'Focus',
      title: 'Previous part',
      keys: 'Shift+F6',
      run: () => stepPart(-1),
    },
    { id: 'focus.editor', group: 'Focus', title: 'Editor', run: () => focusPart('editor') },
    { id: 'focus.results', group: 'Focus', title: 'Results', run: () => focusPart('results') },
    { id: 'focus.source', group: 'Focus', title: 'Next source of the results', run: nextSource },
    { id: 'host.add', group: 'Host', title: 'Add host…', run: actions.openAddHost },
    ...hosts.map((host) => ({
      id: `host.${host.id}`,
      group: 'Host',
      title: `${chosen.includes(host.id) ? 'Do not run on' : 'Run on'} ${host.name}`,
      run: () => toggleHost(host.id),
    })),
    ...(templates ?? []).map((template) => ({
      id: `template.${template.id}`,
      group: 'Template',
      title: template.id,
      run: () => openTemplate(template),
    })),
    {
      id: 'view.templates',
      group: 'View',
      title: 'Templates and snippets',
      keys: 'Ctrl+Shift+E',
      run: () => showSide('templates'),
    },
    { id: 'view.hosts', group: 'View', title: 'Hosts', keys: 'Ctrl+Shift+H', run: () => showSide('hosts') },
    {
      id: 'view.params',
      group: 'View',
      title: 'Parameters and targets',
      keys: 'Ctrl+Shift+A',
      run: () => showSide('params'),
    },
    {
      id: 'view.problems',
      group: 'View',
      title: 'Problems',
      keys: 'Ctrl+Shift+M',
      run: () => showBottom('problems'),
    },
    { id: 'view.log', group: 'View', title: 'Verifier log', run: () => showBottom('log') },
    {
      id: 'view.terminal',
      group: 'View',
      title: 'Terminal',
      keys: 'Ctrl+`',
      run: () => showBottom('terminal'),
    },
    {
      id: 'view.results',
      group: 'View',
      title: results === 'right' ? 'Results below the editor' : 'Results beside the editor',
      run: () => usePreferences.setState({ results: results === 'right' ? 'bottom' : 'right' }),
    },
    {
      id: 'view.theme',
      group: 'View',
      title: theme === 'dark' ? 'Light theme' : 'Dark theme',
      run: () => usePreferences.setState({ theme: theme === 'dark' ? 'light' : 'dark' }),
    },
    { id: 'view.larger', group: 'View', title: 'Larger text', keys: 'Ctrl+Alt+=', run: () => stepScale(1) },
    {
      id: 'view.smaller',
      group: 'View',
      title: 'Smaller text',
      keys: 'Ctrl+Alt+-',
      run: () => stepScale(-1),
    },
    { id: 'hub.retry', group: 'Hub', title: 'Connect again', run: retryConnection },
  ];
}
